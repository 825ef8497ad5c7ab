/**
 * Follows the directories, settings and trust of a session. Rule: one change after the other, each a whole reading; the hooks that may hold
 * one back are asked before it counts.
 */
import { join, resolve } from "node:path";
import { readCatalogAgain, settingsFiles, watchCatalog, type Catalog } from "@keelson/loader";
import { costOf, lookUp } from "@keelson/model";
import type { Event, HookPayloads, Problem } from "@keelson/protocol";
import { settingsPlaces, lineOf, type Gathered } from "../gather.ts";
import { layersOf } from "../plugins/gathered.ts";
import { isSame, isSameSettings, newProblems } from "./differ.ts";
import { gateSettings, gateSkills, tellFolders, WaitedFor, type Gate } from "./gates.ts";
import type { LiveOf } from "./live.ts";
import { reread } from "./reread.ts";
import { namesOf } from "./tell.ts";

/**
 * What is another than in the bytes before the messages, by name. `forecast`: what it would cost to send those afresh with the next request
 * instead of reading them from the endpoint's cache; absent where the next request does it anyway. `usd` is absent where prices are unknown.
 */
export type Reloaded = ReturnType<typeof namesOf> & {
  readonly problems: readonly Problem[];
  readonly forecast?: { readonly tokens: number; readonly usd?: number };
};

export class Follower {
  readonly #of: LiveOf;
  readonly #signal: AbortSignal;
  #turn: Promise<unknown> = Promise.resolve();
  readonly #waitedFor = new WaitedFor();
  readonly #first: readonly Problem[];
  #problems: readonly Problem[];
  /** Settings as they stand in the files; undefined until they were looked at once. */
  #waits: ReadonlyMap<string, string> | undefined;
  #more: readonly string[] = [];

  constructor(of: LiveOf, signal: AbortSignal) {
    this.#of = of;
    this.#signal = signal;
    const { problems, index } = of.readings.newest;
    this.#first = [...problems, ...index.whole.problems];
    this.#problems = this.#first;
  }

  async follow(signal: AbortSignal): Promise<void> {
    const { house, readings } = this.#of;
    try {
      await this.#take(readings.newest.index.whole, []); // settings may have changed since the session began
      const { whole, cache } = readings.newest.index;
      const watched = { catalog: whole, cache, find: () => this.#layers(), files: () => this.#files(), clock: house.clock };
      for await (const { catalog, files } of watchCatalog(watched, signal)) await this.#take(catalog, files);
    } catch (error) {
      if (signal.aborted) return;
      const why = error instanceof Error ? error.message : String(error);
      this.#of.beside.push(notice("warning", `Files aren't watched any more: ${why}. /reload reads them again.`));
    }
  }

  async reload(rewrite: boolean): Promise<Reloaded> {
    const { readings, circle, meter, dials } = this.#of;
    await this.#readAgain();
    const prefix = circle.wired?.prefix;
    const written = prefix?.last?.from ?? readings.taken;
    const model = dials.models[0] ?? "";
    const warm = prefix?.sent(model);
    if (rewrite) prefix?.renew();
    const names = namesOf(written, readings.newest);
    const problems = newProblems(this.#first, this.#problems);
    if (!warm || rewrite || warm.from === readings.newest) return { ...names, problems };
    const usd = dearer(model, meter.context);
    return { ...names, problems, forecast: { tokens: meter.context, ...(usd !== undefined && { usd }) } };
  }

  async addFolder(path: string): Promise<string | undefined> {
    const { house, files, readings } = this.#of;
    const folder = resolve(house.place.cwd, path);
    if (readings.newest.folders.directories.includes(folder) || folder === house.place.cwd) return undefined;
    const found = await files.stat(join(folder, ".")).catch(() => undefined); // with the dot, a link to a folder is one
    if (found?.kind !== "directory") return `${folder} isn't a folder that can be opened.`;
    this.#more = [...this.#more, folder];
    await this.#readAgain("slash_command");
    return undefined;
  }

  async #readAgain(source: Source = "register_repo_root"): Promise<void> {
    const { whole, cache } = this.#of.readings.newest.index;
    await this.#take(await readCatalogAgain(whole, this.#layers(), cache), this.#files(), source);
  }

  /** One after the other. */
  async #take(whole: Catalog, files: readonly string[], source: Source = "register_repo_root"): Promise<void> {
    const took = this.#turn.then(() => this.#apply(whole, files, source));
    this.#turn = took.catch(() => undefined);
    await took;
  }

