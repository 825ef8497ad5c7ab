/** The whole of a long output, byte for byte, in a file of its own that only the user can read. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, readdir, rm, type FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { clean } from "./clean.ts";

export type Spill = {
  readonly path: string;
  /** Bytes that stand in it now. */
  readonly size: number;
  /** No more goes into it. */
  readonly full: boolean;
  /** Keeps the bytes; they go to disk when they are `needed`, and from then on. What has waited for a while goes there too, in case nobody lives to tell it. */
  add(bytes: Uint8Array, needed: boolean): Promise<void>;
  /** What a reader is told about where the rest is; undefined when nothing went to disk. */
  where(): string | undefined;
  /** A file that was written only in case of a sudden end goes away. */
  close(): Promise<void>;
};

const MOST_SPILLED = 64 * 1024 * 1024;
const PATIENCE_MS = 100; // most commands are over by then, and need no file

const MOST_LEFT = 30_000; // bytes
const plain = (name: string): string => name.replaceAll(/[^\w-]/g, "_").slice(0, 80);

/** `name`: what the file's name begins with. The folder is made when it is first needed. */
export function createSpill(folder: string, name: string, limitBytes = MOST_SPILLED): Spill {
  const path = join(folder, `${plain(name)}-${randomBytes(4).toString("hex")}.txt`);
  const waiting: Uint8Array[] = [];
  let file: FileHandle | undefined;
  let written = 0;
  let broken: string | undefined;
  let whole = true;
  let wanted = false; // somebody will read it
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  async function write(bytes: Uint8Array): Promise<void> {
    const part = bytes.subarray(0, limitBytes - written);
    if (part.length < bytes.length) whole = false;
    if (broken !== undefined || (file && part.length === 0)) return;
    try {
      file ??= await create(folder, path);
      await file.writeFile(part);
      written += part.length;
    } catch (error) {
      broken = error instanceof Error ? error.message : String(error);
    }
  }

  /** One after the other: the timer may come between two pieces. */
  function drain(): Promise<void> {
    writing = writing.then(async () => {
      for (const one of waiting.splice(0)) await write(one);
    });
    return writing;
  }

  return {
    path,
    get size() {
      return written;
    },
    get full() {
      return !whole;
    },
    async add(bytes, needed) {
      wanted ||= needed;
      waiting.push(bytes);
      if (wanted || file) await drain();
      else timer ??= setTimeout(() => void drain(), PATIENCE_MS).unref();
    },
    where() {
      if (broken !== undefined) return `the rest could not be kept (${broken})`;
      if (!file || !wanted) return undefined;
      return whole ? `the whole is in ${path}` : `its first ${limitBytes / 1024 / 1024} MiB are in ${path}`;
    },
    async close() {
      clearTimeout(timer);
      await writing;
      await file?.close();
      if (file && !wanted) await rm(path, { force: true }).catch(() => undefined); // it is the user's to clear away
    },
  };
}

async function create(folder: string, path: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
}

/** What a call had printed that nobody lived to tell: the end of its file. Undefined where it left none. */
export async function leftBy(folder: string, name: string): Promise<string | undefined> {
  const begins = `${plain(name)}-`;
  const left = (await readdir(folder).catch(() => [])).find((each) => each.startsWith(begins));
  if (left === undefined) return undefined;
  await using file = await open(join(folder, left));
  const { size } = await file.stat();
  const from = Math.max(0, size - MOST_LEFT);
  const { buffer, bytesRead } = await file.read(Buffer.alloc(Math.min(size, MOST_LEFT)), 0, Math.min(size, MOST_LEFT), from);
  const words = clean(new TextDecoder().decode(buffer.subarray(0, bytesRead)));
  return words.trim() === "" ? undefined : `${from > 0 ? `[the end of ${size} bytes in ${join(folder, left)}]\n` : ""}${words.trimEnd()}`;
}
