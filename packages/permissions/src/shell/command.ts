// The specifier of `Bash(…)`: words, with `*` for anything. A trailing ` *` also matches nothing; `:*` at the end is its older spelling.
import type { Behavior } from "@keelson/protocol";
import { matchesParts } from "../glob.ts";
import { canonical, patternWords, STAR } from "./words.ts";

export type CommandPattern = {
  /** As it was written, without the older suffix. */
  readonly text: string;
  /** Of canonical words; undefined when it needs a shell to read. */
  readonly canon: string | undefined;
  /** Words without a wildcard: what the author named. */
  readonly named: ReadonlySet<string>;
  readonly exact: boolean;
  /** The program, if it is spelled out; else what its name begins with. */
  readonly program: string;
};

export function readCommand(specifier: string, behavior: Behavior): CommandPattern | undefined {
  const text = specifier.trim().replace(/:\*$/, " *").trim();
  if (text === "" || text.replaceAll("*", "").trim() === "") return undefined;
  const words = patternWords(text, behavior !== "allow");
  const [program = ""] = words ?? text.split(/\s+/).map((word) => word.replaceAll("*", STAR));
  return {
    text,
    canon: words && canonical(words),
    named: new Set(words?.filter((word) => !word.includes(STAR))),
    exact: words !== undefined && !words.some((word) => word.includes(STAR)),
    program,
  };
}

export const matchesWords = (pattern: CommandPattern, words: readonly string[]): boolean =>
  pattern.canon !== undefined && matchesStars(pattern.canon, canonical(words));

/** Compares letter for letter, quotes and all; only for deciding what must not run. */
export function matchesRaw(pattern: CommandPattern, text: string): boolean {
  const oneLine = (words: string): string => words.trim().replaceAll(/\s+/g, " ");
  return matchesStars(oneLine(pattern.text).replaceAll("*", STAR), oneLine(text));
}

function matchesStars(pattern: string, subject: string): boolean {
  const bare = pattern.endsWith(` ${STAR}`) ? pattern.slice(0, -2) : undefined;
  return matchesParts(pattern.split(STAR), subject) || (bare !== undefined && matchesParts(bare.split(STAR), subject));
}
