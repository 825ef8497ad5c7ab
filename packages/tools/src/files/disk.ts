/**
 * The files of this machine. Everything is looked at through the descriptor that is opened, never twice by name;
 * a write stands beside the file until it is whole.
 */
import { constants, lstatSync, type Dirent } from "node:fs";
import { open, opendir, readdir, type FileHandle } from "node:fs/promises";
import { fileError, type FileKind, type FileRead, type FileStore } from "@keelson/protocol";
import { because, sizeOf } from "./because.ts";
import { absolute, hashOf } from "./state.ts";
import { pageOf, type Page, type Window } from "./page.ts";
import { readNow } from "./read-now.ts";
import { replaceFile } from "./replace.ts";

export type Entry = { readonly name: string; readonly kind: FileKind };
/** A file store that can also be looked around in, and read in parts. */
export type Disk = FileStore & {
  /** The names in a folder, sorted; none when it can't be listed. */
  names(folder: string): Promise<readonly string[]>;
  /** What stands in a folder, in the order of its names; some of it when it is more than `most`. Rejects with a `FileError`. */
  entries(folder: string, most: number): Promise<readonly Entry[]>;
  /** The first bytes of a file, at most `count`. Rejects with a `FileError`. */
  head(path: string, count: number): Promise<Uint8Array>;
  /** Some lines of a file of any size; only these are held in memory. Rejects with a `FileError`. */
  page(path: string, window: Window, signal: AbortSignal): Promise<Page>;
};

export function diskFiles(): Disk {
  return {
    read: async (path, limitBytes) => readNow(path, limitBytes) ?? (await opened(path, (file) => readWhole(file, path, limitBytes))),
    page: (path, window, signal) => opened(path, (file) => pageOf(file, window, signal)),
    write: (path, bytes, expected) => replaceFile(path, bytes, expected),
    head: (path, count) => opened(path, (file) => beginning(file, count)),
    entries: (folder, most) => entriesOf(folder, most),
    names: async (folder) => (await readdir(folder).catch(() => [])).toSorted(byName),
    async stat(path) {
      absolute(path);
      try {
        const stats = lstatSync(path); // one call: a way over the thread pool takes ten times as long
        return { kind: kindOf(stats), size: stats.size, mtimeMs: stats.mtimeMs };
      } catch (cause) {
        const error = because(cause, path);
        if (error.code === "missing") return undefined;
        throw error;
      }
    },
  };
}

const byName = (a: string, b: string): number => (a < b ? -1 : 1);

function kindOf(of: Pick<Dirent, "isFile" | "isDirectory" | "isSymbolicLink">): FileKind {
  return of.isFile() ? "file" : of.isDirectory() ? "directory" : of.isSymbolicLink() ? "link" : "other";
}

async function entriesOf(folder: string, most: number): Promise<readonly Entry[]> {
  absolute(folder);
  const entries: Entry[] = [];
  try {
    for await (const entry of await opendir(folder)) {
      entries.push({ name: entry.name, kind: kindOf(entry) });
      if (entries.length >= most) break; // leaving closes it
    }
  } catch (cause) {
    throw because(cause, folder);
  }
  return entries.toSorted((a, b) => byName(a.name, b.name));
}

async function beginning(file: FileHandle, count: number): Promise<Uint8Array> {
  const bytes = Buffer.alloc(count);
  const { bytesRead } = await file.read(bytes, 0, count, 0);
  return bytes.subarray(0, bytesRead);
}

/** Opens a regular file for reading. A pipe or a device is refused without waiting for its other end. */
async function opened<T>(path: string, use: (file: FileHandle) => Promise<T>): Promise<T> {
  absolute(path);
  let file: FileHandle | undefined;
  try {
    file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    const stats = await file.stat();
    if (stats.isDirectory()) throw fileError("directory", path, `${path} is a folder, not a file.`);
    if (!stats.isFile()) throw fileError("not_a_file", path, `${path} is a pipe, a socket or a device, not a file.`);
    return await use(file);
  } catch (cause) {
    throw because(cause, path);
  } finally {
    await file?.close();
  }
}

async function readWhole(file: FileHandle, path: string, limitBytes: number): Promise<FileRead> {
  const { mtimeMs, size } = await file.stat(); // before reading: a change meanwhile shows as one later
  if (size > limitBytes) throw tooLarge(path, size, limitBytes);
  const parts: Buffer[] = [];
  let total = 0;
  for (;;) {
    const part = Buffer.allocUnsafe(Math.min(Math.max(size - total, 0), limitBytes) + 1); // one more shows that it grew
    const { bytesRead } = await file.read(part, 0, part.length, null);
    if (bytesRead === 0) break;
    total += bytesRead;
    if (total > limitBytes) throw tooLarge(path, total, limitBytes);
    parts.push(part.subarray(0, bytesRead));
  }
  const bytes = parts.length === 1 && parts[0] ? parts[0] : Buffer.concat(parts);
  return { bytes, state: { mtimeMs, size: bytes.length, hash: hashOf(bytes) } };
}

function tooLarge(path: string, size: number, limit: number): Error {
  return fileError("too_large", path, `${path} has ${sizeOf(size)}, more than the ${sizeOf(limit)} that are read at once.`);
}
