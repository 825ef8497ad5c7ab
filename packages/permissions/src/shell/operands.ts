// What a word may mean as a path, where the program isn't known. Every reading counts: the whole word, what stands behind a sign or a flag letter,
// and what stands in it. Good enough to see what must not be touched.
import { isKnown, isUnknown, type Word } from "./marks.ts";
import { placeOf, type Touch } from "./touch.ts";
import type { Whereabouts } from "./whereabouts.ts";

const URL_LIKE = /^(?!file:)[a-z][a-z0-9+.-]*:\/\//i;
const LONGEST_CLUSTER = 40; // letters of a flag cluster before its value
const MOST_READINGS = 200; // of one word

export type Guess = (words: readonly Word[], at: Whereabouts) => readonly Touch[];

export const guessed: Guess = (words, at) => words.flatMap((word) => readAs(word, at));

/** The same, and the same touches for a word that stands in more than one command of a place: there they are of the same words again and again. */
export function guessingOnce(): Guess {
  let place: Whereabouts | undefined;
  let known = new Map<Word, readonly Touch[]>();
  const once = (word: Word, at: Whereabouts): readonly Touch[] => {
    const touches = known.get(word) ?? readAs(word, at);
    known.set(word, touches);
    return touches;
  };
  return (words, at) => {
    if (at !== place) known = new Map();
    place = at;
    return words.flatMap((word) => once(word, at));
  };
}

const readAs = (word: Word, at: Whereabouts): readonly Touch[] =>
  readings(word).map((text): Touch => ({ do: "write", place: placeOf(text, at), guessed: true }));

/** Without any of these a word has one reading. */
const SIGNS = /[=:,@\s'"()<>|;&]|^[-+]/;

function readings(word: Word): readonly string[] {
  if (isUnknown(word)) return [];
  const text = word.text;
  if (!isKnown(word) || !SIGNS.test(text)) return [text];
  return URL_LIKE.test(text) ? [text] : [...new Set(spellings(text))].slice(0, MOST_READINGS);
}

function* spellings(word: string): Generator<string> {
  yield word.replace(/^file:\/\/(?=\/)/, "");
  for (const { index } of word.matchAll(/[=:,@]/g)) if (index + 1 < word.length) yield word.slice(index + 1).replace(/^\/\/(?=\/)/, "");
  if (/[:,]/.test(word)) yield* word.split(/[=:,@]/).filter(Boolean);
  if (/^[-+][^-]/.test(word)) for (let at = 2; at < Math.min(word.length, LONGEST_CLUSTER); at += 1) yield word.slice(at);
  if (/[\s'"()<>|;&]/.test(word)) yield* word.split(/[\s'"()<>|;&=:,@]+/).filter(Boolean);
}
