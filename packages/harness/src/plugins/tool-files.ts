/**
 * Tools that plugin directories bring as code (`tools/*.js`), which runs in this process. Rule: nothing of a file is run before its state
 * was agreed to by the consent that speaks of code, and what runs is the copy of that state. A file that breaks brings no tool, and says so.
 */
import { realpathSync } from "node:fs";
import { registerHooks } from "node:module";
import { basename, dirname, join, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { openContentStore } from "@keelson/install";
import type { Catalog, Found, PluginLayer } from "@keelson/loader";
import type { Problem, Tool } from "@keelson/protocol";
import type { BlockKit } from "@keelson/tools";
import { openToolKit, type ToolKit } from "@keelson/tools/toolkit";
import type { Standing } from "../guard/folder-trust.ts";
import type { House } from "../house.ts";
import { bringerOf, codeRootOf, isUsable } from "./gathered.ts";
import { contentsIn } from "./runnable.ts";

/** What the files of one reading come to. */
export type ToolFiles = {
  /** Calls what the files export, for one conversation. */
  make(kit: BlockKit): { readonly tools: readonly MadeTool[]; readonly problems: readonly Problem[] };
  readonly problems: readonly Problem[];
  /** By directory, for the next reading. */
  readonly states: ReadonlyMap<string, State>;
};
/** `plugin`: whose it is, as its name goes before a tool's. */
export type MadeTool = { readonly plugin: string; readonly file: string; readonly tool: Tool };
/** `file`: as it is written; what runs may be a copy. */
type Loaded = { readonly plugin: string; readonly file: string; readonly give: (kit: ToolKit) => unknown };
/** One state of a directory; `tree`: its hash, undefined where nobody has to agree to it. */
type State = { readonly tree: string | undefined; readonly loaded: readonly Loaded[] };
type Around = {
  readonly catalog: Catalog;
  readonly standing: Standing;
  readonly keelHome: string;
  readonly now: () => number;
  readonly runsCode?: House["runsCode"];
  /** Of the reading before. What was changed since, and can't be used as it is now, goes on as it was. */
  readonly before?: ToolFiles | undefined;
};
type Tools = readonly Found<"toolFiles">[];

const LOADING_MS = 5_000;

export async function loadToolFiles(around: Around): Promise<ToolFiles> {
  const states = new Map<string, State>();
  const problems: Problem[] = [];
  for (const [layer, found] of Map.groupBy(around.catalog.joined.toolFiles, (one) => one.layer)) {
    const now = await loadState(layer, found, around);
    problems.push(...now.problems);
    const was = now.state ? undefined : around.before?.states.get(keyOf(layer));
    const goesOn = was && isUsable("toolFiles", { layer }, around.standing, was.tree) ? was : undefined;
    const state = now.state ?? goesOn;
    if (state) states.set(keyOf(layer), state);
    if (goesOn) problems.push({ severity: "warning", file: layer.root, text: "Its tools go on as they were.", code: "last_good_kept" });
  }
  const loaded = [...states.values()].flatMap((state) => state.loaded);
  return { states, problems, make: (kit) => makeAll(loaded, openToolKit(kit)) };
}

const keyOf = ({ kind, root }: PluginLayer): string => `${kind} ${root}`;

/** No state where it may not run, or where one of its files breaks. */
async function loadState(
  layer: PluginLayer,
  found: Tools,
  around: Around,
): Promise<{ readonly state?: State; readonly problems: readonly Problem[] }> {
  const place = await placeOf(layer, around);
  if (!place.ok) {
    const names = found.map(({ part }) => basename(part.file)).join(", ");
    return { problems: [{ severity: "warning", file: layer.root, text: `Its tools (${names}) don't run: ${place.why}.` }] };
  }
  const plugin = around.catalog.layers.find((read) => read.layer === layer)?.plugin?.name ?? basename(layer.root);
  const loaded: Loaded[] = [];
  const problems: Problem[] = [];
  await around.runsCode?.(place.root, layer.root);
  for (const { part } of found) {
    const give = await importFile(join(place.root, relative(place.of, part.file)));
    if (typeof give === "string") problems.push(broken(part.file, give));
    else loaded.push({ plugin, file: part.file, give });
  }
  const isWorse = problems.length > 0 && around.before?.states.has(keyOf(layer));
  return { problems, ...(!isWorse && { state: { tree: place.tree, loaded } }) };
}

/** `of`: the directory that `root` is a copy of. */
type Placed =
  | { readonly ok: true; readonly root: string; readonly of: string; readonly tree: string | undefined }
  | { readonly ok: false; readonly why: string };

async function placeOf(layer: PluginLayer, { standing, keelHome, now }: Around): Promise<Placed> {
  const from = bringerOf(layer);
  if (from === "bundled" && layer.kind !== "flag") return { ok: true, root: layer.root, of: layer.root, tree: undefined };
  const root = codeRootOf(layer);
  const store = openContentStore(contentsIn(keelHome), now);
  const real = realOr(root);
  const there = await store.look(real);
  if (!there.ok) return { ok: false, why: `it ${there.why}` };
  const changed = standing.known.code.includes(real);
  const untrusted = `${changed ? "it was changed since they were trusted" : "they aren't trusted"}. keel trust give ${root} --as code trusts them as they are now`;
  if (!isUsable("toolFiles", { layer }, standing, there.tree)) return { ok: false, why: untrusted };
  const kept = await store.keep(real);
  if (!kept.ok) return { ok: false, why: `it ${kept.why}` };
  if (!isUsable("toolFiles", { layer }, standing, kept.tree)) return { ok: false, why: untrusted }; // it was changed just now
  return { ok: true, root: kept.root, of: root, tree: kept.tree };
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // it is gone: looking at it says so
  }
}

