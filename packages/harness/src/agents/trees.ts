/**
 * Working trees for a session and its agents: a hook's where one is declared to make them, git's otherwise. Rule: a tree that holds work
 * is kept, whoever made it.
 */
import { stat } from "node:fs/promises";
import { isAbsolute } from "node:path";
import type { Hooking } from "../hooking/hooking.ts";
import { addAgain, addTree, holdsWork, removeTree, type Git, type Tree } from "./worktree.ts";

export type Trees = {
  /** In words why there is none. */
  make(cwd: string, name: string, signal: AbortSignal): Promise<Tree | string>;
  /** Where it stood, when it is gone. In words why not. */
  again(cwd: string, tree: Tree, signal: AbortSignal): Promise<string | undefined>;
  /** Whether anything stands there that stands nowhere else. */
  holdsWork(tree: Tree, signal: AbortSignal): Promise<boolean>;
  /** In words why not. */
  remove(cwd: string, tree: Tree, signal: AbortSignal): Promise<string | undefined>;
};
type Made = { readonly git: Git; readonly folder: string; readonly hooking: () => Hooking | undefined };

/** `folder`: where git's working trees stand. */
export function openTrees({ git, folder, hooking }: Made): Trees {
  return {
    make(cwd, name, signal) {
      const hooks = hooking();
      return hooks?.hears("WorktreeCreate") ? byHook(hooks, git, name, signal) : addTree(git, { cwd, folder, name }, signal);
    },
    async again(cwd, tree, signal) {
      if (await isFolder(tree.path)) return undefined;
      const gone = `Its working tree is gone: ${tree.path}.`;
      const trouble = tree.by === "git" ? await addAgain(git, cwd, tree, signal) : "The hook that made it isn't asked twice.";
      return trouble && `${gone} ${trouble} Start another agent for what is left.`;
    },
    holdsWork: (tree, signal) => holdsWork(git, tree, signal),
    async remove(cwd, tree, signal) {
      await hooking()?.fire("WorktreeRemove", { worktree_path: tree.path }, signal);
      return tree.by === "git" ? await removeTree(git, cwd, tree, signal) : undefined;
    },
  };
}

/** It may be of any kind; where it is git's, what it stands at is known. */
async function byHook(hooking: Hooking, git: Git, name: string, signal: AbortSignal): Promise<Tree | string> {
  const outcome = await hooking.fire("WorktreeCreate", { name }, signal);
  const { decision, stop, said } = outcome ?? {};
  if (stop) return stop.reason;
  if (decision?.behavior === "deny") return `${decision.by.name}: ${decision.reason}`;
  const path = said?.worktreePath ?? "";
  if (!isAbsolute(path)) return "The WorktreeCreate hook printed no absolute path on its last line, so there is no working tree.";
  if (!(await isFolder(path))) return `The WorktreeCreate hook named ${path}, which is no folder.`;
  const [head, branch] = await Promise.all([git(path, ["rev-parse", "HEAD"], signal), git(path, ["branch", "--show-current"], signal)]);
  return { path, by: "hook", base: head.ok ? head.out : "", ...(branch.ok && branch.out !== "" && { branch: branch.out }) };
}

const isFolder = async (path: string): Promise<boolean> => (await stat(path).catch(() => undefined))?.isDirectory() ?? false;

/** Leaves a tree whose work is over: kept with what stands in it, or taken away when nothing does. In words where the work is. */
export async function partFrom(trees: Trees, cwd: string, tree: Tree, signal: AbortSignal): Promise<string | undefined> {
  if (await trees.holdsWork(tree, signal)) return `[Its work is in ${placeOf(tree)}.]`;
  await trees.remove(cwd, tree, signal);
  return undefined;
}

export const placeOf = ({ path, branch }: Tree): string => (branch === undefined ? path : `${path}, on the branch ${branch}`);
