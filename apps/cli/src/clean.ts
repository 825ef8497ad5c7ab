import { stripVTControlCharacters } from "node:util";

/**
 * Text of models, tools and files may carry sequences that move the cursor, set the clipboard or turn words around.
 * Nothing of the kind reaches the terminal: a control character is shown as its picture, so that what is judged is what is there.
 */
export function visible(text: string): string {
  return text.replaceAll("\r", "").replaceAll(UNSAFE, picture);
}

/** For what somebody agrees to: on one line, and nothing in it is left out or can't be seen. */
export function exact(text: string): string {
  return text.replaceAll(UNSEEN, (letter) => {
    const code = letter.codePointAt(0) ?? 0;
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : `\\u{${code.toString(16)}}`;
  });
}

/** For output that nobody has to judge: colours and cursor moves are left out, of a line that was overwritten the last state stays. */
export function plain(text: string): string {
  return visible(stripVTControlCharacters(text.replaceAll(/^.*\r(?=[^\r\n])/gm, "")));
}

/** One line, at most `width` characters; what is left out is marked. */
export function shorten(text: string, width: number): string {
  const line = text.replaceAll(/\s*\n\s*/g, " ").trim();
  const letters = [...line];
  return letters.length <= width ? line : `${letters.slice(0, Math.max(width - 1, 1)).join("")}…`;
}

// All of C0 but tab and line feed, DEL, C1, and the marks that change the direction of text (UAX #9).
const UNSAFE = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

// Controls, formats, separators of lines, private and unassigned ones; every blank but the plain one.
const UNSEEN = /[\p{C}\p{Zl}\p{Zp}\p{Zs}](?<! )/gu;

function picture(letter: string): string {
  const code = letter.charCodeAt(0);
  if (code < 0x20) return String.fromCharCode(0x2400 + code);
  return code === 0x7f ? "\u2421" : "\ufffd";
}
