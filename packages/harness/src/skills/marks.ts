/**
 * Cuts a skill's text into what is said, what is run and what is read. Rule: an inline command in an example stays an example: none runs
 * in a span of code, and in a block only where a command file has it at the beginning of a line of shell.
 */
import { isCode, within, type Code, type Range } from "../instructions/markdown.ts";

/** `inner`: the command, or the path. `fenced`: it stands in a block of code and may be an example: when it can't run, it stays as it is. */
export type Piece = Range &
  (
    | { readonly kind: "text" }
    | { readonly kind: "run"; readonly inner: Range; readonly fenced: boolean }
    | { readonly kind: "read"; readonly inner: Range }
  );
type Mark = Exclude<Piece, { readonly kind: "text" }>;

const INLINE = /(?<=^|\s)!`([^`\n]+)`/gm;
const AT = /(?<=^|[\s(])@((?:\$\{[^}\n]{0,200}\}|[^\s`'"<>()|*,;{}])+)/gm;
const SHELLS = new Set(["", "bash", "sh", "shell", "zsh"]);

/** `examples`: the text is a skill's, whose blocks of code are there to be read. */
export function dollarPieces(text: string, code: Code, examples: boolean): readonly Piece[] {
  const blocks = code.fences.filter(({ info }) => info.startsWith("!"));
  const shown = { ...code, fences: code.fences.filter((fence) => !blocks.includes(fence)) };
  const shells = examples ? [] : shown.fences.filter(({ info }) => SHELLS.has(info.split(/\s/)[0]?.toLowerCase() ?? ""));
  const runs = [...text.matchAll(INLINE)].flatMap((found): readonly Mark[] => {
    const from = found.index;
    const inShell = within(shells, from) && /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, from - 80), from));
    if (within(blocks, from) || within(shown.spans, from) || (within(shown.fences, from) && !inShell)) return [];
    return [{ kind: "run", from, to: from + found[0].length, inner: { from: from + 2, to: from + found[0].length - 1 }, fenced: inShell }];
  });
  const scripts = blocks.map(({ from, to, inner }): Mark => ({
    kind: "run",
    from,
    to: text[to - 1] === "\n" ? to - 1 : to,
    inner,
    fenced: false,
  }));
  const reads = [...text.matchAll(AT)].flatMap((found): readonly Mark[] => {
    const from = found.index;
    const path = (found[1] ?? "").replace(/[.:!?\]]+$/, "");
    if (path === "" || isCode(code, from) || within(runs, from)) return [];
    return [{ kind: "read", from, to: from + 1 + path.length, inner: { from: from + 1, to: from + 1 + path.length } }];
  });
  return cut(text, [...runs, ...scripts, ...reads]);
}

/** `!{command}` and `@{path}`, up to the brace that closes them. One that nothing closes is text. */
export function bracePieces(text: string): readonly Piece[] {
  const marks: Mark[] = [];
  const open: number[] = [];
  for (let at = 0; at < text.length; at += 1) {
    if (text[at] === "{") open.push(at);
    const from = text[at] === "}" ? (open.pop() ?? 0) - 1 : -1;
    if (from < 0 || (text[from] !== "!" && text[from] !== "@")) continue;
    const place = { from, to: at + 1, inner: { from: from + 2, to: at } };
    marks.push(text[from] === "!" ? { kind: "run", ...place, fenced: false } : { kind: "read", ...place });
  }
  return cut(text, marks);
}

function cut(text: string, marks: readonly Mark[]): readonly Piece[] {
  const pieces: Piece[] = [];
  let at = 0;
  for (const mark of marks.toSorted((a, b) => a.from - b.from)) {
    if (mark.from < at) continue;
    if (mark.from > at) pieces.push({ kind: "text", from: at, to: mark.from });
    pieces.push(mark);
    at = mark.to;
  }
  if (at < text.length) pieces.push({ kind: "text", from: at, to: text.length });
  return pieces;
}
