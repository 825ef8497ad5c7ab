/** What was read before, by file. Rule: a file whose time, size and number are the same is not opened again, and gives the very same object. */
import { lstatSync, statSync } from "node:fs";
import type { AgentDecl, PluginDecl, Problem, RuleTextDecl, SkillDecl, StyleDecl } from "@keelson/protocol";
import type { Disk, Entry } from "../disk.ts";
import { isSame, stampOf, type Fact, type Stamp } from "../witness.ts";
import { readHeadFile, type HeadFile } from "./head-file.ts";
import type { Made } from "./skill.ts";

export type Kept<Part> = Made<Part> & { readonly stamp: Stamp };
/**
 * `next` becomes `last` when a plugin was read to its end: what is gone from the disk is gone from here. `changed`: since it was last put on
 * the disk. `looked`: those that were asked for just now, and are as they were; for the next reading alone.
 */
export type Shelf<Part> = {
  last: ReadonlyMap<string, Kept<Part>>;
  next: Map<string, Kept<Part>>;
  changed: boolean;
  looked: ReadonlySet<string>;
};
/** A whole reading, and what it looked at beside the texts on the shelves. */
export type Whole = { readonly facts: readonly Fact[]; readonly plugin: PluginDecl; readonly problems: readonly Problem[] };
/**
 * `about`: what it was read by, the manifest above all; by another one a file may come to be another part.
 * `whole`: the last reading; undefined where it can't be vouched for. `changed`: it was made since it was last put on the disk.
 */
export type ReadCache = {
  about: string;
  whole: Whole | undefined;
  changed: boolean;
  readonly skills: Shelf<SkillDecl>;
  readonly commands: Shelf<SkillDecl>;
  readonly agents: Shelf<AgentDecl>;
  readonly outputStyles: Shelf<StyleDecl>;
  readonly rules: Shelf<RuleTextDecl>;
};
export const SHELVES = ["skills", "commands", "agents", "outputStyles", "rules"] as const;

const shelf = <Part>(): Shelf<Part> => ({ last: new Map(), next: new Map(), changed: false, looked: new Set() });

/** Of one plugin directory; hand it over at each reading of it. */
export function createReadCache(about = ""): ReadCache {
  return {
    about,
    whole: undefined,
    changed: false,
    skills: shelf(),
    commands: shelf(),
    agents: shelf(),
    outputStyles: shelf(),
    rules: shelf(),
  };
}

/** Before a reading: what was read by another manifest is forgotten. */
export function turnTo(cache: ReadCache, about: string): void {
  if (cache.about !== about) for (const name of SHELVES) forget(cache[name]);
  cache.about = about;
}

function forget<Part>(one: Shelf<Part>): void {
  one.changed ||= one.last.size > 0;
  one.last = new Map();
}

export function turnOver(cache: ReadCache): void {
  for (const name of SHELVES) turn(cache[name]);
}

function turn<Part>(one: Shelf<Part>): void {
  one.changed ||= one.last.size !== one.next.size;
  one.last = one.next;
  one.next = new Map();
  one.looked = new Set();
}

/** Undefined where there is no such file, or where it can't be used: then a problem says why. */
export async function readTextPart<Part>(
  disk: Disk,
  { path, linked }: Pick<Entry, "path" | "linked">,
  shelf: Shelf<Part>,
  make: (read: HeadFile) => Made<Part>,
): Promise<Part | undefined> {
  const kept = shelf.last.get(path);
  if (kept && (shelf.looked.has(path) || disk.unchanged(path))) return put(path, kept, shelf, disk);
  await disk.breathe();
  const stat = kept && (linked ? statSync : lstatSync)(path, { throwIfNoEntry: false });
  if (kept && stat?.isFile() && isSame(stampOf(kept.stamp), stat)) return put(path, kept, shelf, disk);
  const read = await readHeadFile({ path, linked }, disk.scratch);
  if ("missing" in read) {
    disk.witness.missed(path);
    if (read.missing) return undefined;
    if (read.problem.code === "link") {
      const target = disk.at(path);
      return target?.kind === "file" ? readTextPart(disk, target, shelf, make) : undefined;
    }
    disk.report(read.problem);
    return undefined;
  }
  shelf.changed = true;
  return put(path, { ...make(read), stamp: read.stamp }, shelf, disk);
}

function put<Part>(path: string, kept: Kept<Part>, shelf: Shelf<Part>, disk: Disk): Part {
  shelf.next.set(path, kept);
  for (const problem of kept.problems) disk.report(problem);
  return kept.part;
}
