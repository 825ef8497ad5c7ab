/** What was read before, by file. Rule: a file whose time, size and number are the same is not opened again, and gives the very same object. */
import { lstatSync, statSync } from "node:fs";
import type { AgentDecl, RuleTextDecl, SkillDecl, StyleDecl } from "@keelson/protocol";
import type { Disk, Entry } from "../disk.ts";
import { readHeadFile, type HeadFile, type Stamp } from "./head-file.ts";
import type { Made } from "./skill.ts";

type Kept<Part> = Made<Part> & { readonly stamp: Stamp };
/** `next` becomes `last` when a plugin was read to its end: what is gone from the disk is gone from here. */
export type Shelf<Part> = { last: ReadonlyMap<string, Kept<Part>>; next: Map<string, Kept<Part>> };
export type ReadCache = {
  readonly skills: Shelf<SkillDecl>;
  readonly commands: Shelf<SkillDecl>;
  readonly agents: Shelf<AgentDecl>;
  readonly outputStyles: Shelf<StyleDecl>;
  readonly rules: Shelf<RuleTextDecl>;
};

const shelf = <Part>(): Shelf<Part> => ({ last: new Map(), next: new Map() });

/** Of one plugin directory; hand it over at each reading of it. */
export function createReadCache(): ReadCache {
  return { skills: shelf(), commands: shelf(), agents: shelf(), outputStyles: shelf(), rules: shelf() };
}

export function turnOver(cache: ReadCache): void {
  for (const one of [cache.skills, cache.commands, cache.agents, cache.outputStyles, cache.rules]) turn(one);
}

function turn<Part>(one: Shelf<Part>): void {
  one.last = one.next;
  one.next = new Map();
}

/** Undefined where there is no such file, or where it can't be used: then a problem says why. */
export async function readTextPart<Part>(
  disk: Disk,
  { path, linked }: Pick<Entry, "path" | "linked">,
  shelf: Shelf<Part>,
  make: (read: HeadFile) => Made<Part>,
): Promise<Part | undefined> {
  const kept = shelf.last.get(path);
  if (kept && disk.unchanged(path)) return put(path, kept, shelf, disk);
  await disk.breathe();
  const stat = kept && (linked ? statSync : lstatSync)(path, { throwIfNoEntry: false });
  if (kept && stat?.isFile() && stat.mtimeMs === kept.stamp.mtimeMs && stat.size === kept.stamp.size && stat.ino === kept.stamp.ino)
    return put(path, kept, shelf, disk);
  const read = await readHeadFile({ path, linked }, disk.scratch);
  if ("missing" in read) {
    if (read.missing) return undefined;
    if (read.problem.code === "link") {
      const target = disk.at(path);
      return target?.kind === "file" ? readTextPart(disk, target, shelf, make) : undefined;
    }
    disk.report(read.problem);
    return undefined;
  }
  return put(path, { ...make(read), stamp: read.stamp }, shelf, disk);
}

function put<Part>(path: string, kept: Kept<Part>, shelf: Shelf<Part>, disk: Disk): Part {
  shelf.next.set(path, kept);
  for (const problem of kept.problems) disk.report(problem);
  return kept.part;
}
