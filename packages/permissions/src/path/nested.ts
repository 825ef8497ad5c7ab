// Protected paths that stand on the disk beneath a folder, as a sandbox holds them: hooks of a repository within a repository, a package's own settings.
// Shallow ones first, and bounded: what lies deeper than it looks is judged in what commands name, and not held in what programs do.
import { readdirSync, statSync, type Dirent } from "node:fs";
import { posix } from "node:path";
import { BARE, gitRuns, isProtected, isWatched } from "./protected.ts";

/** Of a writable folder; and what would make a repository of it. What can't be looked at is taken for empty. */
export type FindNested = (root: string) => readonly string[];

const DEPTH = 3; // folders below the root whose entries are looked at
const MOST_FOLDERS = 500;
const MOST_FOUND = 200; // each is a mount of the sandbox
/** Clocks of disks tick in steps, of up to 2 s on some: what changed so lately is looked at again. */
const UNSETTLED_MS = 2_000;

type Entry = { readonly name: string; readonly folder: boolean };
type List = (folder: string) => readonly Entry[];

/** Looks at a folder again only when it has changed. `now`: milliseconds since 1970. */
export function rememberNested(now: () => number): FindNested {
  const known = new Map<string, { readonly changed: number; readonly entries: readonly Entry[] }>();
  return (root) =>
    findIn(root, (folder) => {
      const changed = statSync(folder).mtimeMs;
      const before = known.get(folder);
      if (before?.changed === changed) return before.entries;
      const entries = entriesOf(folder);
      if (changed < now() - UNSETTLED_MS) known.set(folder, { changed, entries });
      return entries;
    });
}

export const findNested: FindNested = (root) => findIn(root, entriesOf);

const entriesOf: List = (folder) =>
  readdirSync(folder, { withFileTypes: true }).map((entry: Dirent) => ({ name: entry.name, folder: entry.isDirectory() }));

function findIn(root: string, list: List): readonly string[] {
  const found = listed(root, list).some(({ name }) => name === ".git") ? [] : BARE.map((name) => posix.join(root, name));
  let folders: readonly string[] = [root];
  let left = MOST_FOLDERS;
  for (let depth = 0; depth <= DEPTH && folders.length > 0; depth += 1) {
    const next: string[] = [];
    for (const folder of folders.slice(0, left)) {
      const entries = listed(folder, list);
      const bare = depth > 0 && isBare(entries);
      found.push(...(bare ? gitRuns(folder) : held(folder, entries, depth)));
      if (!bare) next.push(...entries.filter((one) => one.folder && isWalked(one.name)).map(({ name }) => posix.join(folder, name)));
    }
    left -= Math.min(left, folders.length);
    folders = next;
  }
  return found.slice(0, MOST_FOUND);
}

function held(folder: string, entries: readonly Entry[], depth: number): readonly string[] {
  const around = depth === 0 ? "" : posix.basename(folder);
  return entries.flatMap(({ name, folder: isFolder }) => {
    const path = posix.join(folder, name);
    if (name.toLowerCase() === ".git" && isFolder) return gitRuns(path);
    return isProtected(`${around}/${name}`) || isWatched(`${around}/${name}`) ? [path] : [];
  });
}

/** Protected ones are held as a whole, and programs don't take what runs them from installed packages. */
const isWalked = (name: string): boolean => name !== "node_modules" && !isProtected(name);

/** A repository without a work tree. */
const isBare = (entries: readonly Entry[]): boolean =>
  ["HEAD", "objects", "refs"].every((name) => entries.some((one) => one.name === name));

function listed(folder: string, list: List): readonly Entry[] {
  try {
    return list(folder);
  } catch {
    return []; // gone, closed, or no folder: nothing in it can be held
  }
}
