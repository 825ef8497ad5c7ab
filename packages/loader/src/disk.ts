/**
 * The files of one plugin directory. Rule: nothing outside it is read, by name or by link; nothing but regular files is opened;
 * what is refused is one problem. Synchronous on purpose: 25,000 small files cost four times as much through promises.
 */
import { constants, lstatSync, readdirSync, realpathSync, statSync, type Dirent, type Stats } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Problem } from "@keelson/protocol";
import { warn } from "./problem.ts";
import { quote } from "./words.ts";

/** `linked`: reached through a link, which has been looked at. */
export type Entry = { readonly name: string; readonly path: string; readonly kind: "file" | "directory"; readonly linked: boolean };
export type Disk = {
  readonly root: string;
  readonly report: (problem: Problem) => void;
  /** Sorted by name. Nothing where there is no such directory. */
  readonly entries: (dir: string) => readonly Entry[];
  /** A path as an author wrote it: relative to the root. Words where it can't be used. */
  readonly find: (path: string) => Entry | { readonly why: string; readonly missing: boolean };
  /** What stands at a path below the root that the caller made itself. */
  readonly at: (path: string) => Entry | undefined;
  /** Lets others have a turn now and then; awaited once a file. */
  readonly breathe: () => Promise<void> | undefined;
};

const MOST_ENTRIES = 250_000;
const MOST_PROBLEMS = 200;
const FILES_A_TURN = 128;
/** A pipe without a writer would wait for ever. */
export const LINK_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
export const READ_FLAGS = LINK_FLAGS | (constants.O_NOFOLLOW ?? 0);
const NEVER = new Set([".git", "node_modules", ".DS_Store", "__pycache__"]);
const LEAVES = "leads out of the plugin's directory and isn't read.";

/** `within`: the real path that nothing may lead out of; undefined where the user's own links may go anywhere. */
export function openDisk(root: string, within: string | undefined, problems: Problem[]): Disk {
  let entered = 0;
  let files = 0;
  const linked = new Set<string>();
  const report = (problem: Problem): void => {
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    else if (problems.length === MOST_PROBLEMS)
      problems.push(
        warn({ file: root }, { code: "too_many_problems", what: "There are more problems than these.", hint: "Correct these first." }),
      );
  };

  const follow = (path: string, name: string): Entry | undefined => {
    const target = resolveLink(path);
    if (typeof target === "string") {
      report(
        warn(
          { file: path, line: 1 },
          { code: "link_broken", what: `is a link that ${target}.`, hint: "Remove the link or restore what it names." },
        ),
      );
      return undefined;
    }
    if (within !== undefined && !isInside(within, target.real)) {
      report(
        warn(
          { file: path, line: 1 },
          { code: "link_escapes", what: `is a link that ${LEAVES}`, hint: "Put a copy of the file in its place." },
        ),
      );
      return undefined;
    }
    if (target.stat.isDirectory()) {
      if (isInside(target.real, realOf(path))) {
        report(
          warn(
            { file: path, line: 1 },
            { code: "link_loop", what: "is a link to a folder that it stands in itself.", hint: "Remove the link." },
          ),
        );
        return undefined;
      }
      if (linked.has(target.real)) return undefined; // the same folder once
      linked.add(target.real);
      return { name, path, kind: "directory", linked: true };
    }
    return target.stat.isFile() ? { name, path, kind: "file", linked: true } : odd(path);
  };
  const odd = (path: string): undefined => {
    report(
      warn({ file: path, line: 1 }, { code: "not_a_file", what: "is neither a file nor a folder and isn't read.", hint: "Remove it." }),
    );
  };

  return {
    root,
    report,
    entries: (dir) => {
      const found = listDir(dir, report);
      entered += found.length;
      if (entered > MOST_ENTRIES) {
        const what = `has more than ${MOST_ENTRIES} files; what comes behind them isn't read.`;
        if (entered - found.length <= MOST_ENTRIES)
          report(
            warn(
              { file: root, line: 1 },
              { code: "too_many_files", what, hint: "Split it, or move what isn't part of the plugin elsewhere." },
            ),
          );
        return [];
      }
      return found.flatMap((entry): Entry | readonly Entry[] => {
        const { name } = entry;
        if (NEVER.has(name)) return [];
        const path = `${dir}${sep}${name}`;
        if (entry.isFile()) return [{ name, path, kind: "file", linked: false }];
        if (entry.isDirectory()) return [{ name, path, kind: "directory", linked: false }];
        return (entry.isSymbolicLink() ? follow(path, name) : odd(path)) ?? [];
      });
    },
    find: (path) => {
      if (isAbsolute(path) || path.split(/[\\/]/).includes("..")) return { why: LEAVES, missing: false };
      const whole = join(root, path);
      const target = resolveLink(whole);
      if (typeof target === "string") return { why: target === "names nothing" ? "doesn't exist." : `${target}.`, missing: true };
      if (within !== undefined && !isInside(within, target.real)) return { why: LEAVES, missing: false };
      const name = whole.slice(whole.lastIndexOf(sep) + 1);
      if (target.stat.isDirectory()) return { name, path: stripSlash(whole), kind: "directory", linked: target.real !== realOf(whole) };
      return target.stat.isFile()
        ? { name, path: whole, kind: "file", linked: true }
        : { why: "is neither a file nor a folder.", missing: false };
    },
    at: (path) => {
      const stat = lstatSync(path, { throwIfNoEntry: false });
      const name = path.slice(path.lastIndexOf(sep) + 1);
      if (!stat) return undefined;
      if (stat.isSymbolicLink()) return follow(path, name);
      if (!stat.isFile() && !stat.isDirectory()) return odd(path);
      return { name, path, kind: stat.isFile() ? "file" : "directory", linked: false };
    },
    breathe: () => (++files % FILES_A_TURN === 0 ? setImmediate() : undefined),
  };
}

/** True for the folder itself, too. */
export function isInside(folder: string, path: string): boolean {
  const step = relative(folder, path);
  return step === "" || (step !== ".." && !step.startsWith(`..${sep}`) && !isAbsolute(step));
}

/** Where a name stands, its own link not followed. */
function realOf(path: string): string {
  const at = path.lastIndexOf(sep);
  try {
    return join(realpathSync(path.slice(0, at) || sep), path.slice(at + 1));
  } catch {
    return path; // it went away meanwhile: the next look says so
  }
}

function resolveLink(path: string): { readonly real: string; readonly stat: Stats } | string {
  try {
    const real = realpathSync(path);
    return { real, stat: statSync(real) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ELOOP" ? "leads back to itself" : code === "EACCES" ? "may not be followed" : "names nothing";
  }
}

function listDir(dir: string, report: (problem: Problem) => void): readonly Dirent[] {
  try {
    const found = readdirSync(dir, { withFileTypes: true });
    return found.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "";
    if (code !== "ENOENT" && code !== "ENOTDIR")
      report(
        warn(
          { file: dir, line: 1 },
          { code: "unreadable", what: `can't be listed (${quote(code)}).`, hint: "Give yourself the right to read it." },
        ),
      );
    return [];
  }
}

const stripSlash = (path: string): string => (path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path);
