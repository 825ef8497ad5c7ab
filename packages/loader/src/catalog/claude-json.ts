/**
 * The servers that stand in `~/.claude.json`: the user's, and those of this user for one project. Rule: nothing else of that file is read;
 * it is another program's, large, and written all the time.
 */
import type { PluginDecl, Problem } from "@keelson/protocol";
import { readJsonFile } from "../data-file.ts";
import { isObject, lineAt, objectOf, type Document } from "../json.ts";
import { mcpServersIn } from "../part/servers.ts";
import type { LayerRead } from "./catalog.ts";
import type { PluginLayer } from "./layers.ts";

export const CLAUDE_JSON = "claude-json";
const BYTES = 32 * 1024 * 1024;

export function readClaudeJson(layer: PluginLayer): LayerRead {
  const { root: file, projects = [] } = layer;
  const problems: Problem[] = [];
  const report = (problem: Problem): void => void problems.push({ ...problem, severity: "warning" });
  const document = readJsonFile(file, report, BYTES);
  const path = document && (layer.kind === "claude_local" ? placeIn(document, projects) : ["mcpServers"]);
  const value = document && path && valueAt(document, path);
  const at = (step: readonly (string | number)[]): { readonly file: string; readonly line: number } => ({
    file,
    line: (document && path && lineAt(document, [...path, ...step])) ?? 1,
  });
  const mcpServers = value === undefined ? [] : mcpServersIn(value, { at, infersType: false, report });
  return { layer, plugin: { ...EMPTY, name: CLAUDE_JSON, root: file, mcpServers }, problems };
}

/** The project is known by the folder it was begun in, or by its repository. */
function placeIn(document: Document, projects: readonly string[]): readonly string[] | undefined {
  const all = objectOf(document)["projects"];
  const own = isObject(all) ? projects.find((project) => Object.hasOwn(all, project)) : undefined;
  return own === undefined ? undefined : ["projects", own, "mcpServers"];
}

function valueAt(document: Document, path: readonly string[]): PluginDecl["manifest"][string] | undefined {
  return path.reduce<PluginDecl["manifest"][string] | undefined>(
    (value, key) => (isObject(value) ? value[key] : undefined),
    objectOf(document),
  );
}

const EMPTY: PluginDecl = {
  name: CLAUDE_JSON,
  root: "",
  format: CLAUDE_JSON,
  tools: [],
  manifest: {},
  skills: [],
  commands: [],
  agents: [],
  outputStyles: [],
  rules: [],
  instructions: [],
  hooks: [],
  mcpServers: [],
  lspServers: [],
  monitors: [],
  toolFiles: [],
  programs: [],
};
