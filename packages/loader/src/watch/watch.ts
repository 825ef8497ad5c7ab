/**
 * Follows the plugin directories of a session. Rule: a directory is read again as a whole, once it has come to rest; nobody sees it half
 * written, no directory waits for another, and what breaks keeps its last good self.
 */
import { basename, dirname, sep } from "node:path";
import type { Clock, PartKind, Problem } from "@keelson/protocol";
import { catalogOf, keyOf, readLayerDir, type Catalog, type CatalogCache, type LayerRead } from "../catalog/catalog.ts";
import type { PluginLayer } from "../catalog/layers.ts";
import { isInside } from "../link.ts";
import { difference, type Difference } from "./change.ts";
import { keepGood } from "./good.ts";
import { openNotices, type Notices, type OpenNotices } from "./notice.ts";
import { differ, printOf, watchedIn, type Print } from "./print.ts";
import { settle, stir, untilQuiet, type Restless } from "./restless.ts";

/** `files`: those beside the catalog that changed (settings); of a folder among them, what changed in it. `problems`: of the directories that were read again. */
export type CatalogChange = Difference & {
  readonly catalog: Catalog;
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
};

/** `find`: asked at each look, since folders come and go. `files`: more that is watched, and not read here; asked at each look, too. */
export type Watched = {
  readonly catalog: Catalog;
  readonly cache: CatalogCache;
  readonly find: () => readonly PluginLayer[];
  readonly files?: () => readonly string[];
  readonly clock: Pick<Clock, "now" | "sleep">;
  readonly notices?: OpenNotices;
};

/** Reads every directory once more, without a watch: what broke since `before` keeps its last good self. */
export async function readCatalogAgain(before: Catalog, layers: readonly PluginLayer[], cache: CatalogCache): Promise<Catalog> {
  const known = new Map(before.layers.map((read) => [keyOf(read.layer), read]));
  const reads: LayerRead[] = [];
  for (const layer of layers) reads.push(keepGood(known.get(keyOf(layer)), await readLayerDir(layer, cache)));
  return catalogOf(reads);
}

/** A look at everything takes half a second where there are 25,000 skills: it may have a twentieth of the time. */
const SWEEP_MS = 1000;
const SWEEP_SHARE = 20;
const FILES = "files";

type State = {
  catalog: Catalog;
  layers: readonly PluginLayer[];
  files: readonly string[];
  readonly prints: Map<string, Print>;
  readonly restless: Restless;
};

/** Yields each time that the catalog, or one of the files, is another than before; never for a look that found nothing. Ends at the signal. */
export async function* watchCatalog(watched: Watched, signal: AbortSignal): AsyncGenerator<CatalogChange, void> {
  const { clock, catalog, files = () => [] } = watched;
  const layers = catalog.layers.map(({ layer }) => layer);
  const state: State = { catalog, layers, files: files(), prints: new Map(), restless: new Map() };
  await using notices = await (watched.notices ?? openNotices)(signal);
  // A change since the catalog was read shows by reading once more, behind the first look.
  let sweep = await look(state, watched, notices);
  const first = await readAgain(state, watched, new Map(state.layers.map((layer) => [keyOf(layer), [layer.root]])));
  if (first) yield { ...first, files: [] };
  let next = notices.next();
  while (!signal.aborted) {
    const wait = state.restless.size > 0 ? untilQuiet(state.restless, clock.now()) : Math.max(1, sweep.due - clock.now());
    const woke = await firstOf(next, clock, wait, signal);
    if (signal.aborted) return;
    if (woke !== undefined) {
      next = notices.next();
      if (!notice(state, woke, clock.now()) && basename(woke).startsWith(".")) sweep = { due: 0 }; // a folder of ours may have come
    }
    if (clock.now() >= sweep.due) sweep = await look(state, watched, notices);
    const settled = settle(state.restless, clock.now());
    if (settled.size === 0) continue;
    const change = await readAgain(state, watched, settled);
    const told = settled.get(FILES) ?? [];
    if (change || told.length > 0) yield { ...(change ?? { ...NOTHING, catalog: state.catalog, problems: [] }), files: told };
    notices.follow(rootsOf(state.layers, state.files), leavesOf(state.catalog));
  }
}

const NOTHING: Difference = { added: [], removed: [], changed: [] };

