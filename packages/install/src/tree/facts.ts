/**
 * What the disk says of a tree without a byte of it being read. Rule: the time of change of a file can't be set by whoever changes it, so
 * facts that are the same, and older than a moment, stand for bytes that are the same.
 */
import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readlinkSync, type BigIntStats } from "node:fs";
import { join, sep } from "node:path";

/** `mark`: what is compared. `newest`: the last time of change in it, milliseconds since the epoch. */
export type Facts = { readonly mark: string; readonly newest: number };

const MOST_FILES = 50_000;
const NS_PER_MS = 1_000_000n;
const EXACT = { bigint: true } as const;
/** Characters that are kept as they are: to load node:crypto takes a start longer than all else of a small tree. */
const PLAIN = 64 * 1024;

type Walk = { readonly root: string; readonly without: readonly string[]; readonly facts: string[]; newest: bigint; left: number };

/** `without`: names at the root that are no part of it. Undefined where it can't be walked, or is too large to. */
export function factsOf(root: string, without: readonly string[]): Facts | undefined {
  const walk: Walk = { root, without, facts: [], newest: 0n, left: MOST_FILES };
  try {
    note(walk, lstatSync(root, EXACT));
    visit(walk, "");
    return { mark: markOf(walk.facts.join("\0")), newest: Number(walk.newest / NS_PER_MS) };
  } catch {
    return undefined;
  }
}

const markOf = (facts: string): string => (facts.length <= PLAIN ? facts : createHash("sha256").update(facts).digest("hex"));

function visit(walk: Walk, folder: string): void {
  for (const name of readdirSync(join(walk.root, folder)).toSorted()) {
    if (folder === "" && walk.without.includes(name)) continue;
    if (--walk.left < 0) throw new Error("There are too many files.");
    const path = folder === "" ? name : `${folder}${sep}${name}`;
    const file = `${walk.root}${sep}${path}`;
    const stats = lstatSync(file, EXACT);
    note(walk, stats);
    if (stats.isDirectory()) {
      walk.facts.push(`d ${path}`);
      visit(walk, path);
    } else walk.facts.push(`${stats.isSymbolicLink() ? `l ${readlinkSync(file)}` : factOf(stats)} ${path}`);
  }
}

function note(walk: Walk, { ctimeNs }: BigIntStats): void {
  if (ctimeNs > walk.newest) walk.newest = ctimeNs;
}

const factOf = ({ mode, size, mtimeNs, ctimeNs, ino }: BigIntStats): string => [mode, size, mtimeNs, ctimeNs, ino].join(" ");
