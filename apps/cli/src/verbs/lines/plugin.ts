import { nearest } from "@keelson/protocol";
import { filled } from "../../option-values.ts";
import { below, read, type Line } from "./line.ts";

/** `plugins`: named for the session, beside what stands in its folders. */
export type PluginAsked =
  | { readonly what: "validate"; readonly dir: string; readonly recursive: boolean; readonly json: boolean }
  | { readonly what: "list"; readonly plugins: readonly string[]; readonly json: boolean }
  | { readonly what: "show"; readonly plugins: readonly string[]; readonly name: string; readonly json: boolean }
  | { readonly what: "bill"; readonly plugins: readonly string[]; readonly model?: string; readonly json: boolean };

type Options = { readonly json?: boolean; readonly pluginDir?: readonly string[] };

export function readPlugin(line: Line): PluginAsked {
  let asked: PluginAsked | undefined;
  const plugin = line.program("The plugins that a session here has: read, and never run.");
  const row = (usage: string, about: string) =>
    below(plugin, usage, about).option("--json", "as JSON").option("--plugin-dir <folders...>", "plugins beside those of the folders here");
  below(plugin, "validate <dir>", "what a plugin directory brings, and what is wrong with it; 1 where something can't be used")
    .option("--recursive", "every plugin below it")
    .option("--json", "one object a line for each plugin")
    .action((dir: string, { recursive = false, json = false }: { recursive?: boolean; json?: boolean }) => {
      asked = { what: "validate", dir, recursive, json };
    });
  row("list", "each with where it stands and what it brings").action(
    ({ json = false, pluginDir: plugins = [] }: Options) => void (asked = { what: "list", plugins, json }),
  );
  row("show <name>", "one of them, part by part").action(
    (name: string, { json = false, pluginDir: plugins = [] }: Options) => void (asked = { what: "show", plugins, name, json }),
  );
  row("bill", "what each plugin, skill and server costs in every prompt")
    .option("--model <model>", "at the prices of this one", filled)
    .action(({ json = false, pluginDir: plugins = [], model }: Options & { readonly model?: string }) => {
      asked = { what: "bill", plugins, json, ...(model !== undefined && { model }) };
    });
  const nothingAsked = (): never => plugin.error(`${slipIn(plugin.args)}One of these is wanted: validate DIR, list, show NAME, bill.`);
  plugin.allowExcessArguments().action(nothingAsked);
  read(plugin, line);
  return asked ?? nothingAsked();
}

function slipIn([word]: readonly string[]): string {
  const meant = word === undefined ? undefined : nearest(word, ["validate", "list", "show", "bill"]);
  return meant === undefined ? "" : `There is no ${word}: did you mean keel plugin ${meant}? `;
}
