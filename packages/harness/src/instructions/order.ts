/**
 * The texts of a session in the order in which they are told. Rule: the administrator's, what plugins bring, the user's, the repository's
 * from the farthest folder to the nearest; in each folder its own files, then its rules, then those that aren't shared. Later is nearer.
 */
import { dirname } from "node:path";
import type { Catalog, Found, LayerKind, PluginLayer } from "@keelson/loader";
import type { Provenance, RuleTextDecl } from "@keelson/protocol";

/** A text that may be told. */
export type Text = {
  readonly file: string;
  /** What its links may not lead out of. */
  readonly within: string;
  readonly from: Provenance;
  readonly whose: Whose;
  /** Of a rule that holds for some files only, and the folder that its patterns begin at. */
  readonly paths?: readonly string[];
  readonly folder: string;
};
export type Whose = "managed" | "plugin" | "user" | "project" | "local";

const USER: readonly LayerKind[] = ["keel_user", "claude_user", "agents_user", "codex_user", "gemini_user"];
const HOUSE: readonly LayerKind[] = ["bundled", "distribution", "plugin", "flag"];
const FILES: readonly LayerKind[] = ["project_files", "ancestor_files"];

const FROM: Readonly<Record<Whose, Provenance>> = {
  managed: "harness",
  plugin: "plugin",
  user: "user",
  project: "repo",
  local: "repo", // a repository can hold a file of that name, too
};

/** The folder that a layer's files are about: the project, for its `.claude`. */
export function folderOf({ kind, root }: Pick<PluginLayer, "kind" | "root">): string {
  if (kind === "project_plugin") return dirname(dirname(dirname(root))); // <folder>/.keel/plugins/<name>
  return FILES.includes(kind) ? root : dirname(root);
}

export function orderTexts({ joined }: Pick<Catalog, "joined">, cwd: string): readonly Text[] {
  const texts = [
    ...joined.instructions.map((found) => placed(found, found.part.local === true, undefined, cwd)),
    ...joined.rules.map((found) => placed(found, false, found.part, cwd)),
  ];
  return texts.toSorted((a, b) => compare(a.key, b.key)).map(({ text }) => text);
}

type Key = readonly number[];

function placed(
  { part, layer }: Found<"instructions"> | Found<"rules">,
  local: boolean,
  rule: RuleTextDecl | undefined,
  cwd: string,
): { readonly text: Text; readonly key: Key } {
  const whose = whoseOf(layer.kind, local);
  const own = whose === "project" || whose === "local";
  const folder = own ? folderOf(layer) : cwd;
  const group = GROUPS.indexOf(whose === "local" ? "project" : whose);
  return {
    text: { file: part.file, within: layer.within, from: FROM[whose], whose, folder, ...(rule?.paths && { paths: rule.paths }) },
    key: [group, own ? folder.length : 0, local ? 2 : rule ? 1 : 0],
  };
}

const GROUPS: readonly Whose[] = ["managed", "plugin", "user", "project"];

function whoseOf(kind: LayerKind, local: boolean): Whose {
  if (kind === "managed") return "managed";
  if (HOUSE.includes(kind)) return "plugin";
  if (USER.includes(kind)) return "user";
  return local || kind === "claude_local" ? "local" : "project";
}

function compare(a: Key, b: Key): number {
  for (const [at, value] of a.entries()) {
    const step = value - (b[at] ?? 0);
    if (step !== 0) return step;
  }
  return 0;
}
