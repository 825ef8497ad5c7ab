/**
 * The layouts a plugin directory can have: FORMATS in order, the first that is there is the one.
 * Rule: a format only says where to look and what fields must be; it opens nothing. A broken manifest isn't rescued by a later format.
 */
import type { JsonObject } from "@keelson/protocol";
import { AGENT_PLUGINS_FIELDS, CLAUDE_FIELDS, LOOSE_FIELDS, type Fields } from "./field-list.ts";
import * as at from "./layout.ts";

export type Format = {
  readonly name: string;
  /** How it is known: by a manifest (relative to the root), by the name of the folder, by what stands in it; the last by nothing. */
  readonly manifest?: string;
  readonly folder?: string;
  readonly holds?: (root: Look) => boolean;
  /** Is a manifest at this place one of this format? */
  readonly fits?: (manifest: JsonObject) => boolean;
  readonly fields: Fields;
  /** What is said about a field that isn't in the list. It stays in the manifest either way. */
  readonly unknown: "nothing" | "warning";
  readonly layout: at.Layout;
};
/** What a directory has in it, one level deep. */
export type Look = { readonly has: (path: string) => boolean; readonly folders: () => readonly string[] };

/** https://agent-plugins.org: any version of it, so that one that isn't read is refused instead of taken for something else. */
const isAgentPlugin = ({ $schema }: JsonObject): boolean => typeof $schema === "string" && /^https?:\/\/agent-plugins\.org\//.test($schema);
const isNamed = ({ name }: JsonObject): boolean => typeof name === "string";
const loose = { fields: LOOSE_FIELDS, unknown: "nothing" } as const;
const claude = { fields: CLAUDE_FIELDS, unknown: "nothing", layout: at.CLAUDE_LAYOUT } as const;
const none = { fields: {}, unknown: "nothing" } as const;

const PARTS = ["skills", "commands", "agents", "hooks/hooks.json", ".mcp.json", ".lsp.json", "output-styles"];

export const FORMATS: readonly Format[] = [
  { name: "claude", manifest: ".claude-plugin/plugin.json", ...claude },
  { name: "codex", manifest: ".codex-plugin/plugin.json", ...loose, layout: at.CODEX_LAYOUT },
  { name: "cursor", manifest: ".cursor-plugin/plugin.json", ...loose, layout: at.CURSOR_LAYOUT },
  {
    name: "agent-plugins",
    manifest: "plugin.json",
    fits: isAgentPlugin,
    fields: AGENT_PLUGINS_FIELDS,
    unknown: "warning",
    layout: at.AGENT_PLUGINS_LAYOUT,
  },
  { name: "copilot", manifest: ".github/plugin/plugin.json", ...loose, layout: at.COPILOT_LAYOUT },
  { name: "copilot", manifest: "plugin.json", fits: isNamed, ...loose, layout: at.COPILOT_LAYOUT },
  { name: "gemini", manifest: "gemini-extension.json", ...loose, layout: at.GEMINI_LAYOUT },
  { name: "neutral", manifest: ".plugin/plugin.json", ...loose, layout: at.CODEX_LAYOUT },
  { name: "qwen", manifest: "qwen-extension.json", ...loose, layout: at.QWEN_LAYOUT },
  { name: "keel-folder", folder: ".keel", ...none, layout: at.KEEL_FOLDER },
  { name: "claude-folder", folder: ".claude", ...none, layout: at.CLAUDE_FOLDER },
  { name: "agents-folder", folder: ".agents", ...none, layout: at.AGENTS_FOLDER },
  { name: "codex-folder", folder: ".codex", ...none, layout: at.CODEX_FOLDER },
  { name: "gemini-folder", folder: ".gemini", ...none, layout: at.GEMINI_FOLDER },
  // Nobody's plugin by itself: read where a session names it.
  { name: "project", holds: () => false, ...none, layout: at.PROJECT_LAYOUT },
  { name: "ancestor", holds: () => false, ...none, layout: at.ANCESTOR_LAYOUT },
  {
    name: "skills",
    holds: ({ has, folders }) => !PARTS.some(has) && !has("SKILL.md") && folders().some((name) => has(`${name}/SKILL.md`)),
    ...none,
    layout: at.SKILLS_LAYOUT,
  },
  { name: "folder", ...none, layout: at.CLAUDE_LAYOUT },
];
