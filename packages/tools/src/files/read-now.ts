import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import type { FileRead } from "@keelson/protocol";
import { absolute, hashOf } from "./state.ts";

const SMALL = 256 * 1024; // bytes: read in less time than the way to a thread and back

/** The whole of a small plain file, at once; undefined where it is anything else, and the slow way finds out what. */
export function readNow(path: string, limitBytes: number): FileRead | undefined {
  absolute(path);
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > Math.min(SMALL, limitBytes)) return undefined;
    const bytes = wholeOf(file, stats.size);
    return bytes && { bytes, state: { mtimeMs: stats.mtimeMs, size: bytes.length, hash: hashOf(bytes) } };
  } catch {
    return undefined;
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

/** Undefined when it grows while it is read. */
function wholeOf(file: number, size: number): Uint8Array | undefined {
  const bytes = Buffer.allocUnsafe(size + 1);
  let read = 0;
  for (;;) {
    const more = readSync(file, bytes, read, bytes.length - read, null);
    if (more === 0) return bytes.subarray(0, read);
    read += more;
    if (read === bytes.length) return undefined;
  }
}
