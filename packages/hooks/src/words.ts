/** Other people's words, made fit to be shown or sent: no escape sequences, never longer than said. */

/** Characters that the model and the user are given of one text; the rest goes to a file. */
export const LONGEST = 10_000;
const SHOWN = 60;

const ESCAPES = /\u001b(?:\[[0-?]*[ -/]*[@-~]|[\]PX^_][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[ -/]*[0-~])?/g;
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export function clean(text: string): string {
  return text.replaceAll("\r\n", "\n").replace(ESCAPES, "").replace(CONTROLS, "");
}

export function firstLine(text: string): string {
  return cut(clean(text).trim().split("\n")[0] ?? "", 300);
}

/** Never half a surrogate pair. */
export function cut(text: string, characters: number): string {
  return text.length <= characters ? text : `${text.slice(0, characters).replace(/[\ud800-\udbff]$/, "")}…`;
}

/** A name out of somebody's file, in quotes. */
export function quote(name: string): string {
  return JSON.stringify(cut(name, SHOWN)).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?"); // JSON leaves these as they are
}
