/**
 * Where what a plugin directory starts runs from, and what that is. Rule: what needs trust, or was named by hand, is copied into the content
 * store first, and what it declares is read from the copy: what was agreed to by its hash runs, whatever becomes of the directory meanwhile.
 * An edit that nobody has agreed to takes nothing out of force: the state that was agreed to last runs on, for as long as that holds.
 */
import { existsSync, realpathSync } from "node:fs";
import { basename, join, relative } from "node:path";
import type { ContentStore } from "@keelson/install";
import {
  createCatalogCache,
  keepCatalogCache,
  readCatalog,
  type Catalog,
  type Found,
  type IndexPlace,
  type LayerKind,
  type PluginLayer,
} from "@keelson/loader";
import type { FileDecl, PluginDecl, PluginParts } from "@keelson/protocol";
import { openTrust } from "../kept/trust.ts";
import type { Standing } from "../guard/folder-trust.ts";
import { isUsable } from "./gathered.ts";

/** Parts that start programs. */
export type Programs = Pick<PluginParts, "hooks" | "mcpServers" | "lspServers" | "monitors" | "programs">;
/** Parts whose heads may hold hooks. */
export type Texts = Pick<PluginParts, "skills" | "commands" | "agents">;
/**
 * `root`: what its programs are told is their plugin's folder. `texts`: read when somebody wants them. `why`: the end of a sentence.
 * `name`: of the plugin. `leftOut`: for people, a line.
 */
export type Runnable =
  | {
      readonly ok: true;
      readonly root: string;
      readonly name: string;
      readonly parts: Programs;
      readonly texts: () => Promise<Texts>;
      readonly leftOut?: string;
    }
  | { readonly ok: false; readonly why: string };
/** Of the directory that a part stands in; the same answer for as long as the catalog is the same. */
export type FindRunnable = (found: Pick<Found, "layer">) => Promise<Runnable>;

export const contentsIn = (keelHome: string): string => join(keelHome, "var", "store");

type RunsFrom = "place" | "copy" | "nowhere";
/** `place`: its owner put it there to be run. `nowhere`: a file among others, which makes no directory of its own. */
const RUNS_FROM: Readonly<Record<LayerKind, RunsFrom>> = {
  managed: "place",
  flag: "copy",
  claude_local: "nowhere",
  keel_project: "copy",
  claude_project: "copy",
  agents_project: "copy",
  codex_project: "copy",
  gemini_project: "copy",
  project_files: "nowhere",
  ancestor_files: "nowhere",
  keel_user: "place",
  claude_user: "place",
  agents_user: "place",
  codex_user: "place",
  gemini_user: "place",
  plugin: "copy",
  project_plugin: "copy",
  distribution: "place",
  bundled: "place",
};

type Around = {
  readonly catalog: Catalog;
  readonly standing: Standing;
  readonly keelHome: string;
  /** Where what was read is left to the next start. */
  readonly kept: Pick<IndexPlace, "folder" | "version">;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
};

/** `is`: what it declares runs. `was`: what an earlier state of it declared runs, since nobody has agreed to this one. */
export type Stands =
  | { readonly as: "is" }
  | { readonly as: "was"; readonly ran: Extract<Runnable, { readonly ok: true }> }
  | { readonly as: "held"; readonly why: string };
export type Runnables = {
  readonly find: FindRunnable;
  /** What nobody has to agree to isn't looked at for it. */
  readonly stands: (found: Pick<Found, "layer">) => Promise<Stands>;
  /** Directories of which some state was agreed to: it may declare what theirs doesn't any more. */
  readonly known: readonly PluginLayer[];
};

export function openRunnables(around: Around): Runnables {
  const agreements = new Map<PluginLayer, Promise<Agreed>>();
  const known = new Map<PluginLayer, Promise<Runnable>>();
  const agreed = (layer: PluginLayer): Promise<Agreed> => once(agreements, layer, () => agree(layer, around));
  const find: FindRunnable = ({ layer }) =>
    once(known, layer, async () => await readPlace(layer, await placeOf(layer, await agreed(layer), around), around));
  return {
    find,
    async stands({ layer }) {
      if (RUNS_FROM[layer.kind] === "copy" && isUsable("hooks", { layer }, around.standing)) return { as: "is" };
      const found = await agreed(layer);
      if (!found.ok) return { as: "held", why: found.why };
      const { tree, root, changed } = found;
      if (!changed && (tree === undefined || existsSync(join(contentsIn(around.keelHome), tree, basename(root))))) return { as: "is" };
      const ran = await find({ layer }); // it is copied while it is what was agreed to
      return !ran.ok ? { as: "held", why: ran.why } : changed ? { as: "was", ran } : { as: "is" };
    },
    known: knownIn(around),
  };
}

function once<Made>(made: Map<PluginLayer, Promise<Made>>, layer: PluginLayer, make: () => Promise<Made>): Promise<Made> {
  const before = made.get(layer) ?? make();
  made.set(layer, before);
  return before;
}

function knownIn({ catalog, standing: { states } }: Around): readonly PluginLayer[] {
  if (states.length === 0) return [];
  const roots = new Set(states.map(({ root }) => root));
  return catalog.layers.flatMap(({ layer }) => (RUNS_FROM[layer.kind] === "copy" && roots.has(realOr(layer.root)) ? [layer] : []));
}

