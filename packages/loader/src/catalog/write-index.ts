/** Puts what was read on the disk, for the next start. Rule: a whole file or none; whatever fails, the next start reads as this one did. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SHELVES, type Kept, type ReadCache, type Shelf } from "../part/keep.ts";
import { fileOf, headOf, stampOf, type IndexPlace, type Row, type Written } from "./index-file.ts";
import type { PluginLayer } from "./layers.ts";

const MOST_FILES = 400; // directories that were ever read: those that nobody wrote for the longest time go

export function writeIndex(place: IndexPlace, layer: PluginLayer, cache: ReadCache): void {
  try {
    const body = Buffer.from(JSON.stringify(written(cache)));
    const file = fileOf(place, layer);
    const beside = `${file}.${process.pid}.part`;
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    writeFileSync(beside, Buffer.concat([Buffer.from(`${headOf(place, layer, body)}\n`), body]), { mode: 0o600 });
    renameSync(beside, file);
    for (const name of SHELVES) cache[name].changed = false;
  } catch {
    // a disk that can't be written costs time alone
  }
}

export function sweepIndex({ folder }: IndexPlace): void {
  try {
    const files = readdirSync(folder).map((name) => join(folder, name));
    if (files.length <= MOST_FILES) return;
    const aged = files.map((file) => ({ file, at: statSync(file).mtimeMs })).toSorted((a, b) => b.at - a.at);
    for (const { file } of aged.slice(MOST_FILES / 2)) rmSync(file, { force: true });
  } catch {
    // swept by the next one
  }
}

function written(cache: ReadCache): Written {
  return { about: cache.about, shelves: Object.fromEntries(SHELVES.map((name) => [name, rowsOf<unknown>(cache[name])])) };
}

function rowsOf<Part>({ last }: Shelf<Part>): readonly Row[] {
  return [...last].map(([path, { part, problems, stamp }]: [string, Kept<unknown>]): Row => [path, stampOf(stamp), lean(part), problems]);
}

function lean(part: unknown): object | null {
  if (typeof part !== "object" || part === null) return null;
  if (!("description" in part) || !("fields" in part)) return part;
  const { description, fields } = part;
  const twice = typeof fields === "object" && fields !== null && "description" in fields && fields.description === description;
  return twice ? { ...part, description: undefined } : part;
}
