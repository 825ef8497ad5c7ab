/** A file as numbered lines, as far as it has lines. */
import type { ToolOutput } from "@keelson/protocol";
import { failed, said } from "../define/said.ts";
import { sizeOf } from "../files/because.ts";
import type { Window } from "../files/page.ts";
import { linesOf, numbered } from "./lines.ts";

const MOST_SHOWN = 100_000; // characters of one answer

export function showText(path: string, bytes: Uint8Array, window: Window): ToolOutput {
  if (bytes.length === 0) return said(`[${path} is empty.]`);
  if (bytes.includes(0)) return refuseBinary(path, bytes);
  const words = new TextDecoder().decode(bytes);
  const all = linesOf(words);
  const start = window.from - 1;
  if (start >= all.length) return failed(`${path} has ${all.length} lines: offset must be one of them.`);
  const lines = all.slice(start, start + window.count);
  const notes = words.includes("\ufffd") && !isUtf8(bytes) ? ["[It isn't valid UTF-8: \ufffd stands for bytes that are no text.]"] : [];
  return showLines({ lines, more: start + lines.length < all.length, total: all.length, notes }, window.from);
}

type Shown = { readonly lines: readonly string[]; readonly more: boolean; readonly total?: number; readonly notes?: readonly string[] };

export function showLines({ lines, more, total, notes = [] }: Shown, from: number): ToolOutput {
  if (lines.length === 0) return failed(`The file has fewer than ${from} lines: give a smaller offset.`);
  const words = numbered(lines, from);
  const end = words.length <= MOST_SHOWN ? words.length : words.lastIndexOf("\n", MOST_SHOWN);
  const shown = words.slice(0, end);
  const next = from + shown.split("\n").length;
  const whole = !more && next === from + lines.length;
  const where = `[Lines ${from} to ${next - 1}${total === undefined ? "" : ` of ${total}`}. Go on with offset ${next}.]`;
  return said([shown, ...(whole ? [] : [where]), ...notes].join("\n"), { display: { kind: "file", from, lines: next - from } });
}

export function refuseBinary(path: string, bytes?: Uint8Array): ToolOutput {
  const utf16 = bytes !== undefined && ["fffe", "feff"].includes(Buffer.from(bytes.subarray(0, 2)).toString("hex"));
  const what = utf16 ? "text in UTF-16: convert it with iconv to read it" : "a binary file: look at it with a program of its kind";
  return failed(`${path} is ${what}.${bytes ? ` It has ${sizeOf(bytes.length)}.` : ""}`);
}

function isUtf8(bytes: Uint8Array): boolean {
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}