  async #apply(whole: Catalog, changed: readonly string[], source: Source): Promise<void> {
    const { house, files, readings, dials, beside } = this.#of;
    const before = readings.newest;
    const gate = this.#gate;
    const settings = this.#of.stamps.changed(settingsFiles(settingsPlaces(house, before.standing.trusted)));
    beside.push(...(await gateSettings(settings, before.memory, gate)));
    const { gathered, problems, waits } = await reread(before, whole, { house, files, more: this.#more });
    const heldBack = await gateSkills(before.catalog, gathered.catalog, gate);
    if (heldBack) return beside.push(heldBack);
    await before.hooks?.read();
    beside.push(...(before.hooks?.untold() ?? []).map(warningOf));
    this.#problems = [...this.#problems, ...(before.hooks?.problems ?? [])];
    const same = isSame(before, gathered);
    const servers = same ? [] : await this.#of.servers.renew(gathered);
    readings.newest = same ? { ...before, index: gathered.index } : gathered;
    dials.hold(gathered.limits.policy);
    const all = [...problems, ...whole.problems];
    beside.push(...[...newProblems(this.#problems, all), ...servers].map(warningOf), ...this.#toldOf(before, gathered, waits));
    this.#problems = all;
    tellFolders([before.folders.directories, gathered.folders.directories], source, gate);
    await this.#waitedFor.tell(changed, gate);
  }

  /** What of the settings holds, and what waits for another session. */
  #toldOf(before: Gathered, after: Gathered, waits: ReadonlyMap<string, string>): readonly Event[] {
    const fixed = this.#waits && [...waits].flatMap(([key, value]) => (this.#waits?.get(key) === value ? [] : [key]));
    this.#waits = waits;
    return [
      ...(isSameSettings(before, after) ? [] : [notice("info", "The settings were read again: they hold from the next call on.")]),
      ...(fixed?.length ? [notice("info", `Of the settings, these wait for the next session: ${fixed.join(", ")}.`)] : []),
    ];
  }

  get #gate(): Gate {
    return { hooking: this.#of.circle.hooking, signal: this.#signal };
  }

  #layers(): ReturnType<typeof layersOf> {
    return layersOf(this.#of.house, this.#of.readings.newest.folders.directories);
  }

  /** Beside the directories: settings, what is trusted, and what hooks wait for. */
  #files(): readonly string[] {
    const { house, readings, circle } = this.#of;
    const { cwd, keelHome } = house.place;
    const settings = settingsFiles(settingsPlaces(house, readings.newest.standing.trusted)).map(({ file }) => file);
    const waited = this.#waitedFor.name((circle.hooking?.watched ?? []).map((name) => resolve(cwd, name)));
    return [...new Set([...settings, join(keelHome, "var", "trust"), ...waited])];
  }
}

type Source = HookPayloads["DirectoryAdded"]["source"];

const notice = (severity: "info" | "warning", text: string, code = "reloaded"): Event => ({ type: "notice.raised", severity, code, text });
const warningOf = (problem: Problem): Event => notice("warning", lineOf(problem), problem.code);

/** Dollars that writing the context into the cache costs more than reading it from there. */
function dearer(model: string, tokens: number): number | undefined {
  const none = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
  const written = costOf(lookUp(model), { ...none, cacheWrite5m: tokens });
  const read = costOf(lookUp(model), { ...none, cacheRead: tokens });
  return written === undefined || read === undefined ? undefined : written - read;
}