/** In words why it can't be used. A copy has another path when it was changed, so that nothing is taken from what was loaded before. */
async function importFile(file: string): Promise<Loaded["give"] | string> {
  const url = pathToFileURL(file).href;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`it isn't loaded after ${LOADING_MS / 1_000} s`), LOADING_MS);
  });
  using _ = asModule(dirname(url));
  try {
    const found: unknown = await Promise.race([import(url), late]);
    if (typeof found === "string") return found;
    const give = typeof found === "object" && found !== null && "default" in found ? found.default : undefined;
    return typeof give === "function" ? (give as Loaded["give"]) : "it exports no function by default, which would be handed the tool kit";
  } catch (error) {
    return wordsOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Node would guess what a `.js` file is where no package.json says so, and complain of it to the user. */
function asModule(folder: string): Disposable {
  const hooks = registerHooks({
    load: (url, context, next) =>
      next(url, url.startsWith(`${folder}/`) && url.endsWith(".js") ? { ...context, format: "module" } : context),
  });
  return { [Symbol.dispose]: () => hooks.deregister() };
}

function makeAll(loaded: readonly Loaded[], kit: ToolKit): ReturnType<ToolFiles["make"]> {
  const tools: MadeTool[] = [];
  const problems: Problem[] = [];
  for (const { plugin, file, give } of loaded) {
    try {
      const given = give(kit);
      const made: readonly unknown[] = Array.isArray(given) ? given : [given];
      if (made.length === 0 || !made.every(isTool)) throw new Error(NO_TOOL);
      tools.push(...made.map((tool) => ({ plugin, file, tool })));
    } catch (error) {
      problems.push(broken(file, wordsOf(error)));
    }
  }
  return { tools, problems };
}

const NO_TOOL = "its function returns no tool that kit.defineTool made, nor a list of them";
const isTool = (made: unknown): made is Tool =>
  typeof made === "object" && made !== null && "bind" in made && typeof made.bind === "function" && "name" in made && "inputSchema" in made;

const broken = (file: string, why: string): Problem => ({
  severity: "warning",
  file,
  code: "tool_file_broken",
  text: `brings no tool: ${why}.`,
});
const wordsOf = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).split("\n", 1)[0]?.replace(/\.$/, "") ?? "";
