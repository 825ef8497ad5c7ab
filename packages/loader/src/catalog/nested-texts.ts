/**
 * What folders further down bring, by name: instruction files, which count once something near them is touched, and settings, which count
 * for a session there. Rule: a bounded look, nothing is opened, no link is followed, and another repository is passed over.
 */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { PROJECT_LAYOUT } from "../layout.ts";

const DEEPEST = 4;
const MOST_FOLDERS = 200;
const NEVER = new Set([".git", "node_modules", "__pycache__"]);

/** Files of instructions, the nearest first. `folder` itself isn't looked at for files. */
export function nestedTexts(folder: string): readonly string[] {
  const names = new Set(PROJECT_LAYOUT.instructions?.at);
  return below(folder, (dir, entries) =>
    entries.flatMap((entry) => (names.has(entry.name) && !entry.isDirectory() ? [join(dir, entry.name)] : [])),
  );
}

/** Folders that may have settings of their own, the nearest first. `folder` isn't one of them. */
export function nestedProjects(folder: string): readonly string[] {
  return below(folder, (dir, entries) => (entries.some(({ name }) => name === ".keel" || name === ".claude") ? [dir] : []));
}

type Take = (dir: string, entries: ReturnType<typeof entriesOf>) => readonly string[];

function below(folder: string, take: Take): readonly string[] {
  const found: string[] = [];
  let seen = 0;
  let level: readonly string[] = [folder];
  for (let depth = 0; depth <= DEEPEST && level.length > 0; depth++) {
    const next: string[] = [];
    for (const dir of level) {
      if ((seen += 1) > MOST_FOLDERS) return found;
      const entries = entriesOf(dir);
      if (depth > 0 && entries.some(({ name }) => name === ".git")) continue;
      if (depth > 0) found.push(...take(dir, entries));
      next.push(...entries.flatMap((entry) => (entry.isDirectory() && !NEVER.has(entry.name) ? [join(dir, entry.name)] : [])));
    }
    level = next;
  }
  return found;
}

function entriesOf(dir: string) {
  try {
    return readdirSync(dir, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return []; // gone, or nobody may look
  }
}
