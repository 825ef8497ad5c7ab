// The specifier of `Bash(…)`: words, with `*` for anything. A trailing ` *` also matches nothing; `:*` at the end is its older spelling.
// Where the pattern needs a shell to be read it is compared letter for letter.
import type { Behavior } from "@keelson/protocol";
import { matchesParts } from "../glob.ts";
import { LONGEST } from "./source.ts";

export type CommandPattern = {
  /** As it was written. */
  readonly written: string;
  /** Without the older suffix. */
  readonly text: string;
  /** Of canonical words; undefined when it needs a shell to read. */
  readonly canon: Stars | undefined;
  /** Of a whole command on one line. */
  readonly line: Stars;
  /** Words without a wildcard: what the author named. */
  readonly named: ReadonlySet<string>;
  readonly exact: boolean;
  /** The program, if it is spelled out; else what its name begins with. */
  readonly program: string;
};

/** What stands between its stars; and, behind a blank and a star at the end, what it is without them. */
type Stars = { readonly parts: readonly string[]; readonly bare: readonly string[] | undefined };

/** One star in a pattern; no command holds it. */
export const STAR = "\u0002";

export function readCommand(specifier: string, behavior: Behavior): CommandPattern | undefined {
  const written = specifier.trim();
  const text = written.replace(/:\*$/, " *").trim();
  if (text === "" || text.replaceAll("*", "").trim() === "") return undefined;
  const words = patternWords(text, behavior !== "allow");
  const [program = ""] = words ?? text.split(/\s+/).map((word) => word.replaceAll("*", STAR));
  return {
    written,
    text,
    canon: words && starsOf(canonical(words)),
    line: starsOf(oneLine(text).replaceAll("*", STAR)),
    named: new Set(words?.filter((word) => !word.includes(STAR))),
    exact: !text.includes("*") || (words !== undefined && !words.some((word) => word.includes(STAR))),
    program,
  };
}

export const matchesWords = (pattern: CommandPattern, words: readonly string[]): boolean =>
  mayBegin(pattern, canonical(words.slice(0, 1))) && matchesCanonical(pattern, canonical(words));

/** `spelled`: canonical words. */
export const matchesCanonical = ({ canon }: CommandPattern, spelled: string): boolean =>
  canon !== undefined && matchesStars(canon, spelled);

/** Looked at first, because most patterns name another program. `program`: canonical. */
export function mayBegin({ canon }: CommandPattern, program: string): boolean {
  const [first = ""] = canon?.parts ?? [];
  return program.startsWith(first) || first.startsWith(program);
}

/** Compares letter for letter, quotes and all. `line`: see oneLine. */
export const matchesRaw = (pattern: CommandPattern, line: string): boolean => matchesStars(pattern.line, line);

/** Could it match, whatever stands for the words that can't be told? `known`: those before the first of them, canonical. */
export function mayMatchBehind({ canon, line }: CommandPattern, known: string): boolean {
  const [first = ""] = (canon ?? line).parts;
  const subject = `${known} `;
  return subject.startsWith(first) || first.startsWith(subject);
}

export function oneLine(words: string): string {
  const line = words.trim();
  return UNEVEN.test(line) ? line.replaceAll(/\s+/g, " ") : line;
}
const UNEVEN = /\s\s|[^\S ]/;

function starsOf(pattern: string): Stars {
  return { parts: pattern.split(STAR), bare: pattern.endsWith(` ${STAR}`) ? pattern.slice(0, -2).split(STAR) : undefined };
}

const matchesStars = ({ parts, bare }: Stars, subject: string): boolean =>
  matchesParts(parts, subject) || (bare !== undefined && matchesParts(bare, subject));

/** One spelling for one list of words: what stands in a word never looks like the gap between two. */
export const canonical = (words: readonly string[]): string =>
  words.map((word) => (word === "" ? "\u0001" : word.includes(" ") ? word.replaceAll(" ", "\u0000") : word)).join(" ");

const SAFE = String.raw`\w\-./,:=+@%^`;
const QUOTED = String.raw`${SAFE} ()[\]{}*?#~;|&<>`;
const quotes = `'[${QUOTED}"]*'|"[${QUOTED}']*"`;
const PART = new RegExp(`(?:[${SAFE}*]+|${quotes})+`, "y");
const PIECE = new RegExp(`${quotes}|[^'"]+`, "g");

/** Its words, with wildcards as STAR: in quotes a star is a letter, unless `everywhere`. Undefined when only a shell can tell. */
function patternWords(text: string, everywhere: boolean): readonly string[] | undefined {
  if (text.length > LONGEST) return undefined;
  const words: string[] = [];
  for (let at = 0; at < text.length;) {
    if (text[at] === " ") {
      at += 1;
      continue;
    }
    PART.lastIndex = at;
    const [part] = PART.exec(text) ?? [];
    if (part === undefined) return undefined;
    at += part.length;
    if (at < text.length && text[at] !== " ") return undefined;
    words.push(unquote(part, everywhere));
  }
  return words;
}

const unquote = (word: string, everywhere: boolean): string =>
  word.replaceAll(PIECE, (piece) => {
    const quoted = piece.startsWith("'") || piece.startsWith('"');
    const text = quoted ? piece.slice(1, -1) : piece;
    return everywhere || !quoted ? text.replaceAll("*", STAR) : text;
  });