/** `tree`: the state that may run; undefined for what runs in its own place. `changed`: the directory is in another one. */
type Agreed = { readonly ok: true; readonly root: string; readonly tree: string | undefined; readonly changed?: true } | Held;
/** `copy`: undefined where it runs in its own place. */
type Placed = { readonly ok: true; readonly copy: string | undefined; readonly leftOut?: string } | Held;
type Held = { readonly ok: false; readonly why: string };

const held = (why: string): Held => ({ ok: false, why });

/** A session without such a plugin doesn't pay for it. */
const openStore = async ({ keelHome, now }: Around): Promise<ContentStore> =>
  (await import("@keelson/install")).openContentStore(contentsIn(keelHome), now);

async function agree(layer: PluginLayer, around: Around): Promise<Agreed> {
  const { standing } = around;
  const from = RUNS_FROM[layer.kind];
  if (from === "nowhere") return held("they stand in no plugin directory that could be agreed to");
  const root = realOr(layer.root);
  if (from === "place") return isUsable("hooks", { layer }, standing) ? { ok: true, root, tree: undefined } : held(UNTRUSTED);
  const there = await (await openStore(around)).look(root);
  if (there.ok && isUsable("hooks", { layer }, standing, there.tree)) return { ok: true, root, tree: there.tree };
  const before = existsSync(root) ? await agreedBefore(layer, root, around) : undefined; // what was removed is gone
  return before ?? held(there.ok ? untrusted(layer, root, around) : `it ${there.why}`);
}

/** The newest state that was agreed to and is still kept. */
async function agreedBefore(layer: PluginLayer, root: string, around: Around): Promise<Agreed | undefined> {
  const { states } = around.standing;
  const store = await openStore(around);
  for (const { tree } of states.filter((one) => one.root === root && isUsable("hooks", { layer }, around.standing, one.tree)))
    if ((await store.find(tree, root)) !== undefined) return { ok: true, root, tree, changed: true };
  return undefined;
}

const untrusted = ({ root: named }: PluginLayer, root: string, { standing }: Around): string =>
  `${standing.known.plugin.includes(root) ? CHANGED : UNTRUSTED}. keel trust give ${named} trusts it`;

/** The copy is looked at here, before anything of it runs. */
async function placeOf(layer: PluginLayer, agreed: Agreed, around: Around): Promise<Placed> {
  if (!agreed.ok) return agreed;
  const { root, tree } = agreed;
  if (tree === undefined) return { ok: true, copy: undefined };
  const store = await openStore(around);
  const found = await store.find(tree, root);
  if (found !== undefined) return { ok: true, copy: found };
  if (agreed.changed) return held(untrusted(layer, root, around)); // it was removed just now
  const kept = await store.keep(root);
  if (!kept.ok) return held(`it ${kept.why}`);
  if (!isUsable("hooks", { layer }, around.standing, kept.tree)) return held(untrusted(layer, root, around)); // it was changed just now
  await sweepStore(store, around.keelHome);
  const left = kept.leftOut.map(({ path, why }) => `${path} ${why}`).join("; ");
  return {
    ok: true,
    copy: kept.root,
    ...(left !== "" && { leftOut: `Its programs run from a copy, in which this isn't: ${left}.` }),
  };
}

async function readPlace(layer: PluginLayer, placed: Placed, around: Around): Promise<Runnable> {
  if (!placed.ok) return placed;
  const { copy, leftOut } = placed;
  if (copy !== undefined) return { ...(await readCopy(layer, copy, around)), ...(leftOut !== undefined && { leftOut }) };
  const plugin = around.catalog.layers.find((read) => read.layer === layer)?.plugin;
  return plugin ? inPlace(plugin) : held("it can't be read");
}

function realOr(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path; // it is gone: looking at it says so
  }
}

/** Each edit of a plugin makes a copy: when one is made, old ones go. */
async function sweepStore({ sweepDaily }: ContentStore, keelHome: string): Promise<void> {
  const list = await openTrust(keelHome).list();
  if (typeof list === "string") return; // without it everything would look unwanted
  await sweepDaily(new Set(list.map(({ subject }) => subject))).catch(() => undefined); // `keel trust sweep` says why it can't
}

const UNTRUSTED = "this state of it isn't trusted";
const CHANGED = "it was changed since it was trusted";

const inPlace = (plugin: PluginDecl): Runnable => ({
  ok: true,
  root: plugin.root,
  name: plugin.name,
  parts: plugin,
  texts: async () => plugin,
});

/** People are told of files as they are written, programs as they are run. What a copy declares is kept as what its directory does. */
async function readCopy(layer: PluginLayer, root: string, { kept, now }: Around): Promise<Runnable> {
  const { kind, format } = layer;
  const copies = [{ kind, root, within: root, ...(format !== undefined && { format }) }];
  const place = { ...kept, readAt: now() };
  const cache = createCatalogCache(place, copies);
  const plugin = (await readCatalog(copies, cache)).layers[0]?.plugin;
  await keepCatalogCache(place, copies, cache);
  if (!plugin) return held("it can't be read");
  const written = <Part extends FileDecl>(parts: readonly Part[]): readonly Part[] =>
    parts.map((part) => ({ ...part, file: join(layer.root, relative(root, part.file)) }));
  const { hooks, mcpServers, lspServers, monitors, programs, skills, commands, agents } = plugin;
  return {
    ok: true,
    root,
    name: layer.name ?? plugin.name,
    parts: {
      hooks: written(hooks),
      mcpServers: written(mcpServers),
      lspServers: written(lspServers),
      monitors: written(monitors),
      programs,
    },
    texts: async () => ({ skills: written(skills), commands: written(commands), agents: written(agents) }),
  };
}
