/**
 * The plugin directories of a place: what each brings, what is wrong with it, and what it costs in every prompt. Rule: they are read by the
 * reader that a session uses, and nothing of them runs.
 */
import { basename } from "node:path";
import {
  narrowed,
  readSettings,
  validatePlugins as readAll,
  type Catalog,
  type Found,
  type LayerKind,
  type LayerRead,
  type Validated,
} from "@keelson/loader";
import { costOf, lookUp } from "@keelson/model";
import { RUNS_CODE, type PartKind, type Problem, type Settings, type Usage } from "@keelson/protocol";
import { describeKinds, kindsOf } from "../agents/kinds.ts";
import { unheldIn } from "../agents/unheld.ts";
import { standingOf, groundOf } from "../guard/folder-trust.ts";
import { lineOf, settingsPlaces } from "../gather.ts";
import type { House } from "../house.ts";
import { openTrust } from "../kept/trust.ts";
import { chooseLimits } from "../limits.ts";
import { enablingOf } from "../plugins/enabled.ts";
import { readPlugins, type PluginsRead } from "../plugins/gathered.ts";
import { entryLine, listSkills } from "../skills/listing.ts";
import { openShelf } from "../skills/shelf.ts";
import { commandOf } from "./brought.ts";
import { inspectSettings } from "./settings.ts";
import { censusTools } from "./tools.ts";

export type { Validated, ValidProblem } from "@keelson/loader";

/** As the loader reads them, and what their agents ask for in vain. */
export const validatePlugins = (named: string, recursive: boolean): Promise<readonly Validated[]> => readAll(named, recursive, unheldIn);

/** `parts`: names by kind, those kinds that it has. `runs`: something in it starts programs. */
export type PluginEntry = {
  readonly name: string;
  readonly kind: LayerKind;
  readonly root: string;
  readonly format: string;
  readonly version?: string;
  readonly description?: string;
  readonly tools: readonly string[];
  readonly parts: Readonly<Partial<Record<PartKind, readonly Part[]>>>;
  readonly runs: boolean;
  /** What turns it off, for sessions in this place: a file of settings, or its manifest. */
  readonly off?: string;
  readonly problems: readonly Problem[];
};
/** `id`: what it is asked for by; absent where another of its name is nearer. */
export type Part = {
  readonly name: string;
  readonly file: string;
  readonly line?: number;
  readonly description?: string;
  readonly id?: string;
  /** The command or address that it would start, as it is written. */
  readonly starts?: string;
};
type Where = Pick<House, "place" | "plugins" | "named"> & Partial<Pick<House, "wall" | "runsCode">>;

/** In the order of their ranks. Folders with nothing in them, and nothing wrong, aren't told. */
export async function listPlugins(where: Where): Promise<readonly PluginEntry[]> {
  const { catalog, off, whole } = await readHere(where);
  const twice = catalog.problems.filter(({ code }) => code === "plugin_name_twice");
  return whole.layers.flatMap((read) => {
    const own = twice.filter(({ file }) => file === read.layer.root);
    const entry = entryOf({ ...read, problems: [...read.problems, ...own] }, catalog);
    const by = off.get(read);
    return entry ? [{ ...entry, ...(by !== undefined && { off: by }) }] : [];
  });
}

/** With what a repository brings, trusted or not; what it turns off counts as far as it would in a session. */
async function readHere(where: Where): Promise<Here> {
  const { place } = where;
  const { trusted } = await standingOf(groundOf(place.cwd).root, openTrust(place.keelHome), false);
  const { layers: settings } = await readSettings(settingsPlaces({ place, flags: {} }, trusted));
  const { index, plugins, unusable } = await readPlugins(where, []);
  const { whole } = index;
  const { off } = enablingOf(whole.layers, { settings, trusted });
  const catalog = narrowed(whole, (read) => !off.has(read));
  const gone = [...off.keys()].map(({ plugin }) => plugin);
  return { catalog, whole, off, unusable, plugins: plugins.filter((plugin) => !gone.includes(plugin)) };
}
type Here = Pick<PluginsRead, "catalog" | "off" | "plugins" | "unusable"> & { readonly whole: Catalog };

const KINDS = Object.keys(RUNS_CODE) as readonly PartKind[];

function entryOf({ layer, plugin, problems }: LayerRead, catalog: Catalog): PluginEntry | undefined {
  const { kind, root } = layer;
  const none = {
    name: plugin?.name ?? basename(root),
    kind,
    root,
    format: plugin?.format ?? "unknown",
    tools: [],
    parts: {},
    runs: false,
    problems,
  };
  if (!plugin) return none;
  const kinds = KINDS.filter((one) => plugin[one].length > 0);
  if (kinds.length === 0 && plugin.tools.length === 0 && problems.length === 0 && plugin.system === undefined) return undefined;
  const { version, description, tools } = plugin;
  return {
    ...none,
    ...(version !== undefined && { version }),
    ...(description !== undefined && { description }),
    tools,
    parts: Object.fromEntries(kinds.map((one) => [one, plugin[one].map((part) => partOf(one, part, catalog))])),
    runs: kinds.some((one) => RUNS_CODE[one]),
  };
}

function startsOf(part: Found["part"]): Pick<Part, "starts"> {
  const said =
    "handler" in part ? commandOf(part.handler) : "config" in part ? commandOf(part.config) : "command" in part ? `: ${part.command}` : "";
  return said === "" ? {} : { starts: said.slice(2) };
}

