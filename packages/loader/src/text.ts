/**
 * Reads one small text file. Rule: what is wrong with it comes back as words; nothing is thrown, nothing but a regular file is read.
 * At once and without threads: a start looks at some twenty of them, most of which aren't there.
 */
import { closeSync, constants, fstatSync, lstatSync, openSync, readFileSync, type Stats } from "node:fs";

/** `missing`: nothing stands there. `why` follows the name of the file in a sentence. */
export type TextRead =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly missing: boolean; readonly why: string };

const WHY: Readonly<Record<string, string>> = {
  EACCES: "can't be read: permission denied. Give yourself the right to read it",
  EPERM: "can't be read: permission denied. Give yourself the right to read it",
  ELOOP: "is a link that leads back to itself. Remove the link",
  ENAMETOOLONG: "can't be read: its path is too long. Move it to a shorter one",
  EMFILE: "can't be read: too many files are open. Close some programs and try again",
};

/** UTF-8 with or without a byte order mark; CRLF becomes LF. `lossy`: what is no UTF-8 is shown as � instead of refused, and UTF-16 is read by its mark. */
export async function readText(path: string, limitBytes: number, strictness: "strict" | "lossy" = "strict"): Promise<TextRead> {
  let file: number | undefined;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)); // a pipe without a writer would wait for ever
    const stats = fstatSync(file);
    if (stats.isDirectory()) return refused("is a directory, not a file. Name a file, or move it away");
    if (!stats.isFile()) return refused("is not a regular file. Put a file in its place");
    if (stats.size > limitBytes) return refused(`has ${stats.size} bytes; at most ${limitBytes} are read. Make it smaller`);
    return decode(readFileSync(file), strictness === "strict");
  } catch (error) {
    return await failure(path, error);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}

export function refused(why: string): TextRead & { readonly ok: false } {
  return { ok: false, missing: false, why };
}

/** An I/O error in words. A link to nothing is not missing: someone meant a file to be there. */
export async function failure(path: string, error: unknown): Promise<TextRead & { readonly ok: false }> {
  const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
  if (code !== "ENOENT" && code !== "ENOTDIR") return refused(WHY[code] ?? `can't be read (${code})`);
  const link = lookAt(path);
  return link
    ? refused("is a link to a file that doesn't exist. Remove the link or restore the file")
    : { ok: false, missing: true, why: "doesn't exist" };
}

function decode(bytes: Uint8Array, fatal: boolean): TextRead {
  try {
    return { ok: true, text: new TextDecoder(fatal ? "utf-8" : encodingOf(bytes), { fatal }).decode(bytes).replaceAll("\r\n", "\n") };
  } catch {
    return refused("is not UTF-8 text. Save it as UTF-8");
  }
}

function encodingOf([first, second]: Uint8Array): string {
  if (first === 0xff && second === 0xfe) return "utf-16le";
  return first === 0xfe && second === 0xff ? "utf-16be" : "utf-8";
}

/** What stands at a path, a link as itself; undefined where nothing does, or nobody may look. */
export function lookAt(path: string): Stats | undefined {
  try {
    return lstatSync(path, { throwIfNoEntry: false });
  } catch {
    return undefined;
  }
}
