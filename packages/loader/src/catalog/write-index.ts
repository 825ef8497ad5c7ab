/** Puts what was read on the disk, for the next start. Rule: a whole file or none; whatever fails, the next start reads as this one did. */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { SHELVES, type Kept, type ReadCache, type Shelf, type Whole } from "../part/keep.ts";
import { stampOf } from "../witness.ts";
import { buildOf, fileOf, headOf, type IndexPlace, type Row, type ShelfName, type Written, type WrittenWhole } from "./index-file.ts";
import type { PluginLayer } from "./layers.ts";

const MOST_FILES = 400; // directories that were ever read: those that nobody wrote for the longest time go

export function writeIndex(place: IndexPlace, layer: PluginLayer, cache: ReadCache): void {
  try {
    const body = Buffer.from(JSON.stringify(written(place, cache)));
    const file = fileOf(place, layer);
    const beside = `${file}.${process.pid}.part`;
    mkdirSync(place.folder, { recursive: true, mode: 0o700 });
    writeFileSync(beside, Buffer.concat([Buffer.from(`${headOf(buildOf(place), layer, body)}\n`), body]), { mode: 0o600 });
    renameSync(beside, file);
    cache.changed = false;
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

function written({ readAt }: IndexPlace, cache: ReadCache): Written {
  const { about, whole } = cache;
  const shelves = ofEach((name) => rowsOf<unknown>(cache[name]));
  const stamps = [
    ...SHELVES.flatMap((name) => shelves[name].map(([, stamp]) => stamp)),
    ...(whole?.facts.map(([, ...stamp]) => stamp) ?? []),
  ];
  const newest = stamps.reduce((most, [mtimeMs = 0, ctimeMs = 0]) => Math.max(most, mtimeMs, ctimeMs), 0);
  return { readAt, newest, about, shelves, ...(whole && { whole: wholeOf(whole, cache) }) };
}

const ofEach = <Made>(make: (name: ShelfName) => Made): { readonly [name in ShelfName]: Made } => ({
  skills: make("skills"),
  commands: make("commands"),
  agents: make("agents"),
  outputStyles: make("outputStyles"),
  rules: make("rules"),
});

function wholeOf({ facts, plugin, problems }: Whole, cache: ReadCache): WrittenWhole {
  const { skills: _s, commands: _c, agents: _a, outputStyles: _o, rules: _r, ...rest } = plugin;
  return { facts, problems, plugin: rest, parts: ofEach((name) => numbered<unknown>(plugin[name], cache[name])) };
}

/** One that was named otherwise than its file says stands there in full. */
function numbered<Part>(parts: readonly Part[], { last }: Shelf<Part>): readonly (number | object)[] {
  const rows = new Map([...last.values()].map(({ part }, row) => [part, row]));
  return parts.map((part) => rows.get(part) ?? Object(part));
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
