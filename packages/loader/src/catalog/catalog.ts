/**
 * All plugin directories of a session as one snapshot. Rule: data, replaced as a whole and never changed; the same directories give
 * the same snapshot, in whatever order they were read before.
 */
import { realpathSync } from "node:fs";
import { basename } from "node:path";
import type { PartKind, PluginDecl, PluginParts, PluginRead, Problem } from "@keelson/protocol";
import { createReadCache, SHELVES, type ReadCache } from "../part/keep.ts";
import { readPlugin } from "../plugin.ts";
import { warn } from "../problem.ts";
import type { Fact } from "../witness.ts";
import { CLAUDE_JSON, readClaudeJson } from "./claude-json.ts";
import { buildOf, readIndex, type IndexPlace, type Left } from "./index-file.ts";
import type { PluginLayer } from "./layers.ts";
import { RANK, type LayerKind } from "./rank.ts";

export type LayerRead = { readonly layer: PluginLayer; readonly plugin: PluginDecl | undefined; readonly problems: readonly Problem[] };

export const NAMED_KINDS = ["skills", "commands", "agents", "outputStyles", "mcpServers", "lspServers", "monitors"] as const;
export type NamedKind = (typeof NAMED_KINDS)[number];
export type JoinedKind = Exclude<PartKind, NamedKind>;

/** A part and whose it is. `id`: what it is asked for by: `review`, `plugin:review` where an installed plugin brings it. */
export type Found<Kind extends PartKind = PartKind> = {
  readonly id: string;
  readonly part: PluginParts[Kind][number];
  readonly plugin: string;
  readonly layer: PluginLayer;
};
/** `by`: the id of the part that is in its way is the same; `instead` is whose it is. */
export type Shadowed = { readonly kind: NamedKind; readonly id: string; readonly file: string; readonly instead: string };

/** `named`: by id. An installed plugin's part answers to its bare name too, where nobody else has it: see `aliases`. */
export type Catalog = {
  readonly layers: readonly LayerRead[];
  readonly named: { readonly [Kind in NamedKind]: ReadonlyMap<string, Found<Kind>> };
  readonly aliases: { readonly [Kind in NamedKind]: ReadonlyMap<string, string> };
  readonly joined: { readonly [Kind in JoinedKind]: readonly Found<Kind>[] };
  readonly shadowed: readonly Shadowed[];
  readonly problems: readonly Problem[];
};

/** What was read before, by directory: hand the same one over at each reading. `left`: by earlier starts, and not yet looked at. */
export type CatalogCache = { readonly read: Map<string, ReadCache>; readonly left: Map<string, Left> };
/** `place`: with what earlier starts have left there. */
export function createCatalogCache(place?: IndexPlace, layers: readonly PluginLayer[] = []): CatalogCache {
  const build = place && buildOf(place);
  const found = layers.flatMap((layer): readonly [string, Left][] => {
    const left = build && readIndex(place, build, layer);
    return left ? [[keyOf(layer), left]] : [];
  });
  return { read: new Map(), left: new Map(found) };
}

/** Leaves what was read anew to the next start. */
export async function keepCatalogCache(place: IndexPlace, layers: readonly PluginLayer[], cache: CatalogCache): Promise<void> {
  const changed = layers.flatMap((layer) => {
    const own = cache.read.get(keyOf(layer));
    return own && (own.changed || SHELVES.some((name) => own[name].changed)) ? [{ layer, own }] : [];
  });
  if (changed.length === 0) return;
  const { sweepIndex, writeIndex } = await import("./write-index.ts");
  for (const { layer, own } of changed) writeIndex(place, layer, own);
  sweepIndex(place);
}

/** Reads every layer. Never rejects for what stands in a file. */
export async function readCatalog(layers: readonly PluginLayer[], cache: CatalogCache = createCatalogCache()): Promise<Catalog> {
  const read: LayerRead[] = [];
  for (const layer of layers) read.push(await readLayerDir(layer, cache));
  const keys = new Set(layers.map(keyOf));
  for (const key of cache.read.keys()) if (!keys.has(key)) cache.read.delete(key);
  return catalogOf(read);
}

