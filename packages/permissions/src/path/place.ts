// A path pattern put on a disk: which folders it starts at, and what it hits there.
// A restriction starts at the real folder too, however it is spelled; an allowance never follows a link that its pattern names.
import { posix } from "node:path";
import type { PathPattern } from "./pattern.ts";
import { isWithin, type Spelled } from "./links.ts";

export type Placed = { readonly root: string; readonly pattern: PathPattern };

/** `bases`: every folder that the pattern's anchor stands for. */
export function place(pattern: PathPattern, bases: readonly string[]): readonly Placed[] {
  return bases.map((base) => ({ root: posix.join(base, ...Array<string>(pattern.up).fill(".."), ...pattern.head), pattern }));
}

export async function placeReal(placed: readonly Placed[], spell: (path: string) => Promise<Spelled>): Promise<readonly Placed[]> {
  const all = await Promise.all(placed.map(async ({ root, pattern }) => (await spell(root)).all.map((real) => ({ root: real, pattern }))));
  return all.flat();
}

/** `under`: everything beneath the path is meant too, so it counts as inside of itself. */
export function hits({ root, pattern }: Placed, path: string, under: boolean): boolean {
  if (!isWithin(path, root)) return false;
  const names = path.slice(root.length).split("/").filter(Boolean);
  if (pattern.tail === undefined) return !pattern.beneathOnly || under || names.length > 0;
  for (let length = 1; length <= names.length; length += 1) {
    if (!pattern.tail(names.slice(0, length).join("/"))) continue;
    return !pattern.beneathOnly || under || length < names.length;
  }
  return false;
}

/** Does one rule hold for a path? `placed`: its pattern at every place that it starts at. Behind a `!` it holds for what is at none of them. */
export function holds(placed: readonly Placed[], path: string, under: boolean): boolean {
  if (placed[0]?.pattern.negated) return !placed.some((one) => hits(one, path, false));
  return placed.some((one) => hits(one, path, under));
}

/**
 * Could it hit something beneath this folder? `walked`: the whole tree is looked at. Otherwise the path may be a file,
 * and a pattern that floats at any depth counts only for a folder at or above the place it starts at.
 */
export function mayHitBelow({ root, pattern }: Placed, folder: string, walked: boolean): boolean {
  if (pattern.negated) return false; // what is beneath a folder that it doesn't hold for is no other place
  if (isWithin(root, folder)) return root !== folder || pattern.tail !== undefined;
  return walked && pattern.tail !== undefined && isWithin(folder, root);
}
