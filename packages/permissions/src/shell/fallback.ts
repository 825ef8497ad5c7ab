// Commands that a text may hold which can't be parsed: at every place where a word begins. Linear, and over-approximate on purpose:
// it is only used to see what must not run.

const MOST_WORDS = 30; // of one command
const MOST_COMMANDS = 20_000;

export function wordsAnywhere(text: string): readonly (readonly string[])[] {
  // oxlint-disable-next-line no-control-regex -- whatever isn't a letter of a word ends it
  const pieces = text.replaceAll("\\\n", "").split(/[;&|\n(){}<>`\u0000-\u0008\u000b-\u001f]+/);
  const found: (readonly string[])[] = [];
  for (const piece of pieces) {
    const words = piece
      .replaceAll(/['"\\]|\$(?=['"])/g, "")
      .split(/[\s\p{Cf}\p{Zs}\p{Default_Ignorable_Code_Point}\u2800]+/u)
      .filter(Boolean);
    for (let at = 0; at < words.length && found.length < MOST_COMMANDS; at += 1) found.push(words.slice(at, at + MOST_WORDS));
  }
  return found;
}
