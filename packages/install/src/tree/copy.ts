/** Copies a tree. Rule: the copy holds no write bit, its own folder apart, which its owner closes once it stands in its place. */
import { chmod, mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { bytesOf } from "./bytes.ts";
import { listTree, type Bounds, type Entry, type LeftOut } from "./list.ts";

export const CLOSED = 0o500;
const OPEN = 0o700;
const READABLE = 0o400;

export type Copied = { readonly ok: true; readonly leftOut: readonly LeftOut[] } | { readonly ok: false; readonly why: string };

/** `to` must not be there yet. What was copied before something went wrong is left for the caller to remove. */
export async function copyTree(from: string, to: string, bounds?: Bounds): Promise<Copied> {
  const listing = await listTree(from, bounds);
  if (!listing.ok) return listing;
  try {
    await mkdir(to, { mode: OPEN });
    for (const entry of listing.entries) await copy(entry, join(from, entry.path), join(to, entry.path));
    for (const { is, path } of listing.entries.toReversed()) if (is === "folder") await chmod(join(to, path), CLOSED);
  } catch (error) {
    return { ok: false, why: `can't be copied (${error instanceof Error ? error.message : String(error)})` };
  }
  return { ok: true, leftOut: listing.leftOut };
}

async function copy(entry: Entry, from: string, to: string): Promise<void> {
  switch (entry.is) {
    case "folder":
      return void (await mkdir(to, { mode: OPEN }));
    case "link":
      return await symlink(entry.target, to);
    case "file":
      return await writeFile(to, bytesOf(from, entry.size), { flag: "wx", mode: entry.runs ? CLOSED : READABLE });
  }
}
