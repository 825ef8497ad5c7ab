import { chmodSync, lstatSync, readdirSync } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";

/** Removes a copy, whose folders nobody may write in. What isn't there is removed. */
export async function removeTree(root: string): Promise<void> {
  openFolders(root);
  await rm(root, { recursive: true, force: true });
}

function openFolders(root: string): void {
  if (!lstatSync(root, { throwIfNoEntry: false })?.isDirectory()) return;
  chmodSync(root, 0o700);
  for (const entry of readdirSync(root, { withFileTypes: true })) if (entry.isDirectory()) openFolders(join(root, entry.name));
}
