// Commands that a text may hold which can't be parsed: at every place where a word begins. Linear, and over-approximate on purpose:
// it is only used to see what must not run.

const MOST_WORDS = 30; // of one command
const LEAST_WORDS = 8; // where there are very many
const MOST_COMMANDS = 20_000;
const ROOM = 20_000; // words of all commands, as far as the least of each leaves it

export function wordsAnywhere(text: string): readonly (readonly string[])[] {
  // oxlint-disable-next-line no-control-regex -- whatever isn't a letter of a word ends it
  const pieces = text.replaceAll("\\\n", "").split(/[;&|\n(){}<>`\u0000-\u0008\u000b-\u001f]+/);
  const split = pieces.map((piece) =>
    piece
      .replaceAll(/['"\\]|\$(?=['"])/g, "")
      .split(/[\s\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]+/u)
      .filter(Boolean),
  );
  const places = split.reduce((sum, words) => sum + words.length, 0);
  const most = Math.min(MOST_WORDS, Math.max(LEAST_WORDS, Math.floor(ROOM / places)));
  const all = split.flatMap((words) => words.map((_, at) => words.slice(at, at + most))).slice(0, MOST_COMMANDS);
  return [...new Map(all.map((words) => [words.join("\0"), words])).values()]; // many are the same
}

/** What stands in substitutions, quoted or not: where a text is evaluated once more, these run. */
export const substitutionsIn = (text: string): string =>
  [...text.matchAll(/\$\(([^()`]*)|`([^`]*)/g)].map(([, one, other]) => one ?? other ?? "").join("\n");
