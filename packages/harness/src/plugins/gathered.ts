/** The plugin directories of a session, by rank: what is read of them, and what of it may be used before and after its folder is trusted. */
import { join } from "node:path";
import {
  createCatalogCache,
  findLayers,
  keepCatalogCache,
  narrowed,
  readBody,
  readCatalog,
  type Catalog,
  type CatalogCache,
  type Found,
  type IndexPlace,
  type LayerKind,
  type LayerRead,
  type PluginLayer,
} from "@keelson/loader";
import { permits, type Bringer } from "@keelson/permissions";
import type { PartKind, PluginDecl, Problem, TextDecl } from "@keelson/protocol";
import type { Standing } from "../guard/folder-trust.ts";
import type { House } from "../house.ts";
import { enablingOf, type Enabling, type Said } from "./enabled.ts";

const BRINGERS: Readonly<Record<LayerKind, Bringer>> = {
  managed: "bundled",
  flag: "bundled", // whoever named it on the command line meant it
  claude_local: "repository",
  keel_project: "repository",
  claude_project: "repository",
  agents_project: "repository",
  codex_project: "repository",
  gemini_project: "repository",
  project_files: "repository",
  ancestor_files: "repository",
  keel_user: "user",
  claude_user: "user",
  agents_user: "user",
  codex_user: "user",
  gemini_user: "user",
  plugin: "installed",
  project_plugin: "repository",
  distribution: "bundled",
  bundled: "bundled",
};
/** What is agreed to of a directory's code: of a user's own, its tools alone, for the rest of `~/.keel` changes all day. */
export const codeRootOf = (layer: PluginLayer): string => (bringerOf(layer) === "user" ? join(layer.root, "tools") : layer.root);
export const bringerOf = ({ kind }: PluginLayer): Bringer => BRINGERS[kind];

/** Those that a program or a person has put in by name: they may enable tools and speak in the system prompt. */
const PUT_IN: readonly LayerKind[] = ["flag", "plugin", "distribution", "bundled"];

export type PluginsRead = {
  /** Without what a repository brings, before it is trusted, and without plugins that are turned off. */
  readonly catalog: Catalog;
  readonly off: Enabling["off"];
  readonly plugins: readonly PluginDecl[];
  /** The first that was named and can't be used; one that was dropped in is only told of. */
  readonly unusable: Problem | undefined;
  readonly problems: readonly Problem[];
  readonly index: PluginIndex;
};
/** What was read of the directories, whatever of it may be used, for whoever reads them again. `keep`: leaves it to the next start. */
export type PluginIndex = { readonly whole: Catalog; readonly cache: CatalogCache; keep(): Promise<void> };
type Where = Pick<House, "place" | "plugins" | "named"> & Partial<Pick<House, "version" | "wall">>;

/** Reading runs nothing. Of what stands in the user's and the project's folders only `keel plugin` tells the problems: they aren't this session's. */
export async function readPlugins(
  house: Where,
  addDirs: readonly string[],
  said: Said = { settings: [], trusted: true },
): Promise<PluginsRead> {
  const layers = layersOf(house, addDirs);
  const kept = { ...indexIn(house), readAt: house.wall?.() ?? 0 };
  const cache = createCatalogCache(kept, layers);
  const whole = await readCatalog(layers, cache);
  return pluginsIn({ whole, cache, keep: () => keepCatalogCache(kept, layers, cache) }, said);
}

/** Where a start leaves what it has read to the next one. */
export const indexIn = ({ place, version = "" }: Pick<Where, "place" | "version">): Pick<IndexPlace, "folder" | "version"> => ({
  folder: join(place.keelHome, "var", "cache", "plugins"),
  version,
});

export function layersOf(
  { place, plugins, named = [] }: Pick<Where, "place" | "plugins" | "named">,
  addDirs: readonly string[],
): readonly PluginLayer[] {
  const { cwd, home, keelHome, env } = place;
  return findLayers({
    cwd,
    home,
    keelHome,
    ...(env["CLAUDE_CONFIG_DIR"] && { claudeHome: env["CLAUDE_CONFIG_DIR"] }),
    ...(env["CODEX_HOME"] && { codexHome: env["CODEX_HOME"] }),
    addDirs,
    plugins: [...plugins.map((root) => ({ root, kind: "bundled" as const })), ...named.map((root) => ({ root, kind: "flag" as const }))],
  });
}

export function pluginsIn(index: PluginIndex, said: Said): PluginsRead {
  const { whole } = index;
  const held = (read: LayerRead): boolean => !said.trusted && bringerOf(read.layer) === "repository";
  const { off, problems } = enablingOf(whole.layers, said);
  const catalog = narrowed(whole, (read) => !held(read) && !off.has(read));
  const putIn = catalog.layers.filter(({ layer }) => PUT_IN.includes(layer.kind));
  return {
    catalog,
    off,
    plugins: putIn.flatMap(({ plugin }) => plugin ?? []),
    unusable: putIn.find(({ layer, plugin }) => plugin === undefined && layer.kind !== "plugin")?.problems[0],
    problems: [
      ...putIn.flatMap((read) => read.problems),
      ...catalog.problems.filter(({ code }) => code === "plugin_name_twice"),
      ...catalog.layers.filter((read) => !putIn.includes(read)).flatMap(problemsBeside),
      ...problems,
    ],
    index,
  };
}

/** What takes something away from a session is told of, wherever it stands: a restriction that can't be read, a whole plugin. */
const problemsBeside = ({ layer, plugin, problems }: LayerRead): readonly Problem[] =>
  layer.kind === "project_plugin" && plugin === undefined ? problems : problems.filter(({ code }) => code === "restriction_unreadable");

/** May a part be used? What runs code needs its tree's own trust, which is asked for where it runs. */
export function isUsable(kind: PartKind, { layer }: Pick<Found, "layer">, { root, agreed }: Standing, tree = ""): boolean {
  return permits({ kind, from: bringerOf(layer), root, tree }, agreed).ok;
}

/** The text of a declared part, without its head. Rejects when it can't be read. */
export async function bodyOf({ part, layer }: { readonly part: TextDecl; readonly layer: PluginLayer }): Promise<string> {
  const body = await readBody(part, layer.within);
  if (body.ok) return body.text;
  throw new Error(`${part.file} ${body.why}`);
}
