// Folders whose removal no rule, hook or mode allows without a question: the root and what stands in it, home, and where the session works,
// each with all that holds it.
import type { Asked } from "@keelson/protocol";
import { foldCase, isWithin } from "./links.ts";

/** `here`: where a command starts, if it is one. Paths in normal form. */
export function isCritical(path: string, asked: Asked, here: readonly string[] = []): boolean {
  if (path.split("/").filter(Boolean).length <= 1) return true;
  return [asked.home, asked.cwd, ...asked.directories, ...here].some((folder) => isWithin(foldCase(folder), foldCase(path)));
}
