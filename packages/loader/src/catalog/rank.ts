/**
 * Whose part wins when two have one name. Rule: RANK by kind, strongest first; within one place in the list, the layer that comes first,
 * which for folders of the project is the nearest.
 */
import type { PartKind } from "@keelson/protocol";

export const LAYER_KINDS = [
  "managed",
  "flag",
  "claude_local",
  "keel_project",
  "claude_project",
  "agents_project",
  "codex_project",
  "gemini_project",
  "project_files",
  "ancestor_files",
  "keel_user",
  "claude_user",
  "agents_user",
  "codex_user",
  "gemini_user",
  "plugin",
  "project_plugin",
  "distribution",
  "bundled",
] as const;
export type LayerKind = (typeof LAYER_KINDS)[number];

const PROJECT = [
  "keel_project",
  "claude_project",
  "agents_project",
  "codex_project",
  "gemini_project",
  "project_files",
  "ancestor_files",
] as const;
const USER = ["keel_user", "claude_user", "agents_user", "codex_user", "gemini_user"] as const;
/** A repository can't put a plugin of its own in the place of one that the user has. */
const HOUSE = ["plugin", "project_plugin", "distribution", "bundled"] as const;

/** The project before the user. */
const NEAREST: readonly LayerKind[] = ["managed", "flag", "claude_local", ...PROJECT, ...USER, ...HOUSE];
/** A `.claude` skill of the user beats the project's `.claude`; elsewhere the project wins. */
const SKILLS: readonly LayerKind[] = [
  ...(["managed", "flag", "claude_local", "keel_project", "claude_user"] as const),
  ...PROJECT.filter((kind) => kind !== "keel_project"),
  ...USER.filter((kind) => kind !== "claude_user"),
  ...HOUSE,
];
/** In the order they are told: what comes later is nearer. */
const TOLD: readonly LayerKind[] = [
  "managed",
  ...HOUSE.toReversed(),
  ...USER.toReversed(),
  "ancestor_files",
  ...PROJECT.slice(0, -1).toReversed(),
  "claude_local",
  "flag",
];

/** `shadows`: of one name only the strongest counts. Else all of them do, in this order. */
export type Rank = { readonly shadows: boolean; readonly order: readonly LayerKind[] };

export const RANK: Readonly<Record<PartKind, Rank>> = {
  skills: { shadows: true, order: SKILLS },
  commands: { shadows: true, order: SKILLS },
  agents: { shadows: true, order: NEAREST },
  outputStyles: { shadows: true, order: NEAREST },
  mcpServers: { shadows: true, order: NEAREST },
  lspServers: { shadows: true, order: NEAREST },
  monitors: { shadows: true, order: NEAREST },
  rules: { shadows: false, order: TOLD },
  instructions: { shadows: false, order: TOLD },
  hooks: { shadows: false, order: NEAREST },
  toolFiles: { shadows: false, order: NEAREST },
  programs: { shadows: false, order: NEAREST },
};
