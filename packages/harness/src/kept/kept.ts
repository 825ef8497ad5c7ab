import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { chmod, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { hasCode, type Json } from "@keelson/protocol";

/**
 * A folder of ours in which each entry is a small file of its own, named by what it speaks of: two that write at once
 * can't lose each other's, and taking one back is removing a file. What can't be understood counts as not there.
 */
export type Kept<T> = {
  /** In the order of their names; in words why the folder can't be read. */
  list(): Promise<readonly T[] | string>;
  get(key: string): Promise<T | undefined>;
  /** In words why it couldn't be kept. */
  put(entry: T): Promise<string | undefined>;
  /** In words why it couldn't be taken back. */
  drop(entry: T): Promise<string | undefined>;
};

export type KeptAs<T> = { readonly keyOf: (entry: T) => string; readonly parse: (entry: Json) => T | undefined };

export function keep<T>(folder: string, { keyOf, parse }: KeptAs<T>): Kept<T> {
  const fileOf = (key: string): string => join(folder, `${createHash("sha256").update(key).digest("hex")}.json`);
  // Each is a few hundred bytes, and every start reads them: a way over the thread pool takes longer than the reading.
  function read(file: string): T | undefined {
    try {
      return parse(JSON.parse(readFileSync(file, "utf8")) as Json);
    } catch {
      return undefined; // gone meanwhile, or no entry of ours: it grants nothing
    }
  }
  return {
    async list() {
      try {
        const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
        return names.toSorted().flatMap((name) => read(join(folder, name)) ?? []);
      } catch (error) {
        return hasCode(error, ["ENOENT"]) ? [] : because(folder, "be read", error);
      }
    },
    get: async (key) => read(fileOf(key)),
    async put(entry) {
      const file = fileOf(keyOf(entry));
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 });
        await chmod(folder, 0o700);
        const beside = `${file}.${process.pid}`;
        await writeFile(beside, `${JSON.stringify(entry, null, 2)}\n`, { mode: 0o600 });
        await rename(beside, file);
        return undefined;
      } catch (error) {
        return because(folder, "be written", error);
      }
    },
    async drop(entry) {
      try {
        await rm(fileOf(keyOf(entry)), { force: true });
        return undefined;
      } catch (error) {
        return because(folder, "be written", error);
      }
    },
  };
}

function because(folder: string, what: string, error: unknown): string {
  return `${folder} can't ${what} (${error instanceof Error ? error.message : String(error)}). Look at its owner and its mode.`;
}