/** Looks at everything, by stat alone, and marks what differs from the look before. */
async function look(state: State, { find, files = () => [], clock }: Watched, notices: Notices): Promise<{ readonly due: number }> {
  const began = clock.now();
  const before = state.layers;
  const watching = state.files; // what is named just now hasn't changed
  state.layers = find();
  state.files = files();
  const known = new Set(before.map(keyOf));
  for (const key of known) if (!state.layers.some((layer) => keyOf(layer) === key)) stir(state.restless, key, [], began);
  const places = [
    ...state.layers.map((layer): [string, readonly string[]] => [keyOf(layer), watchedIn(layer)]),
    [FILES, state.files] as const,
  ];
  for (const [key, paths] of places) {
    const print = await printOf(paths);
    const last = state.prints.get(key);
    const found = last ? differ(last, print) : known.has(key) || key === FILES ? [] : [...paths];
    const units = key === FILES ? found.filter((unit) => watching.some((file) => isInside(file, unit))) : found;
    if (units.length > 0) stir(state.restless, key, units, clock.now());
    state.prints.set(key, print);
  }
  notices.follow(rootsOf(state.layers, state.files), leavesOf(state.catalog));
  const now = clock.now();
  return { due: now + Math.max(SWEEP_MS, (now - began) * SWEEP_SHARE) };
}

/** Marks the directories that a path belongs to. One that nothing is read from (a session's own folder) is passed over. */
function notice({ layers, files, restless }: State, path: string, now: number): boolean {
  const keys = [
    ...layers.filter((layer) => watchedIn(layer).some((place) => isInside(place, path))).map(keyOf),
    ...(files.includes(path) ? [FILES] : []),
  ];
  for (const key of keys) stir(restless, key, [path], now);
  return keys.length > 0;
}

/** Reads the settled directories again. Undefined where all is as it was. */
async function readAgain(
  state: State,
  { cache }: Watched,
  settled: ReadonlyMap<string, readonly string[]>,
): Promise<Omit<CatalogChange, "files"> | undefined> {
  const before = new Map(state.catalog.layers.map((read) => [keyOf(read.layer), read]));
  const reads: LayerRead[] = [];
  const problems: Problem[] = [];
  for (const layer of state.layers) {
    const old = before.get(keyOf(layer));
    if (old && !settled.has(keyOf(layer))) reads.push(old);
    else if (old || settled.has(keyOf(layer))) {
      const units = settled.get(keyOf(layer)) ?? [];
      const read = keepGood(
        old,
        await readLayerDir(layer, cache, (file) => !units.some((unit) => file === unit || file.startsWith(`${unit}${sep}`))),
      );
      reads.push(read);
      problems.push(...read.problems);
    }
  }
  const catalog = catalogOf(reads);
  const found = difference(state.catalog, catalog);
  const said =
    wordsOf(problems) !== wordsOf(state.catalog.layers.filter(({ layer }) => settled.has(keyOf(layer))).flatMap((read) => read.problems));
  state.catalog = catalog;
  return said || [found.added, found.removed, found.changed].some((list) => list.length > 0) ? { ...found, catalog, problems } : undefined;
}

const wordsOf = (problems: readonly Problem[]): string => JSON.stringify(problems);

/** The folders whose names matter: those of the layers, of their parts, and of the files. */
function rootsOf(layers: readonly PluginLayer[], files: readonly string[]): readonly string[] {
  return [...new Set([...layers.flatMap((layer) => [layer.root, ...watchedIn(layer)]), ...files.map((file) => dirname(file))])];
}

const KINDS: readonly PartKind[] = [
  "skills",
  "commands",
  "agents",
  "outputStyles",
  "rules",
  "hooks",
  "mcpServers",
  "lspServers",
  "monitors",
];

/** The folders that the parts stand in: what is written there changes them. */
function leavesOf({ layers }: Catalog): readonly string[] {
  const folders = new Set<string>();
  for (const { plugin } of layers) {
    for (const kind of KINDS) for (const { file } of plugin?.[kind] ?? []) folders.add(dirname(file));
    for (const { dir } of plugin?.skills ?? []) if (dir !== undefined) folders.add(dirname(dir));
  }
  return [...folders];
}

async function firstOf(
  next: Promise<string | undefined>,
  clock: Watched["clock"],
  ms: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  const slept = new AbortController();
  const sleep = clock.sleep(ms, AbortSignal.any([signal, slept.signal])).then(() => undefined);
  const woke = await Promise.race([next, sleep]);
  slept.abort();
  return woke;
}
