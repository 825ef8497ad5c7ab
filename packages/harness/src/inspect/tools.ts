import { join } from "node:path";
import { readPlugin } from "@keelson/loader";
import type { JsonObject, PluginDecl, Problem } from "@keelson/protocol";
import { createSeen, diskFiles, startProcess, type BlockKit } from "@keelson/tools";
import { toolFilesIn } from "../gather.ts";
import { groundOf, standingOf } from "../guard/folder-trust.ts";
import type { House } from "../house.ts";
import { openTrust } from "../kept/trust.ts";
import { readPlugins } from "../plugins/gathered.ts";
import { NO_OWN_TOOLS, openRegistry, ownTools, type OwnTools } from "../registry.ts";

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
type Where = Pick<House, "place" | "plugins" | "named"> & Partial<Pick<House, "wall" | "runsCode">>;

/**
 * The tools that the plugins enable, each with the first plugin that does, in the order they are sent, then those that they bring as code.
 * Of that, what was agreed to is loaded; else nothing runs, and no key is needed.
 */
export async function censusTools(where: Where): Promise<ToolCensus> {
  const { place, plugins: roots, named = [] } = where;
  const read = await Promise.all([...roots, ...named].map((root) => readPlugin(root)));
  const plugins = read.flatMap(({ plugin }) => plugin ?? []);
  const kit = kitIn(place);
  const own = await ownOf(where, kit);
  const { tools, problems } = openRegistry(plugins, own.tools, { denied: [], only: undefined, shown: undefined }, kit);
  const entries = [...tools.values()].map(({ name, description, inputSchema }): ToolEntry => {
    const from = own.from.get(name) ?? plugins.find((plugin) => plugin.tools.includes(name));
    const bytes = Buffer.byteLength(JSON.stringify({ name, description, input_schema: inputSchema }));
    return { name, plugin: from?.name ?? "", root: from?.root ?? "", description, inputSchema, bytes };
  });
  return { tools: entries, problems: [...read.flatMap((one) => one.problems), ...own.problems, ...problems] };
}

type Own = {
  readonly tools: OwnTools;
  readonly from: ReadonlyMap<string, Pick<PluginDecl, "name" | "root">>;
  readonly problems: readonly Problem[];
};

async function ownOf(where: Where, kit: BlockKit): Promise<Own> {
  const { place, wall = () => 0, runsCode } = where;
  const { cwd, keelHome } = place;
  const standing = await standingOf(groundOf(cwd).root, openTrust(keelHome), false);
  const { catalog } = await readPlugins(where, [], { settings: [], trusted: standing.trusted });
  const files = await toolFilesIn({ catalog, standing, keelHome, now: wall, runsCode });
  if (!files) return { tools: NO_OWN_TOOLS, from: new Map(), problems: [] };
  const tools = ownTools(files, kit);
  return { tools, from: tools.from, problems: files.problems };
}

function kitIn({ cwd, home, keelHome }: House["place"]): BlockKit {
  return {
    files: diskFiles(),
    run: startProcess,
    seen: createSeen(),
    shell: { cwd },
    env: {},
    home,
    roots: () => [cwd],
    spillDir: join(keelHome, "var", "outputs"),
  };
}
