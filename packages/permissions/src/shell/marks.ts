// What stands in a word's text where the text doesn't tell. Control characters, because a command that holds one is never read (see source.ts).

export const MARK = {
  /** A wildcard: whatever names the disk has for it. */
  glob: "\u0004",
  /** One unknown text. */
  open: "\u0005",
  /** An unknown text that bash splits: any number of words. */
  split: "\u0006",
} as const;

/** `raw`: as it was written. `text`: what a program is given, with marks. `script`: the same as the text of a script, unknown parts as they were written. */
export type Word = { readonly raw: string; readonly text: string; readonly script: string };

// oxlint-disable-next-line no-control-regex -- the marks
const MARKED = /[\u0004-\u0006]/;
// oxlint-disable-next-line no-control-regex -- the marks
const UNKNOWN = /[\u0005\u0006]/;

export const isKnown = ({ text }: Word): boolean => !MARKED.test(text);
/** It holds more than wildcards that can't be told. */
export const isUnknown = ({ text }: Word): boolean => UNKNOWN.test(text);
export const isSplit = ({ text }: Word): boolean => text.includes(MARK.split);
export const holdsMark = (text: string): boolean => MARKED.test(text);

/** What it certainly begins with. */
export function lead({ text }: Word): string {
  const at = text.search(MARKED);
  return at === -1 ? text : text.slice(0, at);
}

/** Could it be read as an option? */
export const mayBeFlag = (word: Word): boolean => {
  const start = lead(word);
  return start === "" ? !isKnown(word) : /^[-+]/.test(start);
};

export const literal = (text: string): Word => ({ raw: text, text, script: text });
/** Words that come from elsewhere: standard input, a list of files. */
export const ANY: Word = { raw: "…", text: MARK.split, script: "$_" };
export const ONE: Word = { raw: "{}", text: MARK.open, script: '"$_"' };
