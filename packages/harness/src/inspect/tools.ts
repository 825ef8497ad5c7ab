import { join } from "node:path";
import { readPlugin } from "@keelson/loader";
import type { JsonObject, Problem } from "@keelson/protocol";
import { createSeen, diskFiles, startProcess, type BlockKit } from "@keelson/tools";
import type { House } from "../house.ts";
import { NO_OWN_TOOLS, openRegistry } from "../registry.ts";

/** A tool as the model is told of it. `bytes`: what it adds to every request. */
export type ToolEntry = {
  readonly name: string;
  readonly plugin: string;
  readonly root: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  readonly bytes: number;
};
export type ToolCensus = { readonly tools: readonly ToolEntry[]; readonly problems: readonly Problem[] };

/** The tools that the plugins enable, each with the first plugin that does, in the order they are sent. Nothing runs, and no key is needed. */
export async function censusTools({ place, plugins: roots, named = [] }: Pick<House, "place" | "plugins" | "named">): Promise<ToolCensus> {
  const read = await Promise.all([...roots, ...named].map((root) => readPlugin(root)));
  const plugins = read.flatMap(({ plugin }) => plugin ?? []);
  const { cwd, home, keelHome } = place;
  const kit: BlockKit = {
    files: diskFiles(),
    run: startProcess,
    seen: createSeen(),
    shell: { cwd },
    env: {},
    home,
    roots: () => [cwd],
    spillDir: join(keelHome, "var", "outputs"),
  };
  const { tools, problems } = openRegistry(plugins, NO_OWN_TOOLS, { denied: [], only: undefined, shown: undefined }, kit);
  const entries = [...tools.values()].map(({ name, description, inputSchema }): ToolEntry => {
    const from = plugins.find((plugin) => plugin.tools.includes(name));
    const bytes = Buffer.byteLength(JSON.stringify({ name, description, input_schema: inputSchema }));
    return { name, plugin: from?.name ?? "", root: from?.root ?? "", description, inputSchema, bytes };
  });
  return { tools: entries, problems: [...read.flatMap((one) => one.problems), ...problems] };
}
