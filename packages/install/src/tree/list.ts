/**
 * What a tree holds: folders, files, and links that stay inside. Rule: what isn't one of these is left out and named, so that whatever
 * is made from the list can't reach it; links are read and never followed.
 */
import { lstatSync, opendirSync, readlinkSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { leads, type Leads } from "./links.ts";

const MOST_FILES = 20_000;
const MOST_BYTES = 256 * 1024 * 1024;
const FILES_A_TURN = 128;
const MOST_DEEP = 64; // folders in folders

/** `path`: from the root of the tree, with `/`. `runs`: somebody may execute it. */
export type Entry = { readonly path: string } & (
  | { readonly is: "folder" }
  | { readonly is: "file"; readonly runs: boolean; readonly size: number }
  | { readonly is: "link"; readonly target: string }
);
export type LeftOut = { readonly path: string; readonly why: string };
export type Bounds = { readonly files: number; readonly bytes: number };
/** `entries`: a folder before what is in it, names in the order of their code units. */
export type Listing =
  | { readonly ok: true; readonly entries: readonly Entry[]; readonly leftOut: readonly LeftOut[] }
  | { readonly ok: false; readonly why: string };

/** At the root: bookkeeping of its own, and no part of the tree. */
export const BESIDE_IT: readonly string[] = [".git"];

type Open = {
  readonly root: string;
  readonly without: readonly string[];
  readonly entries: Entry[];
  readonly others: LeftOut[];
  files: number;
  bytes: number;
};

/** `without`: names at the root that are no part of it; a copy has none. */
export async function listTree(
  root: string,
  { files, bytes }: Bounds = { files: MOST_FILES, bytes: MOST_BYTES },
  without = BESIDE_IT,
): Promise<Listing> {
  const open: Open = { root, without, entries: [], others: [], files, bytes };
  try {
    if (!lstatSync(root).isDirectory()) return { ok: false, why: "is no directory" };
    const why = await list(open, "", 0);
    if (why !== undefined) return { ok: false, why };
  } catch (error) {
    return { ok: false, why: `can't be read (${error instanceof Error ? error.message : String(error)})` };
  }
  const links = new Map(open.entries.flatMap((entry) => (entry.is === "link" ? [[entry.path, entry.target]] : [])));
  const led = new Map(open.entries.flatMap(({ path }) => (links.has(path) ? [[path, WHY[leads(path, links)]]] : [])));
  return {
    ok: true,
    entries: open.entries.filter(({ path }) => led.get(path) === undefined),
    leftOut: [...open.others, ...[...led].flatMap(([path, why]) => (why === undefined ? [] : [{ path, why }]))],
  };
}

const WHY: Readonly<Record<Leads, string | undefined>> = {
  inside: undefined,
  out: "is a link that leads out of it",
  round: "is a link that leads round in a circle",
};

async function list(open: Open, folder: string, depth: number): Promise<string | undefined> {
  if (depth > MOST_DEEP) return `has more than ${MOST_DEEP} folders one in another`;
  const names = namesIn(open, folder);
  if (names === undefined) return "holds too many files";
  for (const name of names.toSorted()) {
    const path = folder === "" ? name : `${folder}/${name}`;
    const why = await add(open, path, depth);
    if (why !== undefined) return why;
  }
  return undefined;
}

/** Undefined where there are more than may be. */
function namesIn(open: Open, folder: string): readonly string[] | undefined {
  const dir = opendirSync(join(open.root, folder));
  try {
    const names: string[] = [];
    for (let entry = dir.readSync(); entry; entry = dir.readSync()) {
      if (folder === "" && open.without.includes(entry.name)) continue;
      if (--open.files < 0) return undefined;
      names.push(entry.name);
    }
    return names;
  } finally {
    dir.closeSync();
  }
}

async function add(open: Open, path: string, depth: number): Promise<string | undefined> {
  const whole = join(open.root, path);
  if (open.entries.length % FILES_A_TURN === FILES_A_TURN - 1) await setImmediate(); // others have a turn now and then
  const stats = lstatSync(whole);
  if (stats.isDirectory()) {
    open.entries.push({ path, is: "folder" });
    return await list(open, path, depth + 1);
  }
  if (stats.isSymbolicLink()) open.entries.push({ path, is: "link", target: readlinkSync(whole) });
  else if (stats.isFile()) {
    if ((open.bytes -= stats.size) < 0) return "holds too many bytes";
    open.entries.push({ path, is: "file", runs: (stats.mode & 0o111) !== 0, size: stats.size });
  } else open.others.push({ path, why: "is a pipe, a socket or a device" });
  return undefined;
}
