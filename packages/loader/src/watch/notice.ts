/**
 * Says that something happened in a folder. Rule: one watch for each folder that is named and none below it; what no watch tells, or can't
 * be had for, is found by looking. Many folders are watched by Node itself: 25,000 of them cost 40 MB so, and 600 MB through chokidar.
 */
import { EventEmitter, on } from "node:events";
import { watch as watchFolder, type FSWatcher } from "node:fs";
import { basename, join } from "node:path";

/** `roots`: few, and watched through their removal and return. `leaves`: many; those that aren't named again are let go. `next`: a path at which something happened; undefined at the end. */
export type Notices = AsyncDisposable & {
  readonly follow: (roots: readonly string[], leaves: readonly string[]) => void;
  readonly next: () => Promise<string | undefined>;
};
export type OpenNotices = (signal: AbortSignal) => Promise<Notices>;

const MOST_LEAVES = 50_000;

export const openNotices: OpenNotices = async (signal) => {
  const { watch } = await import("chokidar"); // a session that isn't watched doesn't load it
  const roots = new Set<string>();
  const leaves = new Map<string, FSWatcher>();
  const happened = new EventEmitter<{ notice: [string] }>();
  const notices = on(happened, "notice", { signal });
  const watcher = watch([], { ignoreInitial: true, followSymlinks: false, ignored: (path) => !roots.has(path) });
  watcher.on("error", () => undefined); // the sweep finds what happens
  watcher.on("raw", (_: string, name: unknown, details: unknown) => {
    const folder = typeof details === "object" && details !== null && "watchedPath" in details ? String(details.watchedPath) : "";
    // Of a file that is watched by itself, the name is its own.
    happened.emit("notice", typeof name === "string" && name !== basename(folder) ? join(folder, name) : folder);
  });
  const addLeaf = (folder: string): void => {
    if (leaves.has(folder) || leaves.size >= MOST_LEAVES) return;
    try {
      const leaf = watchFolder(
        folder,
        { persistent: false },
        (_, name) => void happened.emit("notice", name === null ? folder : join(folder, name)),
      );
      leaf.on("error", () => leaf.close());
      leaves.set(folder, leaf);
    } catch {
      // gone already, or the system gives no more watches: the sweep finds what happens
    }
  };
  return {
    follow: (wanted, many) => {
      const fresh = wanted.filter((folder) => !roots.has(folder));
      for (const folder of fresh) roots.add(folder);
      if (fresh.length > 0) watcher.add(fresh);
      const named = new Set(many);
      for (const [folder, leaf] of leaves)
        if (!named.has(folder)) {
          leaf.close();
          leaves.delete(folder);
        }
      for (const folder of named) if (!roots.has(folder)) addLeaf(folder);
    },
    next: async () => {
      try {
        const { value, done } = await notices.next();
        const [path]: readonly unknown[] = done ? [] : value;
        return typeof path === "string" ? path : undefined;
      } catch {
        return undefined; // the signal: nothing more will come
      }
    },
    [Symbol.asyncDispose]: async () => {
      for (const leaf of leaves.values()) leaf.close();
      await watcher.close();
    },
  };
};
