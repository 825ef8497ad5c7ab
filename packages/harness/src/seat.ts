/** Where a session stands: its folder, or a working tree that it moved into; and where its shell went from there. Both come back with it. */
import { statSync } from "node:fs";
import { isAbsolute, relative, sep } from "node:path";
import type { Event, JsonObject } from "@keelson/protocol";
import type { Tree } from "./agents/worktree.ts";

/** `move`: into another folder, with the shell. */
export type Seat = { readonly cwd: string; move(cwd: string): void };
/** Of the shell. */
export type Move = { readonly from: string; readonly to: string };
/** A working tree that the session moved into, and where it was before. `lent`: of the session that this one is a copy of. */
export type Entered = { readonly tree: Tree; readonly from: string; readonly lent?: true };
/** As a log left it. */
export type Left = { readonly entered?: Entered | undefined; readonly shell?: string | undefined };

export type Standing = {
  readonly seat: Seat;
  /** What the tools share. */
  readonly shell: { cwd: string };
  /** Where the shell went since the last look; undefined when it is where it was. */
  readonly moved: () => Move | undefined;
  /** The same for the log. */
  readonly drain: () => readonly Event[];
};

/** `roots`: the session's folder, and others that it may work in. What is gone is left for the folder. */
export function standIn({ entered, shell: left }: Left, roots: readonly string[]): Standing {
  const [cwd = ""] = roots;
  let at = entered && isFolder(entered.tree.path) ? entered.tree.path : cwd;
  const known = left !== undefined && [at, ...roots].some((root) => isWithin(root, left)) && isFolder(left);
  const shell = { cwd: known ? left : at };
  const toHooks = movesOf(shell);
  const toLog = movesOf(shell);
  return {
    shell,
    seat: {
      get cwd() {
        return at;
      },
      move(to) {
        at = to;
        shell.cwd = to;
      },
    },
    moved: toHooks,
    drain() {
      const move = toLog();
      return move ? [{ type: "session.changed", change: { shell: move.to } }] : NONE;
    },
  };
}

const NONE: readonly Event[] = [];

function movesOf(shell: { readonly cwd: string }): Standing["moved"] {
  let told = shell.cwd;
  return () => {
    if (shell.cwd === told) return undefined;
    const move = { from: told, to: shell.cwd };
    told = move.to;
    return move;
  };
}

export const enteredEvent = (entered: Entered | undefined): Event => ({
  type: "session.changed",
  change: { entered: entered ? { ...entered, tree: { ...entered.tree } } : null },
});

/** As a log has it. */
export function readEntered({ tree, from, lent }: JsonObject): Entered | undefined {
  if (!isObject(tree) || typeof from !== "string") return undefined;
  const { path, branch, base, by } = tree;
  if (typeof path !== "string" || typeof base !== "string") return undefined;
  const named = { path, base, by: by === "hook" ? by : "git", ...(typeof branch === "string" && { branch }) } as const;
  return { tree: named, from, ...(lent === true && { lent }) };
}

const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function isWithin(root: string, path: string): boolean {
  const way = relative(root, path);
  return way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
