/**
 * What a plugin directory looks like from outside: one number for each unit of it (a skill, a file, a folder of the plugin).
 * Rule: a file is never opened; two looks that give the same numbers saw the same files, by time, size and number.
 */
import { lstatSync, readdirSync, type Stats } from "node:fs";
import { join, sep } from "node:path";
import { setImmediate } from "node:timers/promises";
import { FORMATS } from "../format.ts";
import type { PluginLayer } from "../catalog/layers.ts";
import type { Layout } from "../layout.ts";

export type Print = ReadonlyMap<string, number>;

const DEEPEST = 12;
const MOST = 250_000;
const UNITS_A_TURN = 256;
const NEVER = new Set([".git", "node_modules", "__pycache__"]);
/** Folders that aren't plugins as a whole: what else stands in them is none of ours. */
const PARTIAL = new Set(["keel-folder", "claude-folder", "agents-folder", "codex-folder", "gemini-folder", "project", "ancestor"]);

/** Paths whose content makes the layer: its root, or the places that its format reads. */
export function watchedIn({ root, format }: PluginLayer): readonly string[] {
  const found = format !== undefined && PARTIAL.has(format) ? FORMATS.find(({ name }) => name === format) : undefined;
  return found ? placesOf(found.layout).map((path) => join(root, path)) : [root];
}

function placesOf(layout: Layout): readonly string[] {
  return Object.values(layout).flatMap((place) => (typeof place === "object" ? place.at : []));
}

export async function printOf(paths: readonly string[]): Promise<Print> {
  const units = new Map<string, number>();
  let turn = 0;
  for (const path of paths) {
    const stat = lstatSync(path, { throwIfNoEntry: false });
    if (!stat) continue;
    units.set(path, mark(path, stat));
    if (!stat.isDirectory() && !stat.isSymbolicLink()) continue;
    for (const name of namesIn(path)) {
      const unit = `${path}${sep}${name}`;
      units.set(unit, printUnit(unit));
      if (++turn % UNITS_A_TURN === 0) await setImmediate();
    }
  }
  return units;
}

/** Everything below one path. */
export function printUnit(path: string): number {
  let left = MOST;
  const walk = (at: string, depth: number): number => {
    const stat = lstatSync(at, { throwIfNoEntry: false });
    if (!stat || (left -= 1) < 0) return 0;
    // A folder's own time says that a name came or went; what it is beside that is in its names.
    if (!stat.isDirectory() || depth > DEEPEST) return mark(at, stat);
    return namesIn(at).reduce((sum, name) => mix(sum, walk(`${at}${sep}${name}`, depth + 1)), text(at));
  };
  return walk(path, 0);
}

/** Units that differ. */
export function differ(before: Print, after: Print): readonly string[] {
  const gone = [...before.keys()].filter((unit) => !after.has(unit));
  return [...gone, ...[...after].flatMap(([unit, print]) => (before.get(unit) === print ? [] : [unit]))];
}

function namesIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => !NEVER.has(name))
      .toSorted();
  } catch {
    return []; // a file, or gone meanwhile
  }
}

const mark = (path: string, { mtimeMs, size, ino, mode }: Stats): number => [mtimeMs * 1000, size, ino, mode].reduce(mix, text(path));

function text(path: string): number {
  let sum = 0;
  for (let at = 0; at < path.length; at++) sum = (Math.imul(sum, 31) + path.charCodeAt(at)) | 0;
  return sum >>> 0;
}

/** Two halves of 26 bits, so that a number of JavaScript holds it exactly. */
function mix(sum: number, value: number): number {
  const low = (Math.imul(sum & 0x3ffffff, 0x9e3779b1) ^ (value % 0x100000000)) & 0x3ffffff;
  const high = (Math.imul(Math.floor(sum / 0x4000000) & 0x3ffffff, 0x85ebca6b) ^ Math.floor(value / 64)) & 0x3ffffff;
  return high * 0x4000000 + low;
}
