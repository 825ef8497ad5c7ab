/**
 * The files of one plugin directory. Rule: nothing outside it is read, by name or by link; nothing but regular files is opened;
 * what is refused is one problem. Synchronous on purpose: 25,000 small files cost four times as much through promises.
 */
import { constants, readdirSync, type Dirent, type Stats } from "node:fs";
import { isAbsolute, join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { Problem } from "@keelson/protocol";
import { createFollow, isInside, LEAVES, odd, realOf, targetOf } from "./link.ts";
import { warn, type Said } from "./problem.ts";
import type { Witness } from "./witness.ts";
import { quote } from "./words.ts";

/** `linked`: reached through a link, which has been looked at. */
export type Entry = { readonly name: string; readonly path: string; readonly kind: "file" | "directory"; readonly linked: boolean };
export type Disk = {
  readonly root: string;
  readonly report: (problem: Problem) => void;
  /** Sorted by name. Nothing where there is no such directory. */
  readonly entries: (dir: string) => readonly Entry[];
  /** A path as an author wrote it: relative to the root. Words where it can't be used. */
  readonly find: (path: string) => Entry | NotFound;
  /** What stands at a path below the root that the caller made itself. */
  readonly at: (path: string) => Entry | undefined;
  /** The same, whatever it is. */
  readonly look: (path: string) => Stats | undefined;
  /** Told of all that is looked at here; whoever opens a path by itself tells it first. */
  readonly witness: Witness;
  /** Lets others have a turn now and then; awaited once a file. */
  readonly breathe: () => Promise<void> | undefined;
  /** Room for the start of one file at a time. */
  readonly scratch: Buffer;
  /** A file that is known to be as it was when it was last read. */
  readonly unchanged: (path: string) => boolean;
};
export type NotFound = { readonly why: string; readonly missing: boolean };

const MOST_ENTRIES = 250_000;
const MOST_PROBLEMS = 200;
const SCRATCH_BYTES = 4096;
const FILES_A_TURN = 128;
/** A pipe without a writer would wait for ever. */
export const LINK_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0);
export const READ_FLAGS = LINK_FLAGS | (constants.O_NOFOLLOW ?? 0);
const NEVER = new Set([".git", "node_modules", ".DS_Store", "__pycache__"]);
const TOO_MANY: Said = { code: "too_many_problems", what: "There are more problems than these.", hint: "Correct these first." };
const TOO_LARGE: Said = {
  code: "too_many_files",
  what: `has more than ${MOST_ENTRIES} files; what comes behind them isn't read.`,
  hint: "Split it, or move what isn't part of the plugin elsewhere.",
};

/**
 * `within`: the real path that nothing may lead out of; undefined where the user's own links may go anywhere.
 * `unchanged`: see `Disk`.
 */
export type DiskOf = {
  readonly root: string;
  readonly within: string | undefined;
  readonly problems: Problem[];
  readonly witness: Witness;
  readonly unchanged?: Disk["unchanged"] | undefined;
};

export function openDisk({ root, within, problems, witness, unchanged = () => false }: DiskOf): Disk {
  let entered = 0;
  let files = 0;
  const said = new Set<string>();
  const report = (problem: Problem): void => {
    const key = `${problem.code} ${problem.file}:${problem.line} ${problem.text}`;
    if (said.has(key)) return; // one line each, though two readers pass by
    said.add(key);
    if (problems.length < MOST_PROBLEMS) problems.push(problem);
    else if (problems.length === MOST_PROBLEMS) problems.push(warn({ file: root, line: 1 }, TOO_MANY));
  };
  const follow = createFollow(within, report);
  const entryOf = (path: string, name: string, kind: Kind): Entry | undefined => {
    if (kind.isFile()) return { name, path, kind: "file", linked: false };
    if (kind.isDirectory()) return { name, path, kind: "directory", linked: false };
    witness.doubt();
    if (kind.isSymbolicLink()) return follow(path, name);
    return void report(odd(path));
  };
  return {
    root,
    report,
    entries: (dir) => {
      if (entered > MOST_ENTRIES) return [];
      witness.saw(dir);
      const found = listDir(dir, report);
      entered += found.length;
      if (entered > MOST_ENTRIES) report(warn({ file: root, line: 1 }, TOO_LARGE));
      return found.flatMap((entry) => (NEVER.has(entry.name) ? [] : (entryOf(`${dir}${sep}${entry.name}`, entry.name, entry) ?? [])));
    },
    find: (path) => findIn({ root, within, witness }, path),
    at: (path) => {
      const stat = witness.look(path);
      return stat && entryOf(path, nameIn(path), stat);
    },
    look: (path) => witness.look(path),
    witness,
    scratch: Buffer.allocUnsafe(SCRATCH_BYTES),
    unchanged,
    breathe: () => (++files % FILES_A_TURN === 0 ? setImmediate() : undefined),
  };
}

type Kind = { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean };

function findIn({ root, within, witness }: Pick<DiskOf, "root" | "within" | "witness">, path: string): Entry | NotFound {
  if (isAbsolute(path) || path.split(/[\\/]/).includes("..")) return { why: LEAVES, missing: false };
  const whole = stripSlash(join(root, path));
  witness.saw(whole);
  const target = targetOf(whole);
  if (typeof target === "string") return { why: target === "names nothing" ? "doesn't exist." : `${target}.`, missing: true };
  const { real, stat } = target;
  if (within !== undefined && !isInside(within, real)) return { why: LEAVES, missing: false };
  if (stat.isDirectory()) return { name: nameIn(whole), path: whole, kind: "directory", linked: real !== realOf(whole) };
  return stat.isFile()
    ? { name: nameIn(whole), path: whole, kind: "file", linked: true }
    : { why: "is neither a file nor a folder.", missing: false };
}

const nameIn = (path: string): string => path.slice(path.lastIndexOf(sep) + 1);
const stripSlash = (path: string): string => (path.length > 1 && path.endsWith(sep) ? path.slice(0, -1) : path);

function listDir(dir: string, report: (problem: Problem) => void): readonly Dirent[] {
  try {
    return readdirSync(dir, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
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
