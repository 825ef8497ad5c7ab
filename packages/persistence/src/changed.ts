import { basename, dirname, join } from "node:path";
import { bestEffort, ifThere, isErrno, type Disk } from "./disk.ts";
import { openNew } from "./lock.ts";

/**
 * An empty file for each session that was made or claimed since the index last looked: what lets a list be asked without a look at every session.
 * It is there before the change, and goes only when nobody holds the session.
 */
const changedIn = (root: string): string => join(root, "changed");
const nameOf = (folder: string): string => `${basename(dirname(folder))}+${basename(folder)}`;

/** Throws when it can't: a session that no list shows would be as good as lost. */
export function markChanged(disk: Disk, root: string, folder: string): void {
  const path = join(changedIn(root), nameOf(folder));
  const mark = (): void => {
    const fd = openNew(disk, path);
    if (fd !== undefined) disk.close(fd);
  };
  try {
    mark();
  } catch (error) {
    if (!isErrno(error) || error.code !== "ENOENT") throw error;
    disk.makeFolder(changedIn(root));
    mark();
  }
}

/** Those sessions, as `<slug>/<id>`. */
export function changedSessions(disk: Disk, root: string): readonly string[] {
  return (ifThere(() => disk.names(changedIn(root))) ?? [])
    .filter((name) => /^[^+]+\+[^+]+$/.test(name))
    .map((name) => name.replace("+", "/"));
}

export function unmark(disk: Disk, root: string, folder: string): void {
  bestEffort(() => disk.remove(join(changedIn(root), nameOf(folder))));
}
