// What a word may mean as a path. Every reading counts: the whole word, what stands behind a sign or a flag letter, and what stands in it.
import { posix } from "node:path";

const URL_LIKE = /^(?!file:)[a-z][a-z0-9+.-]*:\/\//i;
const LONGEST_CLUSTER = 40; // letters of a flag cluster before its value

/** Absolute paths that the word may name. */
export function pathsIn(word: string, cwd: string, home: string): readonly string[] {
  const readings = URL_LIKE.test(word) ? [word] : spellings(word);
  const all = [...readings].flatMap((reading) => {
    const here = posix.isAbsolute(reading) ? reading : `${cwd}/${reading}`; // not resolved: `..` behind a link is the reader's
    return reading === "~" || reading.startsWith("~/") ? [here, `${home}${reading.slice(1)}`] : [here];
  });
  return [...new Set(all)];
}

/** Programs may expand these themselves. */
export const holdsGlob = (word: string): boolean => /[*?[{]/.test(word);

function* spellings(word: string): Generator<string> {
  yield word.replace(/^file:\/\/(?=\/)/, "");
  for (const { index } of word.matchAll(/[=:,@]/g)) if (index + 1 < word.length) yield word.slice(index + 1);
  if (/^[-+][^-]/.test(word)) for (let at = 2; at < Math.min(word.length, LONGEST_CLUSTER); at += 1) yield word.slice(at);
  if (/[ '"()<>|;&]/.test(word)) yield* word.split(/[ '"()<>|;&=:,@]+/).filter(Boolean);
}
