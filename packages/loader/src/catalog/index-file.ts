/**
 * What was read of plugin directories, on the disk: a file for each directory. Rule: it saves the reading and never the looking. Whatever a
 * reading looked at is still asked for its times, size and number; a file that is broken, of another program or too young to tell is as if
 * it weren't there.
 */
import { lstatSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { PluginDecl, Problem } from "@keelson/protocol";
import { createReadCache, SHELVES, type Kept, type ReadCache, type Shelf, type Whole } from "../part/keep.ts";
import { holds, isSame, type Fact } from "../witness.ts";
import type { PluginLayer } from "./layers.ts";

/** `folder`: may be missing. `version`: of the program; what another one has parsed isn't taken. `readAt`: now, milliseconds since the epoch. */
export type IndexPlace = { readonly folder: string; readonly version: string; readonly readAt: number };
/** One text: a description that stands in its fields isn't written twice. */
export type Row = readonly [path: string, stamp: readonly number[], part: object | null, problems: readonly Problem[]];
/** A part is the number of its row, where it is as it stands there. `facts`: beside those of the rows. */
export type WrittenWhole = {
  readonly facts: readonly Fact[];
  readonly plugin: Omit<PluginDecl, ShelfName>;
  readonly parts: { readonly [name in ShelfName]: readonly (number | object)[] };
  readonly problems: readonly Problem[];
};
export type ShelfName = (typeof SHELVES)[number];
/** `newest`: the last time that any of its facts and rows tells, milliseconds since the epoch. */
export type Written = {
  readonly readAt: number;
  readonly newest: number;
  readonly about: string;
  readonly shelves: { readonly [name in ShelfName]: readonly Row[] };
  readonly whole?: WrittenWhole;
};
/**
 * What an earlier start has left. `take`: the whole reading, where the disk says of all it looked at what it said then. `shelves`: to read
 * with, where it doesn't. `facts`: of that reading, beside the texts.
 */
export type Left = {
  readonly take: () => Whole | undefined;
  readonly shelves: () => ReadCache;
  readonly facts: readonly Fact[] | undefined;
};

/** A clock of files may tick as slowly: what changed so shortly before it was read may have changed again and look the same. */
const YOUNG_MS = 2000;
const BYTES = 64 * 1024 * 1024;

export function fileOf({ folder }: IndexPlace, layer: PluginLayer): string {
  return join(folder, `${sumOf(nameOf(layer))}.json`);
}

const nameOf = ({ kind, root, format = "", within }: PluginLayer): string => [kind, root, format, within].join("\0");
/** Against accidents: the folder is the user's alone. A hash of node:crypto would take a start 4 ms to load. */
const sumOf = (text: string | Uint8Array): string => crc32(text).toString(16).padStart(8, "0");

/** The first line: whose it is, and what the rest must come to. `build`: a version is built more than once. */
export function headOf(build: Build, layer: PluginLayer, body: Uint8Array): string {
  return JSON.stringify(["keel-index", 3, ...build, nameOf(layer), body.length, sumOf(body)]);
}

export type Build = readonly [version: string, mtimeMs: number, size: number];
export function buildOf({ version }: IndexPlace): Build {
  const { mtimeMs, size } = statSync(import.meta.filename);
  return [version, mtimeMs, size];
}

/** Undefined where there is none that can be used. */
export function readIndex(place: IndexPlace, build: Build, layer: PluginLayer): Left | undefined {
  try {
    const file = fileOf(place, layer);
    const bytes = readFileSync(file);
    if (bytes.length > BYTES) return undefined;
    const end = bytes.indexOf("\n");
    const body = bytes.subarray(end + 1);
    return bytes.toString("utf8", 0, end) === headOf(build, layer, body)
      ? leftIn(JSON.parse(body.toString("utf8")), layer.root)
      : undefined;
  } catch {
    return undefined; // nothing is lost: the directory is read
  }
}

function leftIn({ readAt, newest, about, shelves, whole }: Written, root: string): Left {
  const before = readAt - YOUNG_MS;
  const known = newest < before ? whole : undefined;
  const looked = new Set<string>();
  return {
    facts: known?.facts,
    take() {
      const isWhole = known && SHELVES.every((name) => stand(shelves[name], looked)) && holds(root, known.facts);
      return isWhole ? wholeIn(known, shelves) : undefined;
    },
    shelves() {
      const cache = createReadCache(about);
      for (const name of SHELVES) {
        fill<unknown>(cache[name], shelves[name], before);
        cache[name].looked = looked;
      }
      return cache;
    },
  };
}

/** Are all texts as they were? Up to the first that isn't. */
const stand = (rows: readonly Row[], looked: Set<string>): boolean =>
  rows.every(([path, stamp]) => {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    const isAsItWas = stat !== undefined && isSame(stamp, stat);
    if (isAsItWas) looked.add(path);
    return isAsItWas;
  });

function wholeIn({ facts, plugin, parts, problems }: WrittenWhole, shelves: Written["shelves"]): Whole {
  const of = (name: ShelfName): readonly unknown[] =>
    parts[name].map((part) => (typeof part === "number" ? restored(shelves[name][part]?.[2] ?? null) : part));
  const texts = Object.fromEntries(SHELVES.map((name) => [name, of(name)])) as Pick<PluginDecl, ShelfName>; // as it was written
  return { facts, plugin: { ...plugin, ...texts }, problems };
}

function fill<Part>(shelf: Shelf<Part>, rows: readonly Row[], before: number): void {
  const last = new Map<string, Kept<Part>>();
  for (const [path, [mtimeMs = 0, ctimeMs = 0, size = 0, ino = 0], part, problems] of rows)
    if (mtimeMs < before && ctimeMs < before)
      last.set(path, { part: restored(part) as Part, problems, stamp: { mtimeMs, ctimeMs, size, ino } });
  shelf.last = last;
  shelf.changed = last.size < rows.length;
}

function restored(part: object | null): object | undefined {
  if (part === null) return undefined;
  return "description" in part || !("fields" in part) ? part : Object.assign(part, { description: described(part.fields) });
}

const described = (fields: unknown): unknown =>
  typeof fields === "object" && fields !== null && "description" in fields ? fields.description : "";
