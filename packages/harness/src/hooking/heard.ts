/**
 * Which events hooks hear, from one start to the next. Rule: only of declarations that were read without a word; what runs is never taken
 * from here. Told by the whole of what is declared, so that nothing has to be made invalid.
 */
import { mkdirSync, readFileSync, renameSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { HOOK_EVENTS, type HookEvent } from "@keelson/protocol";

/** `folder`: may be missing. `version`: of the program. */
export type HeardPlace = { readonly folder: string; readonly version: string };
type Kept = { readonly build: string; readonly declared: string; readonly events: readonly string[] };

/** A version is built more than once. */
function buildOf({ version }: HeardPlace): string {
  const { mtimeMs, size } = statSync(import.meta.filename);
  return `${version} ${mtimeMs} ${size}`;
}

const fileOf = ({ folder }: HeardPlace, declared: string): string => join(folder, `hooks-${crc32(declared).toString(16)}.json`);

/** Undefined where nobody has said. */
export function heardIn(place: HeardPlace, declared: string): ReadonlySet<HookEvent> | undefined {
  try {
    const kept: Partial<Kept> = JSON.parse(readFileSync(fileOf(place, declared), "utf8"));
    if (kept.build !== buildOf(place) || kept.declared !== declared) return undefined;
    return new Set(HOOK_EVENTS.filter((event) => kept.events?.includes(event)));
  } catch {
    return undefined; // then they are read
  }
}

export function keepHeard(place: HeardPlace, declared: string, events: ReadonlySet<HookEvent>): void {
  const { folder } = place;
  const file = fileOf(place, declared);
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const beside = `${file}.${process.pid}.part`;
    writeFileSync(beside, JSON.stringify({ build: buildOf(place), declared, events: [...events] } satisfies Kept), { mode: 0o600 });
    renameSync(beside, file);
  } catch {
    // a disk that can't be written costs time alone
  }
}
