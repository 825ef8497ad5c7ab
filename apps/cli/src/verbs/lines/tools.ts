import { read, type Line } from "./line.ts";

export type ToolsAsked = { readonly json: boolean; readonly plugins: readonly string[] };

export function readTools(line: Line): ToolsAsked {
  const tools = line
    .program("The tools that the model is offered: where each comes from, and what it adds to every request.")
    .option("--json", "with their whole schemas")
    .option("--plugin-dir <folders...>", "plugins beside the bundled one");
  const { json = false, pluginDir = [] } = read(tools, line).opts<{ json?: boolean; pluginDir?: string[] }>();
  return { json, plugins: pluginDir };
}
