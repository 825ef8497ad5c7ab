/**
 * What was read of plugin directories, on the disk: a file for each directory. Rule: it saves the parsing and never the looking. Every text
 * is still asked for its times, size and number; a file that is broken, of another program or too young to tell is as if it weren't there.
 */
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import type { Problem } from "@keelson/protocol";
import type { Stamp } from "../part/head-file.ts";
import { createReadCache, SHELVES, type Kept, type ReadCache, type Shelf } from "../part/keep.ts";
import type { PluginLayer } from "./layers.ts";

/** `folder`: may be missing. `version`: of the program; what another one has parsed isn't taken. */
export type IndexPlace = { readonly folder: string; readonly version: string };
/** One text: a description that stands in its fields isn't written twice. */
export type Row = readonly [path: string, stamp: readonly number[], part: object | null, problems: readonly Problem[]];
export type Written = { readonly about: string; readonly shelves: { readonly [name: string]: readonly Row[] } };

/** A clock of files may tick as slowly: what changed so shortly before the index was written may have changed again and look the same. */
const YOUNG_MS = 2000;
const BYTES = 64 * 1024 * 1024;

export function fileOf({ folder }: IndexPlace, layer: PluginLayer): string {
  return join(folder, `${sumOf(nameOf(layer))}.json`);
}

const nameOf = ({ kind, root, format = "", within }: PluginLayer): string => [kind, root, format, within].join("\0");
/** Against accidents: the folder is the user's alone. A hash of node:crypto would take a start 4 ms to load. */
const sumOf = (text: string | Uint8Array): string => crc32(text).toString(16).padStart(8, "0");

/** The first line: whose it is, and what the rest must come to. */
export function headOf({ version }: IndexPlace, layer: PluginLayer, body: Uint8Array): string {
  const { mtimeMs, size } = statSync(import.meta.filename); // a version is built more than once
  return JSON.stringify(["keel-index", 2, version, mtimeMs, size, nameOf(layer), body.length, sumOf(body)]);
}

/** Undefined where there is none that can be used. */
export function readIndex(place: IndexPlace, layer: PluginLayer): ReadCache | undefined {
  try {
    const file = fileOf(place, layer);
    const { mtimeMs: written, size } = statSync(file);
    if (size > BYTES) return undefined;
    const bytes = readFileSync(file);
    const end = bytes.indexOf("\n");
    const body = bytes.subarray(end + 1);
    return bytes.toString("utf8", 0, end) === headOf(place, layer, body)
      ? restored(JSON.parse(body.toString("utf8")), written - YOUNG_MS)
      : undefined;
  } catch {
    return undefined; // nothing is lost: the directory is read
  }
}

function restored({ about, shelves }: Written, before: number): ReadCache {
  const cache = createReadCache(about);
  for (const name of SHELVES) fill<unknown>(cache[name], shelves[name] ?? [], before);
  return cache;
}

function fill<Part>(shelf: Shelf<Part>, rows: readonly Row[], before: number): void {
  const last = new Map<string, Kept<Part>>();
  for (const [path, [mtimeMs = 0, ctimeMs = 0, size = 0, ino = 0], part, problems] of rows)
    if (mtimeMs < before && ctimeMs < before)
      last.set(path, { part: whole(part) as Part, problems, stamp: { mtimeMs, ctimeMs, size, ino } });
  shelf.last = last;
  shelf.changed = last.size < rows.length;
}

function whole(part: object | null): object | undefined {
  if (part === null) return undefined;
  return "description" in part || !("fields" in part) ? part : Object.assign(part, { description: described(part.fields) });
}

const described = (fields: unknown): unknown =>
  typeof fields === "object" && fields !== null && "description" in fields ? fields.description : "";

export const stampOf = ({ mtimeMs, ctimeMs, size, ino }: Stamp): readonly number[] => [mtimeMs, ctimeMs, size, ino];
