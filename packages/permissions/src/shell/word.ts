// The words that bash makes of one word of the tree: quotes, tilde and braces done as bash does them, `$HOME` and `$PWD` filled in,
// a mark where the text doesn't tell. Whatever isn't surely known is marked.
import type { Word as Node, WordPart } from "unbash";
import { braceWords } from "./braces.ts";
import { literal, MARK, type Word } from "./marks.ts";

/** Undefined: it can't be told here. */
export type Scope = {
  readonly home: string | undefined;
  readonly here: string | undefined;
  readonly vars: ReadonlyMap<string, string>;
  /** How many words braces may still make, of the whole text. */
  readonly room: { words: number };
};

/** One way a part can come out. */
type Piece = { readonly text: string; readonly script: string };
const MOST_WORDS = 64;
const piece = (text: string): Piece => ({ text, script: text });
const unknown = (mark: string, raw: string): Piece => ({ text: mark, script: raw });

export function expandWord(node: Node, scope: Scope): readonly Word[] {
  const raw = node.text;
  const parts = node.parts;
  const ways = parts === undefined ? [bare(raw, node.value)] : parts.map((part) => pieces(part, false, scope));
  let words: readonly Piece[] = [piece("")];
  for (const options of ways) {
    if (words.length * options.length > MOST_WORDS) return [{ raw, text: MARK.split, script: raw }];
    words = words.flatMap((start) => options.map((end) => ({ text: start.text + end.text, script: start.script + end.script })));
  }
  if (words.length > 1) scope.room.words -= words.length;
  if (scope.room.words < 0 && words.length > 1) return [{ raw, text: MARK.split, script: raw }];
  const made = words.map((one) => ({ raw, ...tilded(one, raw, scope) }));
  return made.length > 1 && !/['"]/.test(raw) ? made.filter(({ text }) => text !== "") : made; // bash drops what braces leave empty
}

/** An unquoted text: a wildcard or brace that the parser didn't mark counts all the same. */
function bare(raw: string, value: string): readonly Piece[] {
  const signs = raw.replaceAll(/\\[^]/g, "");
  if (/['"$`]/.test(signs) && signs !== "$") return [literal(value)];
  if (/[*?]|\[.*\]/.test(signs)) return [unknown(raw.includes("/") ? MARK.split : MARK.glob, raw)];
  if (/\{.*(?:,|\.\.).*\}/s.test(signs)) return [unknown(MARK.split, raw)];
  return [literal(value)];
}

function pieces(part: WordPart, quoted: boolean, scope: Scope): readonly Piece[] {
  switch (part.type) {
    case "Literal":
      return quoted ? [piece(part.value)] : bare(part.text, part.value);
    case "SingleQuoted":
    case "AnsiCQuoted":
      return [piece(part.value)];
    case "DoubleQuoted":
      return [joined(part.parts.map((one) => pieces(one, true, scope)))];
    case "LocaleString": // another language may say it otherwise
      return [unknown(MARK.open, part.text)];
    case "Glob":
      return [unknown(part.text.includes("/") ? MARK.split : MARK.glob, part.text)];
    case "ExtendedGlob":
      return [unknown(MARK.split, part.text)];
    case "BraceExpansion":
      return (part.parts?.every(({ type }) => type === "Literal") ?? true)
        ? (braceWords(part.text)?.map(piece) ?? [unknown(MARK.split, part.text)])
        : [unknown(MARK.split, part.text)];
    case "SimpleExpansion":
      return [variable(part.text.slice(1), part.text, quoted, scope)];
    case "ParameterExpansion":
      return [
        part.operation === undefined && part.prefix === undefined && part.index === undefined
          ? variable(part.parameter, part.text, quoted, scope)
          : unknown(quoted && !/[@*]\]?\}$/.test(part.text) ? MARK.open : MARK.split, part.text),
      ];
    case "CommandExpansion":
      return [unknown(quoted ? MARK.open : MARK.split, part.text)];
    case "ArithmeticExpansion":
      return [unknown(MARK.open, part.text)]; // a number
    case "ProcessSubstitution":
      return [{ text: PIPE, script: part.text }];
  }
}

/** What a process substitution stands for: a pipe. */
export const PIPE = "/dev/fd/63";

const joined = (parts: readonly (readonly Piece[])[]): Piece => ({
  text: parts.map(([one]) => one?.text ?? "").join(""),
  script: parts.map(([one]) => one?.script ?? "").join(""),
});

function variable(name: string, raw: string, quoted: boolean, { home, here, vars }: Scope): Piece {
  const value = name === "HOME" ? home : name === "PWD" ? here : vars.get(name);
  if (value !== undefined && (quoted || /^[\w./@%+:,-]*$/.test(value))) return piece(value);
  return unknown(quoted && name !== "@" ? MARK.open : MARK.split, raw);
}

/** Bash also expands a tilde behind the sign of what looks like an assignment: `dd if=~/x`. */
function tilded(one: Piece, raw: string, scope: Scope): Piece {
  const [start = ""] = /^\w+\+?=(?=~)/.exec(raw) ?? [];
  if (start === "" || !one.text.startsWith(start)) return atStart(one, raw, scope);
  const rest = atStart({ text: one.text.slice(start.length), script: one.script.slice(start.length) }, raw.slice(start.length), scope);
  return { text: start + rest.text, script: start + rest.script };
}

function atStart(one: Piece, raw: string, { home, here }: Scope): Piece {
  if (!raw.startsWith("~")) return one.text.startsWith("~") && raw.startsWith("{") ? unknown(MARK.open, raw) : one;
  const [name = ""] = one.text.slice(1).split("/");
  const rest = one.text.slice(1 + name.length);
  const folder = name === "" ? home : name === "+" ? here : undefined;
  return folder === undefined ? { text: MARK.open + rest, script: raw } : { text: folder + rest, script: folder + rest };
}
