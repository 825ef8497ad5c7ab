// Splits a command into words where that needs no shell: letters, digits, a few signs, and quotes around text without expansion.
// `plain`: one command without an operator; what an allow rule may match. `loose`: operators, redirects, globs and a tilde stand in it too;
// good enough to see what must not run, never to say what may.

/** A command longer than this is never taken apart (characters). */
export const LONGEST = 10_000;

const SAFE = String.raw`\w\-./,:=+@%^`;
const QUOTED = String.raw`${SAFE} ()[\]{}*?#~;|&<>`;
const quotes = `'[${QUOTED}"]*'|"[${QUOTED}']*"`;
const PART = {
  plain: new RegExp(`(?:[${SAFE}]+|${quotes})+`, "y"),
  pattern: new RegExp(`(?:[${SAFE}*]+|${quotes})+`, "y"),
  loose: new RegExp(`(?:[${SAFE}*?[\\]~]+|${quotes})+`, "y"),
};
const PIECE = new RegExp(`${quotes}|[^'"]+`, "g");
const BETWEEN = { plain: / +/y, pattern: / +/y, loose: /[ ;&|\n(){}!<>]+/y };

/** The words of one plain command; undefined for anything else. The first is the program, not an assignment. */
export function plainWords(text: string): readonly string[] | undefined {
  const words = text.length > LONGEST ? undefined : split(text, "plain")?.[0];
  return words === undefined || words.length === 0 || words[0] === "" || words[0]?.includes("=") ? undefined : words;
}

/** Each command's words; undefined when a shell is needed to tell. */
export function looseCommands(text: string): readonly (readonly string[])[] | undefined {
  return text.length > LONGEST || text.includes("<<") ? undefined : split(text, "loose");
}

/** One star in a pattern; no command holds it. */
export const STAR = "\u0002";

/** The words of a command pattern, its wildcards as STAR. In quotes a star is a letter, unless `everywhere`. */
export function patternWords(text: string, everywhere: boolean): readonly string[] | undefined {
  return text.length > LONGEST ? undefined : split(text, "pattern", everywhere)?.[0];
}

/** One spelling for one list of words: what stands in a word never looks like the gap between two. */
export const canonical = (words: readonly string[]): string =>
  words.map((word) => (word === "" ? "\u0001" : word.replaceAll(" ", "\u0000"))).join(" ");

function split(text: string, how: keyof typeof PART, everywhere = false): string[][] | undefined {
  const commands: string[][] = [[]];
  let at = 0;
  while (at < text.length) {
    const between = take(BETWEEN[how], text, at);
    if (between !== undefined) {
      at += between.length;
      if (between.endsWith("{") && at < text.length) return undefined; // `{a,b}` are words yet to be made
      if (/[^ ]/.test(between)) commands.push([]);
      continue;
    }
    const part = take(PART[how], text, at);
    if (part === undefined) return undefined;
    at += part.length;
    commands.at(-1)?.push(unquote(part, how === "pattern", everywhere));
  }
  return commands.filter((words) => words.length > 0);
}

function take(what: RegExp, text: string, at: number): string | undefined {
  what.lastIndex = at;
  return what.exec(text)?.[0];
}

function unquote(word: string, stars: boolean, everywhere: boolean): string {
  return word.replaceAll(PIECE, (piece) => {
    const quoted = piece.startsWith("'") || piece.startsWith('"');
    const text = quoted ? piece.slice(1, -1) : piece;
    return stars && (everywhere || !quoted) ? text.replaceAll("*", STAR) : text;
  });
}
