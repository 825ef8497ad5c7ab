/** What a tree holds, as one hash: kinds, modes to run, names and bytes. Any change of what could run is another hash. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { bytesOf } from "./bytes.ts";
import { listTree, type Bounds, type Entry, type LeftOut } from "./list.ts";

/** `why`: the end of a sentence about the tree. */
export type Hashed =
  | { readonly ok: true; readonly tree: string; readonly leftOut: readonly LeftOut[] }
  | { readonly ok: false; readonly why: string };

const FILES_A_TURN = 128;

/** sha256 in hex, over the sorted entries; see `listTree` for what is none. */
export async function treeOf(root: string, bounds?: Bounds, without?: readonly string[]): Promise<Hashed> {
  const listing = await listTree(root, bounds, without);
  if (!listing.ok) return listing;
  const hash = createHash("sha256");
  try {
    for (const [at, entry] of listing.entries.entries()) {
      if (at % FILES_A_TURN === FILES_A_TURN - 1) await setImmediate(); // others have a turn now and then
      hash.update(lineOf(root, entry));
    }
  } catch (error) {
    return { ok: false, why: `can't be read (${error instanceof Error ? error.message : String(error)})` };
  }
  return { ok: true, tree: hash.digest("hex"), leftOut: listing.leftOut };
}

function lineOf(root: string, entry: Entry): string {
  switch (entry.is) {
    case "folder":
      return `d ${entry.path}\0`;
    case "link":
      return `l ${sha256(entry.target)} ${entry.path}\0`;
    case "file":
      return `f ${entry.runs ? "x" : "-"} ${entry.size} ${sha256(bytesOf(join(root, entry.path), entry.size))} ${entry.path}\0`;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
