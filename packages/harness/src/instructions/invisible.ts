/**
 * Takes out of a text what nobody sees and a model reads all the same. Rule: what is taken out is counted, so that someone is told.
 * Joiners that scripts and emoji need (U+200C, U+200D) and marks of direction for one letter (U+200E, U+200F) stay.
 */

/** Tags, direction overrides and isolates, blanks without width, variation selectors beyond the common ones. */
const UNSEEN = /[\u{E0000}-\u{E007F}]|[\u{E0100}-\u{E01EF}]|[\u202A-\u202E\u2066-\u2069\u200B\u2060-\u2065\u180E\uFEFF\uFFF9-\uFFFB]/gu;
const CONTROLS = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F]/g;

/** `lines`: where something was taken out, from 1, each once. */
export type Seen = { readonly text: string; readonly unseen: number; readonly lines: readonly number[] };

export function stripInvisible(raw: string): Seen {
  const lines = new Set<number>();
  let unseen = 0;
  let line = 1;
  const plain = raw.replace(/^\uFEFF/, "");
  let newline = plain.indexOf("\n");
  const text = plain
    .replaceAll(UNSEEN, (_, at: number) => {
      for (; newline !== -1 && newline < at; newline = plain.indexOf("\n", newline + 1)) line += 1;
      unseen += 1;
      lines.add(line);
      return "";
    })
    .replaceAll(CONTROLS, "");
  return { text, unseen, lines: [...lines] };
}
