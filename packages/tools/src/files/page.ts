/** Some lines of a large file. Bytes go through a buffer of fixed size; a long line is cut while it is read. */
import type { FileHandle } from "node:fs/promises";

/** `from`: the first line wanted, from 1. `width`: characters kept of a line, at most. */
export type Window = { readonly from: number; readonly count: number; readonly width: number };
/** `more`: lines follow. `binary`: it has NUL bytes, and no lines. */
export type Page = { readonly lines: readonly string[]; readonly more: boolean; readonly binary: boolean };

const CHUNK = 256 * 1024;
const NEWLINE = 10;
const WIDEST = 4; // bytes of a character in UTF-8

export async function pageOf(file: FileHandle, window: Window, signal: AbortSignal): Promise<Page> {
  const chunk = Buffer.allocUnsafe(CHUNK);
  const lines: string[] = [];
  const kept = window.width * WIDEST + WIDEST; // bytes of a line, enough to see that it is too long
  let line = Buffer.alloc(0);
  let number = 1;
  for (;;) {
    signal.throwIfAborted();
    const { bytesRead } = await file.read(chunk, 0, CHUNK, null);
    if (bytesRead === 0) break;
    const bytes = chunk.subarray(0, bytesRead);
    if (bytes.includes(0)) return { lines: [], more: false, binary: true };
    const skipped = skipLines(bytes, window.from - number);
    number += skipped.lines;
    for (let start = skipped.end; start < bytes.length;) {
      const stop = bytes.indexOf(NEWLINE, start);
      const end = stop < 0 ? bytes.length : stop;
      if (lines.length === window.count) return { lines, more: true, binary: false };
      line = Buffer.concat([line, bytes.subarray(start, Math.min(end, start + kept - line.length))]);
      if (stop < 0) break;
      lines.push(line.toString("utf8"));
      line = Buffer.alloc(0);
      number++;
      start = end + 1;
    }
  }
  if (line.length > 0) lines.push(line.toString("utf8"));
  return { lines, more: false, binary: false };
}

/** Past so many line ends, or to where the bytes end. */
function skipLines(bytes: Buffer, count: number): { readonly lines: number; readonly end: number } {
  let end = 0;
  for (let lines = 0; lines < count; lines++) {
    const stop = bytes.indexOf(NEWLINE, end);
    if (stop < 0) return { lines, end: bytes.length };
    end = stop + 1;
  }
  return { lines: Math.max(count, 0), end };
}
