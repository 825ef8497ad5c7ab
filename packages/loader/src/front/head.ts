/**
 * Finds the head of a text: what stands between its `---` lines.
 * Rule: a head that isn't where it should be is found all the same, and `slip` says what is wrong with its place.
 */

/** `too_long`: what closes it stands farther down than is read for it. */
export type Slip = "comment_before" | "unclosed" | "too_long";
/** `line`: of the file, where `head` begins. `bodyLine`: where the body begins. Without a head both text and slip are missing. */
export type Head = {
  readonly head?: string;
  readonly line: number;
  readonly language: string;
  readonly body: string;
  readonly bodyLine: number;
  readonly slip?: Slip;
};

const OPENS = /^---[^\S\n]*([\w-]*)[^\S\n]*(?:#[^\n]*)?(?:\n|$)/;
const CLOSES = /^(?:---|\.\.\.)[^\S\n]*$/m;
/** `text` has no byte order mark, and LF for line ends. `more`: the file goes on behind it, so that an open head may close later. */
export function findHead(text: string, more = false): Head | "read on" {
  const before = OPENS.test(text) ? "" : text.slice(0, startOf(text));
  const rest = text.slice(before.length);
  const open = OPENS.exec(rest);
  if (!open) return { line: 1, language: "", body: text, bodyLine: 1 };
  const inner = rest.slice(open[0].length);
  const close = CLOSES.exec(inner);
  if (!close && more) return "read on";
  const line = linesIn(before) + 2;
  const language = (open[1] ?? "").toLowerCase();
  const shifted = before.trim() === "" ? {} : { slip: "comment_before" as const };
  if (close) {
    const head = inner.slice(0, close.index);
    const body = inner.slice(close.index + close[0].length + 1);
    return { head, line, language, body, bodyLine: line + linesIn(head) + 1, ...shifted };
  }
  // A rule drawn above a plain text isn't a head that was left open.
  const until = /\n[^\S\n]*\n|\n#{1,6} /.exec(inner)?.index ?? inner.length;
  const head = inner.slice(0, until);
  if (!/^[A-Za-z_][\w-]*:(?:\s|$)/.test(head)) return { line: 1, language: "", body: text, bodyLine: 1 };
  return { head, line, language, body: inner.slice(until + 1), bodyLine: line + linesIn(head) + 1, slip: "unclosed" };
}

/** Behind blank lines, comments and the opening of a code block that someone put before the head. By steps: a pattern could be led astray for ever. */
function startOf(text: string): number {
  for (let at = 0; ;) {
    while (/\s/.test(text[at] ?? "")) at += 1;
    if (text.startsWith("---", at)) return at;
    const end = text.startsWith("<!--", at) ? text.indexOf("-->", at) + 3 : text.startsWith("```", at) ? text.indexOf("\n", at) + 1 : 0;
    if (end <= at) return 0;
    at = end;
  }
}

function linesIn(text: string): number {
  return text.split("\n").length - 1;
}
