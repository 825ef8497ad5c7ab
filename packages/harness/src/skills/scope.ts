/** Skills that hold for some files only. Rule: they are there to be started by name at any time, and are announced when such a file is touched. */
import type { MatchPaths } from "../instructions/gather.ts";
import type { Entry } from "./shelf.ts";

export type SkillScope = { readonly entriesFor: (file: string) => readonly Entry[] };

export async function scopeSkills(entries: readonly Entry[], matchPaths: MatchPaths, cwd: string): Promise<SkillScope> {
  const scoped = entries.filter(({ decl }) => decl.paths !== undefined);
  const tests = await Promise.all(
    scoped.map(async (entry) => ({ entry, fits: await matchPaths(entry.decl.paths ?? [], entry.folder ?? cwd) })),
  );
  return { entriesFor: (file) => tests.flatMap(({ entry, fits }) => (fits(file) ? [entry] : [])) };
}
