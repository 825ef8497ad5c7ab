/**
 * The hash of a directory that somebody may be editing. Rule: it is read where the disk says anything else than last time, or says it of
 * the last moment, in which two edits can't be told apart. A hash out of date names an earlier copy, never other bytes.
 */
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { crc32 } from "node:zlib";
import { factsOf } from "../tree/facts.ts";
import { treeOf } from "../tree/hash.ts";
import { BESIDE_IT, type Bounds } from "../tree/list.ts";
import { writeWhole } from "./write.ts";

export const SEEN = ".seen";
const MOMENT_MS = 2_000; // the coarsest clock of a file system that is in use (FAT)

export type Looked = { readonly ok: true; readonly tree: string } | { readonly ok: false; readonly why: string };
export type Look = { readonly folder: string; readonly bounds: Bounds | undefined; readonly now: number };

export async function look(directory: string, { folder, bounds, now }: Look): Promise<Looked> {
  const note = join(folder, SEEN, crc32(directory).toString(16).padStart(8, "0"));
  const before = factsOf(directory, BESIDE_IT);
  const seen = seenIn(note);
  if (before && seen?.directory === directory && seen.mark === before.mark) return { ok: true, tree: seen.tree };
  const hashed = await treeOf(directory, bounds);
  if (!hashed.ok) return hashed;
  const after = factsOf(directory, BESIDE_IT);
  const { tree } = hashed;
  if (after && after.mark === before?.mark && after.newest < now - MOMENT_MS)
    await remember(note, { directory, tree, mark: after.mark }, folder);
  return { ok: true, tree };
}

/** Two directories may share a note: the other one is read each time. */
type Seen = { readonly directory: string; readonly tree: string; readonly mark: string };

function seenIn(note: string): Seen | undefined {
  try {
    const seen: Partial<Seen> = JSON.parse(readFileSync(note, "utf8"));
    const { directory, tree, mark } = seen;
    return directory !== undefined && tree !== undefined && mark !== undefined ? { directory, tree, mark } : undefined;
  } catch {
    return undefined; // then it is read
  }
}

async function remember(note: string, seen: Seen, folder: string): Promise<void> {
  try {
    await mkdir(join(folder, SEEN), { recursive: true, mode: 0o700 });
    await writeWhole(note, JSON.stringify(seen));
  } catch {
    // a full disk costs the next session the reading, and no more
  }
}
