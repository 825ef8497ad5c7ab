import { join } from "node:path";
import { bytesOf } from "./bytes.ts";
import { listTree, type Entry } from "./list.ts";

/** What became of one tree in another, a line each: `+ new`, `- gone` or `~ other`, and the path; undefined where one of them can't be read. */
export async function differences(before: string, after: string): Promise<readonly string[] | undefined> {
  const [one, other] = await Promise.all([listTree(before), listTree(after)]);
  if (!one.ok || !other.ok) return undefined;
  const old = new Map(one.entries.map((entry) => [entry.path, entry]));
  const now = new Map(other.entries.map((entry) => [entry.path, entry]));
  try {
    const told: string[] = [];
    for (const path of [...new Set([...old.keys(), ...now.keys()])].toSorted()) {
      const [was, is] = [old.get(path), now.get(path)];
      if (!was) told.push(`+ ${path}`);
      else if (!is) told.push(`- ${path}`);
      else if (!isSame(join(before, path), was, join(after, path), is)) told.push(`~ ${path}`);
    }
    return told;
  } catch {
    return undefined; // it goes on changing
  }
}

function isSame(oldFile: string, was: Entry, file: string, is: Entry): boolean {
  if (was.is === "link" && is.is === "link") return was.target === is.target;
  if (was.is !== "file" || is.is !== "file") return was.is === is.is;
  if (was.size !== is.size || was.runs !== is.runs) return false;
  return Buffer.compare(bytesOf(oldFile, was.size), bytesOf(file, is.size)) === 0;
}
