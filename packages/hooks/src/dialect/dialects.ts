/** The hosts whose hooks are understood, and the names that one tool has among them. */
import type { Hook } from "@keelson/protocol";
import type { Dialect } from "./alias.ts";
import { cursor } from "./cursor.ts";
import { gemini } from "./gemini.ts";
import { openPlugins } from "./open-plugins.ts";

const claude: Dialect = {
  events: {},
  searches: false,
  foreign: [],
  timeoutUnitMs: 1_000,
  tools: {},
  write: (payload) => payload,
  read: (answer) => answer,
};

export const DIALECTS: Readonly<Record<Hook["dialect"], Dialect>> = { claude, gemini, open: openPlugins, cursor };

/** Older names of tools that matchers still use. */
const LEGACY: Readonly<Record<string, readonly string[]>> = { Agent: ["Task"], KillShell: ["KillBash"] };

/** Every name that a tool goes by for a hook of this dialect. */
export function namesOf(tool: string, dialect: Hook["dialect"]): readonly string[] {
  const theirs = DIALECTS[dialect].tools[tool];
  return [tool, ...(LEGACY[tool] ?? []), ...(theirs === undefined ? [] : [theirs])];
}

export function isOneOf(tool: string, tools: readonly string[]): boolean {
  return tools.some((one) => (one.endsWith("*") ? tool.startsWith(one.slice(0, -1)) : tool === one));
}
