import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

const MOST_FILES = 20_000;
const MOST_BYTES = 256 * 1024 * 1024;

/**
 * What a directory holds, as one hash: names, kinds, modes to run, and bytes. Any change of what could run is another hash.
 * Undefined where it can't be told: unreadable, too large, or a device in it.
 */
export async function treeOf(root: string): Promise<string | undefined> {
  const hash = createHash("sha256");
  const left = { files: MOST_FILES, bytes: MOST_BYTES };
  try {
    return (await add(root, "", hash, left)) ? hash.digest("hex") : undefined;
  } catch {
    return undefined;
  }
}

async function add(
  root: string,
  inside: string,
  hash: ReturnType<typeof createHash>,
  left: { files: number; bytes: number },
): Promise<boolean> {
  const folder = join(root, inside);
  for (const name of (await readdir(folder)).toSorted()) {
    if (inside === "" && name === ".git") continue; // its own bookkeeping: nothing of it is run
    const path = join(inside, name);
    const stats = await lstat(join(root, path));
    if (--left.files < 0 || (left.bytes -= stats.size) < 0) return false;
    if (stats.isDirectory()) {
      hash.update(`d ${path}\0`);
      if (!(await add(root, path, hash, left))) return false;
    } else if (stats.isSymbolicLink()) hash.update(`l ${path}\0${await readlink(join(root, path))}\0`);
    else if (stats.isFile()) {
      hash.update(`f ${path}\0${stats.mode & 0o111 ? "x" : "-"}${stats.size}\0`);
      hash.update(await readFile(join(root, path)));
    } else return false;
  }
  return true;
}