export async function readLayerDir(layer: PluginLayer, cache: CatalogCache, unchanged?: (file: string) => boolean): Promise<LayerRead> {
  if (layer.format === CLAUDE_JSON) return readClaudeJson(layer);
  const { plugin, problems } = takenOver(layer, cache) ?? (await readAnew(layer, cache, unchanged));
  return { layer, plugin: plugin && layer.name !== undefined ? { ...plugin, name: layer.name } : plugin, problems };
}

/** What an earlier start has read, where the disk says that it would be read the same. Asked once: a session that goes on reads for itself. */
function takenOver(layer: PluginLayer, { left }: CatalogCache): PluginRead | undefined {
  const key = keyOf(layer);
  const found = left.get(key);
  if (found) left.set(key, { ...found, take: () => undefined });
  return found?.take();
}

async function readAnew(layer: PluginLayer, { read, left }: CatalogCache, unchanged?: (file: string) => boolean): Promise<PluginRead> {
  const { root, within, format } = layer;
  const key = keyOf(layer);
  const cache = read.get(key) ?? left.get(key)?.shelves() ?? createReadCache();
  const before = cache.whole?.facts ?? left.get(key)?.facts;
  read.set(key, cache);
  const found = await readPlugin(root, { within, cache, ...(format !== undefined && { format }), ...(unchanged && { unchanged }) });
  cache.changed ||= isWorthKeeping(layer, cache) && !isSameLook(before, cache.whole?.facts);
  return found;
}

/** Beside the texts, which the shelves compare. */
const isSameLook = (before: readonly Fact[] | undefined, now: readonly Fact[] | undefined): boolean =>
  JSON.stringify(before) === JSON.stringify(now);

/** A folder that many write into has nothing to be kept but its texts. */
const isWorthKeeping = ({ format }: PluginLayer, cache: ReadCache): boolean =>
  format === undefined || SHELVES.some((name) => cache[name].last.size > 0);

/** Of a layer, for as long as it is where it is. */
export const keyOf = ({ kind, root }: PluginLayer): string => `${kind} ${root}`;

export function catalogOf(layers: readonly LayerRead[]): Catalog {
  const shadowed: Shadowed[] = [];
  const name = <Kind extends NamedKind>(kind: Kind): ReadonlyMap<string, Found<Kind>> => nameParts(kind, layers, shadowed);
  const named: Catalog["named"] = {
    skills: name("skills"),
    commands: name("commands"),
    agents: name("agents"),
    outputStyles: name("outputStyles"),
    mcpServers: name("mcpServers"),
    lspServers: name("lspServers"),
    monitors: name("monitors"),
  };
  const slash = new Set([...named.skills.keys(), ...named.commands.keys()]); // a skill and a command are called alike
  const taken = (kind: NamedKind): ReadonlySet<string> => (kind === "skills" || kind === "commands" ? slash : new Set(named[kind].keys()));
  const twice = [...named.commands.keys()].filter((id) => named.skills.has(id));
  const commands = new Map([...named.commands].filter(([id]) => !named.skills.has(id)));
  for (const id of twice)
    shadowed.push({ kind: "commands", id, file: named.commands.get(id)?.part.file ?? "", instead: named.skills.get(id)?.plugin ?? "" });
  const whole = { ...named, commands };
  const alias = (kind: NamedKind): ReadonlyMap<string, string> => aliasesOf(whole[kind], taken(kind));
  return {
    layers,
    named: whole,
    aliases: {
      skills: alias("skills"),
      commands: alias("commands"),
      agents: alias("agents"),
      outputStyles: alias("outputStyles"),
      mcpServers: new Map(),
      lspServers: new Map(),
      monitors: new Map(),
    },
    joined: {
      rules: joinParts("rules", layers),
      instructions: joinParts("instructions", layers),
      hooks: joinParts("hooks", layers),
      toolFiles: joinParts("toolFiles", layers),
      programs: joinParts("programs", layers),
    },
    shadowed,
    problems: [...layers.flatMap(({ problems }) => problems), ...sameNames(layers)],
  };
}