function partOf(kind: PartKind, part: Found["part"], { named }: Catalog): Part {
  const name = "name" in part ? part.name : "event" in part ? part.event : part.file;
  const found = kind in named ? [...named[kind as keyof typeof named].values()].find((one) => one.part === part) : undefined;
  return {
    name,
    file: part.file,
    ...(part.line !== undefined && { line: part.line }),
    ...("description" in part && part.description && { description: part.description }),
    ...(found && { id: found.id }),
    ...startsOf(part),
  };
}

/**
 * `tokens`: about so many in every prompt; undefined for a server, whose tools nobody knows before it is connected. `listed`: it stands in
 * the listing of skills with its description, by its name alone, or not at all for want of room.
 */
export type BillRow = {
  readonly plugin: string;
  readonly what: "system" | "tools" | "skill" | "command" | "agents" | "server";
  readonly name: string;
  readonly tokens?: number;
};
/** `first`, `after`: dollars of the prompt with the cache cold, and for each turn that finds it warm; undefined where the price isn't known. */
export type Cost = { readonly tokens: number; readonly first?: number; readonly after?: number };
export type Bill = {
  readonly model: string;
  readonly rows: readonly BillRow[];
  readonly plugins: readonly (Cost & { readonly plugin: string })[];
  readonly all: Cost;
  /** Of the skills, those of whom not even the name fitted into the listing. */
  readonly unlisted: number;
};

const BYTES_PER_TOKEN = 4;
const tokensIn = (text: string): number => Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);

/** Undefined model: the one that a session here would have. In words why it can't be told. */
export async function billPlugins(where: Where, model: string | undefined): Promise<Bill | string> {
  const { place } = where;
  const [{ catalog, plugins, unusable }, { merged }, { tools }] = await Promise.all([
    readHere(where),
    inspectSettings(place),
    censusTools(where),
  ]);
  if (unusable) return lineOf(unusable);
  const limits = chooseLimits(model === undefined ? {} : { model }, merged, place.env);
  if ("code" in limits) return limits.text;
  const info = lookUp(limits.models[0] ?? "");
  const standing = await standingOf(groundOf(place.cwd).root, openTrust(place.keelHome), true);
  const { rows: skills, unlisted } = skillRows(catalog, merged, info.window);
  const rows: readonly BillRow[] = [
    ...plugins.flatMap((plugin): readonly BillRow[] =>
      plugin.system === undefined ? [] : [{ plugin: plugin.name, what: "system", name: "system prompt", tokens: tokensIn(plugin.system) }],
    ),
    ...tools
      .filter(({ plugin }) => plugins.some(({ name }) => name === plugin))
      .map(({ plugin, name, bytes }): BillRow => ({ plugin, what: "tools", name, tokens: Math.ceil(bytes / BYTES_PER_TOKEN) })),
    ...skills,
    ...[...kindsOf(catalog, standing, {})].flatMap(([id, kind]): readonly BillRow[] => {
      const found = catalog.named.agents.get(id);
      return found
        ? [
            {
              plugin: found.plugin,
              what: "agents",
              name: id,
              tokens: tokensIn(
                describeKinds(new Map([[kind.name, kind]]))
                  .split("\n")
                  .slice(1)
                  .join("\n"),
              ),
            },
          ]
        : [];
    }),
    ...[...catalog.named.mcpServers.values()].map(({ id, plugin }): BillRow => ({ plugin, what: "server", name: id })),
  ];
  const costed = (some: readonly BillRow[]): Cost =>
    costIn(
      some.reduce((sum, { tokens = 0 }) => sum + tokens, 0),
      info,
    );
  return {
    model: info.id,
    rows,
    plugins: [...Map.groupBy(rows, ({ plugin }) => plugin)].map(([plugin, own]) => ({ plugin, ...costed(own) })),
    all: costed(rows),
    unlisted,
  };
}

function skillRows(catalog: Catalog, settings: Settings, window: number): { readonly rows: readonly BillRow[]; readonly unlisted: number } {
  const { entries } = openShelf(catalog, settings);
  const { skillListingMaxDescChars: longestEntry, skillListingBudgetFraction: partOfWindow } = settings;
  const { fixed, live } = listSkills(entries, { window, longestEntry, partOfWindow });
  const lines = new Set(`${fixed}\n${live}`.split("\n"));
  const wanted = entries.filter(({ forModel, decl }) => forModel && decl.paths === undefined);
  const found = [...catalog.named.skills.values(), ...catalog.named.commands.values()];
  const whose = new Map(found.map(({ part, plugin }) => [part, plugin]));
  const rows = wanted.flatMap((entry): readonly BillRow[] => {
    const line = [entryLine(entry, longestEntry), entryLine({ ...entry, nameOnly: true })].find((one) => lines.has(one));
    const plugin = whose.get(entry.decl) ?? "";
    return line === undefined ? [] : [{ plugin, what: entry.kind, name: entry.id, tokens: tokensIn(`${line}\n`) }];
  });
  return { rows, unlisted: wanted.length - rows.length };
}

const NOTHING: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

function costIn(tokens: number, info: ReturnType<typeof lookUp>): Cost {
  const first = costOf(info, { ...NOTHING, cacheWrite5m: tokens });
  const after = costOf(info, { ...NOTHING, cacheRead: tokens });
  return { tokens, ...(first !== undefined && { first }), ...(after !== undefined && { after }) };
}
