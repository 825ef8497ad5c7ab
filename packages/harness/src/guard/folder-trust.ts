import { existsSync, realpathSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { folderTrusted, mayKeep, type Agreed } from "@keelson/permissions";
import type { TrustStore } from "../kept/trust.ts";

/** Where a session stands, as trust knows it: the real path of its repository, or of the folder itself where it is in none. */
export type Ground = { readonly root: string; readonly repository: boolean };

export function groundOf(cwd: string): Ground {
  const real = realOr(cwd);
  for (let folder = real; ; folder = dirname(folder)) {
    if (existsSync(join(folder, ".git"))) return { root: folder, repository: true };
    if (dirname(folder) === folder) return { root: real, repository: false };
  }
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // it isn't there: who opens a session in it is told
  }
}

/** What was agreed to. `known`: plugin directories of which some state was, as real paths. `states`: of their programs, the newest word first. */
export type Standing = {
  readonly root: string;
  readonly trusted: boolean;
  readonly agreed: Agreed;
  readonly known: Known;
  readonly states: readonly { readonly root: string; readonly tree: string }[];
};
type Known = Readonly<Record<"plugin" | "code", readonly string[]>>;

/** `session`: the folder is trusted for this one alone, by a word of the command line. */
export async function standingOf(root: string, store: TrustStore, session: boolean): Promise<Standing> {
  const list = await store.list();
  const kept = typeof list === "string" ? [] : list;
  const of = (kind: string): readonly string[] => kept.flatMap((one) => (one.kind === kind ? [one.subject] : []));
  const agreed: Agreed = { folders: of("folder"), session: session ? [root] : [], plugins: of("plugin"), code: of("code") };
  const named = (kind: string): readonly string[] => kept.flatMap((one) => (one.kind === kind ? [one.name] : []));
  const known: Known = { plugin: named("plugin"), code: named("code") };
  const states = kept
    .filter(({ kind }) => kind === "plugin")
    .toSorted((a, b) => b.granted - a.granted)
    .map(({ name, subject }) => ({ root: name, tree: subject }));
  return { root, trusted: folderTrusted(root, agreed), agreed, known, states };
}

/** In words why it can't be kept; the home directory's trust, as one that holds everything, never is. */
export async function keepTrust(root: string, home: string, store: TrustStore, now: number): Promise<string | undefined> {
  if (!mayKeep(root, home))
    return `${root} holds everything you have: trust in it lasts for one session (--trust). Go into a project, and trust that.`;
  return await store.give({ kind: "folder", subject: root, name: basename(root), granted: now });
}
