/** Git working trees of a session's own. Git runs without the repository's hooks. What holds work is kept. */
import { join } from "node:path";
import type { ProcessEnd, RunProcess } from "@keelson/protocol";

/** `base`: the commit that it stood at; empty where git knows nothing of it, and then it always holds work. */
export type Tree = { readonly path: string; readonly branch?: string; readonly base: string; readonly by: "git" | "hook" };
export type Git = (cwd: string, args: readonly string[], signal: AbortSignal) => Promise<{ readonly ok: boolean; readonly out: string }>;

const SAFE = ["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false"];
const MOST_OUTPUT = 64 * 1024; // characters

export function gitWith(run: RunProcess, env: Readonly<Record<string, string>>): Git {
  return async (cwd, args, signal) => {
    const running = run(
      { file: "git", args: [...SAFE, ...args], cwd, env: { ...env, GIT_OPTIONAL_LOCKS: "0", GIT_TERMINAL_PROMPT: "0" } },
      signal,
    );
    let out = "";
    let step = await running.next();
    for (; !step.done; step = await running.next()) if (out.length < MOST_OUTPUT) out += new TextDecoder().decode(step.value.bytes);
    const { code, failed }: ProcessEnd = step.value;
    return { ok: code === 0, out: (failed ?? out).trim() };
  };
}

/** In words why there is none. `folder`: where working trees stand. */
export async function addTree(
  git: Git,
  at: { readonly cwd: string; readonly folder: string; readonly name: string },
  signal: AbortSignal,
): Promise<Tree | string> {
  const { cwd, folder, name } = at;
  const head = await git(cwd, ["rev-parse", "--verify", "HEAD"], signal);
  if (!head.ok) return "There is no git repository with a commit here, so there can be no working tree.";
  const path = join(folder, name);
  const branch = `keel/${name}`;
  const added = await git(cwd, ["worktree", "add", "-b", branch, path, head.out], signal);
  return added.ok ? { path, branch, base: head.out, by: "git" } : `git made no working tree: ${added.out.split("\n").at(-1) ?? ""}`;
}

/** The same tree where it stood, at its branch where that is still there, else at the commit that it began with. In words why not. */
export async function addAgain(git: Git, cwd: string, { path, branch, base }: Tree, signal: AbortSignal): Promise<string | undefined> {
  await git(cwd, ["worktree", "prune"], signal); // git may still think that it stands there
  const kept = branch !== undefined && (await git(cwd, ["rev-parse", "--verify", `refs/heads/${branch}`], signal)).ok;
  const what = kept ? [path, branch] : branch === undefined ? ["--detach", path, base] : ["-b", branch, path, base];
  const added = await git(cwd, ["worktree", "add", ...what], signal);
  return added.ok ? undefined : `git didn't make it again: ${added.out.split("\n").at(-1) ?? ""}`;
}

/** Whether anything stands there that stands nowhere else. */
export async function holdsWork(git: Git, { path, base }: Tree, signal: AbortSignal): Promise<boolean> {
  const status = await git(path, ["status", "--porcelain", "--untracked-files=normal"], signal);
  const head = await git(path, ["rev-parse", "HEAD"], signal);
  return !status.ok || status.out !== "" || !head.ok || head.out !== base;
}

/** Takes the tree and its branch away. In words why not. */
export async function removeTree(git: Git, cwd: string, { path, branch }: Tree, signal: AbortSignal): Promise<string | undefined> {
  const removed = await git(cwd, ["worktree", "remove", "--force", path], signal);
  if (!removed.ok) return `git didn't remove ${path}: ${removed.out.split("\n").at(-1) ?? ""}`;
  if (branch !== undefined) await git(cwd, ["branch", "-D", branch], signal); // gone already, or kept by someone else: nothing is lost
  return undefined;
}
