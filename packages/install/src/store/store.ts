/**
 * Plugin directories by their content, in `<folder>/<tree-hash>/<name>/`. Rule: the hash is taken of the copy, never of what it was
 * copied from, so that nothing can change between what was looked at and what runs; what stands there is never written to again.
 */
import { randomUUID } from "node:crypto";
import { chmod, mkdir, realpath, rename } from "node:fs/promises";
import { basename, join } from "node:path";
import { hasCode } from "@keelson/protocol";
import { CLOSED, copyTree } from "../tree/copy.ts";
import { treeOf } from "../tree/hash.ts";
import type { Bounds, LeftOut } from "../tree/list.ts";
import { look, type Looked } from "./look.ts";
import { removeTree } from "./remove.ts";
import { isSealed, seal, used } from "./seal.ts";
import { sweep, sweepDaily, type Swept } from "./sweep.ts";

/** `root`: of the copy. `leftOut`: what of the directory isn't in it. */
export type Kept = { readonly ok: true; readonly tree: string; readonly root: string; readonly leftOut: readonly LeftOut[] };
/** `why`: the end of a sentence about the directory. */
export type NotKept = { readonly ok: false; readonly why: string };

export type ContentStore = {
  /** The hash of a directory as it stands now; of one that wasn't touched, without reading it. */
  look(directory: string): Promise<Looked>;
  /** Copies a directory as it stands now. Two that keep the same at once have the same copy in the end. */
  keep(directory: string): Promise<Kept | NotKept>;
  /** The root of what was kept of a directory of this name; undefined where there is none, or somebody has changed it. */
  find(tree: string, directory: string): Promise<string | undefined>;
  /** Removes what has no name in `wanted` and wasn't used for thirty days. */
  sweep(wanted: ReadonlySet<string>): Promise<Swept>;
  /** The same, at most once a day. */
  sweepDaily(wanted: ReadonlySet<string>): Promise<void>;
};

/** `now`: milliseconds since the epoch. */
export function openContentStore(folder: string, now: () => number, bounds?: Bounds): ContentStore {
  const find: ContentStore["find"] = async (tree, directory) => {
    const root = join(folder, tree, await nameOf(directory));
    if (isSealed(root)) {
      await used(root, now());
      return root;
    }
    const hashed = await treeOf(root, bounds, []);
    if (!hashed.ok || hashed.tree !== tree) return undefined;
    await seal(root);
    return root;
  };

  async function place(from: string, tree: string, name: string): Promise<string> {
    const root = join(folder, tree, name);
    await mkdir(join(folder, tree), { recursive: true, mode: 0o700 });
    for (;;) {
      const there = await find(tree, root);
      if (there !== undefined) return there;
      try {
        await rename(from, root);
        break;
      } catch (error) {
        if (!hasCode(error, ["ENOTEMPTY", "EEXIST"])) throw error;
        await removeChanged(root, `${from}.changed`);
      }
    }
    await chmod(root, CLOSED); // only now: a folder that can't be written to can't be moved
    await seal(root);
    return root;
  }

  return {
    look: (directory) => look(directory, { folder, bounds, now: now() }),
    find,
    async keep(directory) {
      const hall = join(folder, `${HALL}${randomUUID()}`);
      try {
        await mkdir(hall, { recursive: true, mode: 0o700 });
        const name = await nameOf(directory);
        const copied = await copyTree(await realpath(directory), join(hall, name), bounds);
        if (!copied.ok) return copied;
        const hashed = await treeOf(join(hall, name), bounds, []);
        if (!hashed.ok) return hashed;
        return { ok: true, tree: hashed.tree, root: await place(join(hall, name), hashed.tree, name), leftOut: copied.leftOut };
      } catch (error) {
        return { ok: false, why: `can't be kept in ${folder} (${error instanceof Error ? error.message : String(error)})` };
      } finally {
        await removeTree(hall).catch(() => undefined); // what is left of it goes with the next sweep
      }
    },
    sweep: (wanted) => sweep(folder, wanted, now()),
    sweepDaily: (wanted) => sweepDaily(folder, wanted, now()),
  };
}

/** What a copy is made in, before it has a hash. */
const HALL = ".in-";

/** The name of the folder is part of what some programs go by. */
async function nameOf(directory: string): Promise<string> {
  return basename(await realpath(directory).catch(() => directory)) || "plugin";
}

/** Somebody has written into it: whoever runs from it is better served by what was agreed to. */
async function removeChanged(root: string, aside: string): Promise<void> {
  try {
    await chmod(root, 0o700);
    await rename(root, aside);
    await removeTree(aside);
  } catch (error) {
    if (!hasCode(error, ["ENOENT"])) throw error; // another one was faster
  }
}
