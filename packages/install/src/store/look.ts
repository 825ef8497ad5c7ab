/**
 * The hash of a directory that somebody may be editing. Rule: it is read where the disk says anything else than last time, or says it of
 * the last moment, in which two edits can't be told apart. A hash out of date names an earlier copy, never other bytes.
 */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { factsOf } from "../tree/facts.ts";
import { treeOf } from "../tree/hash.ts";
import { BESIDE_IT, type Bounds } from "../tree/list.ts";
import { writeWhole } from "./write.ts";

export const SEEN = ".seen";
const MOMENT_MS = 2_000; // the coarsest clock of a file system that is in use (FAT)

export type Looked = { readonly ok: true; readonly tree: string } | { readonly ok: false; readonly why: string };
export type Look = { readonly folder: string; readonly bounds: Bounds | undefined; readonly now: number };

export async function look(directory: string, { folder, bounds, now }: Look): Promise<Looked> {
  const note = join(folder, SEEN, createHash("sha256").update(directory).digest("hex"));
  const before = factsOf(directory, BESIDE_IT);
  const [facts, tree] = seenIn(note);
  if (before && tree !== undefined && facts === before.hash) return { ok: true, tree };
  const hashed = await treeOf(directory, bounds);
  if (!hashed.ok) return hashed;
  const after = factsOf(directory, BESIDE_IT);
  if (after && after.hash === before?.hash && after.newest < now - MOMENT_MS) await remember(note, `${after.hash} ${hashed.tree}`, folder);
  return { ok: true, tree: hashed.tree };
}

function seenIn(note: string): readonly (string | undefined)[] {
  try {
    return readFileSync(note, "utf8").split(" ");
  } catch {
    return []; // then it is read
  }
}

async function remember(note: string, words: string, folder: string): Promise<void> {
  try {
    await mkdir(join(folder, SEEN), { recursive: true, mode: 0o700 });
    await writeWhole(note, words);
  } catch {
    // a full disk costs the next session the reading, and no more
  }
}
