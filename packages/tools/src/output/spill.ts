/** The whole of a long output, byte for byte, in a file of its own that only the user can read. */
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { mkdir, open, type FileHandle } from "node:fs/promises";
import { join } from "node:path";

export type Spill = {
  readonly path: string;
  /** Bytes that stand in it now. */
  readonly size: number;
  /** No more goes into it. */
  readonly full: boolean;
  /** Keeps the bytes; they go to disk when they are `needed`, and from then on. */
  add(bytes: Uint8Array, needed: boolean): Promise<void>;
  /** What a reader is told about where the rest is; undefined when nothing went to disk. */
  where(): string | undefined;
  close(): Promise<void>;
};

const MOST_SPILLED = 64 * 1024 * 1024;

/** `name`: what the file's name begins with. The folder is made when it is first needed. */
export function createSpill(folder: string, name: string, limitBytes = MOST_SPILLED): Spill {
  const path = join(folder, `${name.replaceAll(/[^\w-]/g, "_").slice(0, 80)}-${randomBytes(4).toString("hex")}.txt`);
  let waiting: Uint8Array[] = [];
  let file: FileHandle | undefined;
  let written = 0;
  let broken: string | undefined;
  let whole = true;

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

  return {
    path,
    get size() {
      return written;
    },
    get full() {
      return !whole;
    },
    async add(bytes, needed) {
      if (!needed && !file) return void waiting.push(bytes);
      const all = [...waiting, bytes];
      waiting = [];
      for (const one of all) await write(one);
    },
    where() {
      if (broken !== undefined) return `the rest could not be kept (${broken})`;
      if (!file) return undefined;
      return whole ? `the whole is in ${path}` : `its first ${limitBytes / 1024 / 1024} MiB are in ${path}`;
    },
    async close() {
      await file?.close();
    },
  };
}

async function create(folder: string, path: string): Promise<FileHandle> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return open(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
}
