// The three trusts, from data: a folder's text is used, a plugin's tree may run, code runs in our process. Each is given for itself, and none implies another.
// A folder is known by its real path; a repository within it is another folder.
import { RUNS_CODE, type PartKind } from "@keelson/protocol";

export const TRUSTS = ["folder", "plugin", "code"] as const;
export type Trust = (typeof TRUSTS)[number];
/** Who brought a part. `bundled`: comes with us, or from an administrator. */
export type Bringer = "repository" | "installed" | "user" | "bundled";

/** `root`: the real path of the repository, or of the folder where there is none. `tree`: the hash of the directory that it stands in. */
export type Part = { readonly kind: PartKind; readonly from: Bringer; readonly root: string; readonly tree: string };
/** What the user has agreed to. `session`: folders that are trusted until it ends, the home directory among them at most. */
export type Agreed = {
  readonly folders: readonly string[];
  readonly session: readonly string[];
  readonly plugins: readonly string[];
  readonly code: readonly string[];
};
export type Permitted = { readonly ok: true } | { readonly ok: false; readonly missing: Trust; readonly why: string };

/** Which trusts a part needs, by who brought it. Parts that run no code need none but the folder's. */
const RUNS: Readonly<Record<Bringer, readonly Trust[]>> = {
  repository: ["folder", "plugin"],
  installed: ["plugin"],
  user: [],
  bundled: [],
};
const READS: Readonly<Record<Bringer, readonly Trust[]>> = { repository: ["folder"], installed: [], user: [], bundled: [] };
/** In our own process: consent of its own, whoever brought it. */
const IN_PROCESS: ReadonlySet<PartKind> = new Set<PartKind>(["toolFiles"]);

export function needs({ kind, from }: Pick<Part, "kind" | "from">): readonly Trust[] {
  if (!RUNS_CODE[kind]) return READS[from];
  if (!IN_PROCESS.has(kind)) return RUNS[from];
  return from === "bundled" ? [] : [...READS[from], "code"];
}

/** Rules that only deny or ask need no trust: they are no part. */
export function permits(part: Part, agreed: Agreed): Permitted {
  for (const trust of needs(part)) if (!HOLDS[trust](part, agreed)) return { ok: false, missing: trust, why: WHY[trust](part) };
  return { ok: true };
}

/** Exactly that folder: what lies in it may be another repository. */
export const folderTrusted = (root: string, { folders, session }: Agreed): boolean => folders.includes(root) || session.includes(root);

const HOLDS: Readonly<Record<Trust, (part: Part, agreed: Agreed) => boolean>> = {
  folder: ({ root }, agreed) => folderTrusted(root, agreed),
  plugin: ({ tree }, { plugins }) => plugins.includes(tree),
  code: ({ tree }, { code }) => code.includes(tree),
};
const WHY: Readonly<Record<Trust, (part: Part) => string>> = {
  folder: ({ root }) => `The folder ${root} isn't trusted yet. Open a session there and agree, or start with --trust.`,
  plugin: ({ kind, root }) => `The ${kind} in ${root} run programs, and this state of them wasn't agreed to.`,
  code: ({ root }) => `The tools in ${root} run in keel's own process, and this state of them wasn't agreed to.`,
};

/** May this folder's trust be kept? Home holds everything else, so its trust ends with the session. */
export const mayKeep = (root: string, home: string): boolean => root !== home && root !== "/";
