/** What a tree holds, as one hash: kinds, modes to run, names and bytes. Any change of what could run is another hash. */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { bytesOf } from "./bytes.ts";
import { listTree, type Bounds, type Entry, type LeftOut } from "./list.ts";

/** `why`: the end of a sentence about the tree. */
export type Hashed =
  | { readonly ok: true; readonly tree: string; readonly leftOut: readonly LeftOut[] }
  | { readonly ok: false; readonly why: string };

/** sha256 in hex, over the sorted entries; see `listTree` for what is none. */
export async function treeOf(root: string, bounds?: Bounds): Promise<Hashed> {
  const listing = await listTree(root, bounds);
  if (!listing.ok) return listing;
  const hash = createHash("sha256");
  try {
    for (const entry of listing.entries) hash.update(await lineOf(root, entry));
  } catch (error) {
    return { ok: false, why: `can't be read (${error instanceof Error ? error.message : String(error)})` };
  }
  return { ok: true, tree: hash.digest("hex"), leftOut: listing.leftOut };
}

async function lineOf(root: string, entry: Entry): Promise<string> {
  switch (entry.is) {
    case "folder":
      return `d ${entry.path}\0`;
    case "link":
      return `l ${sha256(entry.target)} ${entry.path}\0`;
    case "file":
      return `f ${entry.runs ? "x" : "-"} ${entry.size} ${sha256(await bytesOf(join(root, entry.path), entry.size))} ${entry.path}\0`;
  }
}

const sha256 = (content: string | Uint8Array): string => createHash("sha256").update(content).digest("hex");