/** Strongest first; of one layer, and of one kind of layers, as they came. */
function ordered(kind: PartKind, layers: readonly LayerRead[]): readonly LayerRead[] {
  const { order, shadows } = RANK[kind];
  const near = shadows ? layers : layers.toReversed(); // texts are told from the farthest to the nearest
  return near
    .filter(({ plugin }) => plugin && plugin[kind].length > 0)
    .toSorted((a, b) => order.indexOf(a.layer.kind) - order.indexOf(b.layer.kind));
}

function nameParts<Kind extends NamedKind>(
  kind: Kind,
  layers: readonly LayerRead[],
  shadowed: Shadowed[],
): ReadonlyMap<string, Found<Kind>> {
  const found = new Map<string, Found<Kind>>();
  for (const { layer, plugin } of ordered(kind, layers)) {
    if (!plugin) continue;
    const parts: readonly PluginParts[Kind][number][] = plugin[kind];
    for (const part of parts) {
      const id = idOf(kind, part, plugin.name, layer);
      const before = found.get(id);
      if (!before) found.set(id, { id, part, plugin: plugin.name, layer });
      else if (!isSameFile(before.part.file, part.file)) shadowed.push({ kind, id, file: part.file, instead: before.part.file });
    }
  }
  return found;
}

/** Their parts have the name of the plugin in front. */
export const NAMESPACED: readonly LayerKind[] = ["flag", "plugin", "project_plugin"];

function idOf(
  kind: NamedKind,
  part: { readonly name: string; readonly within?: readonly string[] },
  plugin: string,
  { kind: from }: PluginLayer,
): string {
  if (!NAMESPACED.includes(from)) return part.name;
  return [plugin, ...(kind === "agents" ? (part.within ?? []) : []), part.name].join(":");
}

/** The bare names of namespaced parts, and the folders of skills that are called otherwise; of two the first. */
function aliasesOf(named: ReadonlyMap<string, Found<NamedKind>>, taken: ReadonlySet<string>): ReadonlyMap<string, string> {
  const aliases = new Map<string, string>();
  for (const { id, part, plugin } of named.values()) {
    const folder = "dir" in part && part.dir !== undefined ? basename(part.dir) : part.name;
    const spaced = id !== part.name && folder !== part.name ? [`${plugin}:${folder}`, folder] : [];
    for (const name of [part.name, ...spaced]) if (name !== id && !taken.has(name) && !aliases.has(name)) aliases.set(name, id);
  }
  return aliases;
}

function joinParts<Kind extends JoinedKind>(kind: Kind, layers: readonly LayerRead[]): readonly Found<Kind>[] {
  const found: Found<Kind>[] = [];
  const seen = new Set<string>();
  for (const { layer, plugin } of ordered(kind, layers)) {
    const parts: readonly PluginParts[Kind][number][] = plugin?.[kind] ?? [];
    for (const part of parts) {
      // A text is told once, though a link leads to it; a hook that two say runs as each says.
      const key = kind === "instructions" || kind === "rules" ? realOr(part.file) : undefined;
      if (key !== undefined && seen.has(key)) continue;
      if (key !== undefined) seen.add(key);
      found.push({ id: part.file, part, plugin: plugin?.name ?? "", layer });
    }
  }
  return found;
}

/** Two installed plugins of one name: their parts can't be told apart. */
function sameNames(layers: readonly LayerRead[]): readonly Problem[] {
  const roots = new Map<string, string>();
  return layers.flatMap(({ layer, plugin }): readonly Problem[] => {
    if (!plugin || !NAMESPACED.includes(layer.kind)) return [];
    const before = roots.get(plugin.name);
    if (before === undefined || before === layer.root) {
      roots.set(plugin.name, layer.root);
      return [];
    }
    const what = `The plugin "${plugin.name}" has the name of the one in ${before}; of parts with one name that one's count.`;
    return [warn({ file: layer.root, line: 1 }, { code: "plugin_name_twice", what, hint: "Disable one of them." })];
  });
}

const isSameFile = (one: string, other: string): boolean => one === other || realOr(one) === realOr(other);

function realOr(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // gone since it was read: then it is no other file's double
  }
}
