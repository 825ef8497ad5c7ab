/** Where a format has its parts, relative to its root. Rule: data alone; a kind that isn't listed isn't read. */
import type { HookDialect } from "@keelson/protocol";

/** `field` of the manifest: its paths are read beside these places, or instead of them. `flat`: one level deep. */
export type TextPlace = {
  readonly at: readonly string[];
  readonly field?: string;
  readonly given?: "adds" | "replaces";
  readonly flat?: true;
};
/** A file of JSON; `field`: more of it, or a path, in the manifest. `fields` of another name count too. */
export type DataPlace = { readonly at: readonly string[]; readonly field?: string };
export type Layout = {
  readonly skills?: TextPlace;
  readonly commands?: TextPlace;
  readonly agents?: TextPlace;
  readonly outputStyles?: TextPlace;
  readonly rules?: TextPlace;
  readonly instructions?: TextPlace;
  readonly hooks?: DataPlace;
  readonly mcpServers?: DataPlace;
  readonly lspServers?: DataPlace;
  readonly monitors?: DataPlace;
  readonly toolFiles?: DataPlace;
  readonly programs?: DataPlace;
  readonly hookDialect: HookDialect;
  /** An address without a type is a server over HTTP. */
  readonly infersType?: boolean;
  /** The head of a skill may name it. In a user's or a project's folder the folder does. */
  readonly ownNames: boolean;
};

const OURS = { toolFiles: { at: ["tools"] } };

export const CLAUDE_LAYOUT: Layout = {
  skills: { at: ["skills"], field: "skills", given: "adds" },
  commands: { at: ["commands"], field: "commands", given: "replaces" },
  agents: { at: ["agents"], field: "agents", given: "replaces" },
  outputStyles: { at: ["output-styles"], field: "outputStyles", given: "replaces" },
  hooks: { at: ["hooks/hooks.json"], field: "hooks" },
  mcpServers: { at: [".mcp.json"], field: "mcpServers" },
  lspServers: { at: [".lsp.json"], field: "lspServers" },
  monitors: { at: ["monitors/monitors.json"], field: "monitors" },
  programs: { at: ["bin"] },
  ...OURS,
  hookDialect: "claude",
  ownNames: true,
};

export const CODEX_LAYOUT: Layout = { ...CLAUDE_LAYOUT, infersType: true };

export const CURSOR_LAYOUT: Layout = {
  ...CLAUDE_LAYOUT,
  rules: { at: ["rules"], field: "rules", given: "replaces" },
  hooks: { at: ["hooks/hooks.json", "hooks.json"], field: "hooks" },
  mcpServers: { at: ["mcp.json", ".mcp.json"], field: "mcpServers" },
  hookDialect: "cursor",
  infersType: true,
};

export const AGENT_PLUGINS_LAYOUT: Layout = {
  skills: { at: ["skills"] },
  mcpServers: { at: ["mcp.json"] },
  ...OURS,
  hookDialect: "claude",
  ownNames: true,
};

export const COPILOT_LAYOUT: Layout = {
  ...CLAUDE_LAYOUT,
  hooks: { at: ["hooks.json", "hooks/hooks.json"], field: "hooks" },
  infersType: true,
};

export const GEMINI_LAYOUT: Layout = {
  skills: { at: ["skills"] },
  commands: { at: ["commands"] },
  agents: { at: ["agents"] },
  instructions: { at: ["GEMINI.md"], field: "contextFileName", given: "replaces" },
  hooks: { at: ["hooks/hooks.json"] },
  mcpServers: { at: [], field: "mcpServers" },
  ...OURS,
  hookDialect: "gemini",
  infersType: true,
  ownNames: true,
};

export const QWEN_LAYOUT: Layout = { ...GEMINI_LAYOUT, instructions: { at: ["QWEN.md"], field: "contextFileName", given: "replaces" } };

export const KEEL_FOLDER: Layout = {
  skills: { at: ["skills"] },
  commands: { at: ["commands"] },
  agents: { at: ["agents"] },
  outputStyles: { at: ["output-styles"] },
  rules: { at: ["rules"] },
  instructions: { at: ["KEEL.md"] },
  hooks: { at: ["hooks/hooks.json"] },
  mcpServers: { at: ["mcp.json"] },
  lspServers: { at: ["lsp.json"] },
  monitors: { at: ["monitors/monitors.json"] },
  programs: { at: ["bin"] },
  ...OURS,
  hookDialect: "claude",
  ownNames: false,
};

/** Its hooks stand in its settings, its servers beside it. */
export const CLAUDE_FOLDER: Layout = {
  skills: { at: ["skills"] },
  commands: { at: ["commands"] },
  agents: { at: ["agents"] },
  outputStyles: { at: ["output-styles"] },
  rules: { at: ["rules"] },
  instructions: { at: ["CLAUDE.md"] },
  hookDialect: "claude",
  ownNames: false,
};

export const AGENTS_FOLDER: Layout = { skills: { at: ["skills"] }, hookDialect: "claude", ownNames: false };

export const CODEX_FOLDER: Layout = {
  skills: { at: ["skills"] },
  commands: { at: ["prompts"] },
  instructions: { at: ["AGENTS.md"] },
  hooks: { at: ["hooks.json"] },
  hookDialect: "claude",
  ownNames: false,
};

export const GEMINI_FOLDER: Layout = {
  skills: { at: ["skills"] },
  commands: { at: ["commands"] },
  agents: { at: ["agents"] },
  instructions: { at: ["GEMINI.md"] },
  hookDialect: "gemini",
  infersType: true,
  ownNames: false,
};

/** What stands in a project beside its folders. */
export const PROJECT_LAYOUT: Layout = {
  instructions: { at: ["CLAUDE.md", "AGENTS.md", "GEMINI.md", "KEEL.md", "CLAUDE.local.md", "KEEL.local.md"] },
  mcpServers: { at: [".mcp.json"] },
  hookDialect: "claude",
  ownNames: false,
};
/** Of the folders above a repository: text alone. */
export const ANCESTOR_LAYOUT: Layout = { instructions: PROJECT_LAYOUT.instructions ?? { at: [] }, hookDialect: "claude", ownNames: false };

/** A folder of skills, and nothing else. */
export const SKILLS_LAYOUT: Layout = {
  skills: { at: ["."], flat: true, field: "skills", given: "adds" },
  hookDialect: "claude",
  ownNames: true,
};
