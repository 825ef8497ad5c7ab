/** Makes what a program prints harmless and short: no escape sequence reaches a model or a terminal. */

/** ECMA-48: control sequences, control strings (a title, a link, the clipboard), and short escapes; each may be cut at the end. */
const ESCAPES = new RegExp(
  [
    "(?:\\u001b\\[|\\u009b)[0-?]*[ -/]*(?:[@-~]|$)",
    "(?:\\u001b[\\]PX^_]|[\\u0090\\u0098\\u009d-\\u009f])[^\\u0007\\u001b\\u009c\\n]*(?:\\u0007|\\u001b\\\\|\\u009c|$)",
    "\\u001b[ -/]*[0-~]?",
  ].join("|"),
  "g",
);
const CONTROLS = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
const BINARY_SHARE = 0.1;

export function clean(raw: string): string {
  return lastDrawn(raw.replace(ESCAPES, "")).replace(CONTROLS, (control) => `\\x${control.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** What stays on a line that a progress bar draws over and over. */
function lastDrawn(words: string): string {
  if (!words.includes("\r")) return words;
  const lines = words.split("\n").map((line) => {
    let end = line.length;
    while (line[end - 1] === "\r") end--; // the end of a line of Windows
    return line.slice(line.lastIndexOf("\r", end - 1) + 1, end);
  });
  return lines.join("\n");
}

/** True for what was never meant as text. `raw`: some of it, decoded. */
export function looksBinary(raw: string): boolean {
  if (!raw.includes("\0")) return false;
  const strange = raw.match(/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/g)?.length ?? 0;
  return strange > raw.length * BINARY_SHARE;
}

/** At most so many characters from the start (or, when negative, from the end), and never half a surrogate pair. */
export function cut(words: string, characters: number): string {
  const part = characters < 0 ? words.slice(characters) : words.slice(0, characters);
  return characters < 0 ? part.replace(/^[\udc00-\udfff]/, "") : part.replace(/[\ud800-\udbff]$/, "");
}
