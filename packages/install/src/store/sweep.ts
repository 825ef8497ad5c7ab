import { readdir, rm, stat, utimes, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { SEEN } from "./look.ts";
import { removeTree } from "./remove.ts";
import { lastUsed } from "./seal.ts";

const DAY_MS = 24 * 60 * 60 * 1_000;
const UNUSED_MS = 30 * DAY_MS;
/** A copy under way is younger than this. */
const HALL_MS = DAY_MS;

export type Swept = { readonly removed: readonly string[]; readonly left: number };

const SWEPT = ".swept";

/** The same, where nobody has swept for a day. */
export async function sweepDaily(folder: string, wanted: ReadonlySet<string>, now: number): Promise<void> {
  const mark = join(folder, SWEPT);
  const last = (await stat(mark).catch(() => undefined))?.mtimeMs ?? 0;
  if (now - last < DAY_MS) return;
  await writeFile(mark, "", { mode: 0o600 });
  await utimes(mark, now / 1_000, now / 1_000);
  await sweep(folder, wanted, now);
}

/** `removed`: hashes of trees. Rejects with what the disk says where one can't be removed. */
export async function sweep(folder: string, wanted: ReadonlySet<string>, now: number): Promise<Swept> {
  const removed: string[] = [];
  let left = 0;
  for (const name of await readdir(folder).catch(() => [])) {
    const path = join(folder, name);
    if (name === SEEN) await sweepSeen(path, now);
    if (name === SEEN || name === SWEPT) continue;
    const isTree = /^[0-9a-f]{64}$/.test(name);
    const old = now - (await lastTouched(path)) > (isTree ? UNUSED_MS : HALL_MS);
    if (old && !wanted.has(name)) await removeTree(path);
    if (!isTree) continue;
    if (old && !wanted.has(name)) removed.push(name);
    else left++;
  }
  return { removed, left };
}

/** It is made again when it is wanted. */
async function sweepSeen(folder: string, now: number): Promise<void> {
  for (const name of await readdir(folder)) {
    const file = join(folder, name);
    if (now - (await stat(file)).mtimeMs > UNUSED_MS) await rm(file, { force: true });
  }
}

async function lastTouched(path: string): Promise<number> {
  const names = await readdir(path).catch(() => []);
  const uses = await Promise.all(names.map(async (name) => (await lastUsed(join(path, name))) ?? 0));
  return Math.max((await stat(path)).mtimeMs, ...uses);
}
