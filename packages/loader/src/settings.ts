/**
 * Reads the settings of a session: SETTINGS_SOURCES highest first, each file once, masked, merged.
 * Rule: a file that can't be used is never passed over in silence, and never takes another one with it.
 */
import { realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { SETTINGS_SOURCES, type HookDecl, type JsonObject, type Problem, type Settings, type SettingsSource } from "@keelson/protocol";
import { CLOSED } from "./check.ts";
import { lineAt, objectOf, type Document } from "./json.ts";
import { readLayer, UNUSED, type FileLayer, type Place } from "./layer.ts";
import { mask, maskTrusted, UNTRUSTED, type SettingKey } from "./mask.ts";
import { merge, valueIn } from "./merge.ts";
import { hooksIn } from "./part/hooks.ts";
import { rulesIn, rulesOf, unreadIn, unreadRule, type RuleLine } from "./rule.ts";
import { keelHome, SOURCES, type SettingsPlaces } from "./source.ts";
import { lookAt } from "./text.ts";
import { quote } from "./words.ts";

/** `settings`: what counts of it. `held`: the keys that it sets and that don't count, since the folder isn't trusted. */
export type Layer = {
  readonly source: SettingsSource;
  readonly file?: string;
  readonly settings: Settings;
  readonly held: readonly SettingKey[];
};

/**
 * `layers`: those that are there, highest first. `rules`: of all of them, also where two say the same.
 * An error among the problems: something that the user or the administrator asked for isn't in force.
 */
export type SettingsRead = {
  readonly layers: readonly Layer[];
  readonly settings: Settings;
  readonly rules: readonly RuleLine[];
  /** Of all of them that may: each with the file and the line it stands in. */
  readonly hooks: readonly SettingHook[];
  readonly problems: readonly Problem[];
};
export type SettingHook = HookDecl & { readonly source: SettingsSource };

type Opened = {
  readonly layer: Layer;
  readonly json: JsonObject;
  readonly rules: readonly RuleLine[];
  readonly hooks: readonly SettingHook[];
  readonly problems: readonly Problem[];
};

/**
 * What the files held when they could be read last: hand the same one over at each reading, and a broken edit keeps what was good.
 * `held`: files whose change doesn't count; what they held before does.
 */
export type SettingsMemory = { readonly good: Map<string, Document>; readonly held: Set<string> };
export const createSettingsMemory = (): SettingsMemory => ({ good: new Map(), held: new Set() });

/** Files that `readSettings` looks for, there or not. Absolute paths. */
export function settingsFiles(places: SettingsPlaces): readonly { readonly source: SettingsSource; readonly file: string }[] {
  return placesOf(places).filter(({ file }) => isAbsolute(file));
}

/** Never rejects for what stands in a file. */
export async function readSettings(places: SettingsPlaces, memory: SettingsMemory = createSettingsMemory()): Promise<SettingsRead> {
  const read = await Promise.all(placesOf(places).map((place) => readLayer(place, places)));
  const files = read.map((layer) => recalled(layer, memory));
  let opened: readonly Opened[] = places.builtin ? [openBuiltin(places, places.builtin)] : [];
  // From the lowest up: what a repository may lower depends on what holds below it.
  for (const file of files.toReversed()) {
    if (file.document) opened = [open(file, file.document, opened, places), ...opened];
    else if (file.closed) opened = [openClosed(file, places), ...opened];
  }
  return {
    layers: opened.map(({ layer }) => layer),
    settings: asSettings(merge(opened.map(({ json }) => json))),
    rules: opened.flatMap(({ rules }) => rules),
    hooks: opened.flatMap(({ hooks }) => hooks),
    problems: [...files.flatMap(({ problems }) => problems), ...opened.flatMap(({ problems }) => problems)],
  };
}

/** A file that is gone is gone. */
function recalled(layer: FileLayer, { good, held }: SettingsMemory): FileLayer {
  const { source, file, document, problems } = layer;
  const before = good.get(file);
  if (held.has(file)) return { source, file, problems: [], ...(before && { document: before }) };
  if (document) good.set(file, document);
  else if (problems.length === 0) good.delete(file);
  else if (before) return { source, file, document: before, problems: problems.map(kept) };
  return layer;
}

/** The owner's word is still in force, as it was. */
const kept = (problem: Problem): Problem => ({
  ...problem,
  severity: "warning",
  code: "last_good_kept",
  text: problem.text.replace(UNUSED, BEFORE).replace(CLOSED, BEFORE),
});

const BEFORE = "What stood in it before holds until that is put right.";

function realOr(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // a link to nothing: reading it says so
  }
}

/** A file that the owner named too isn't the repository's: at home, `~/.claude` is both. */
function placesOf(places: SettingsPlaces): readonly Place[] {
  const all = SETTINGS_SOURCES.flatMap((source) => SOURCES[source].files(places).map((file) => ({ source, file })));
  const real = all.map(({ file }) => (isAbsolute(file) && lookAt(file) ? realOr(file) : file));
  const owned = new Set(real.filter((_, at) => all[at] && SOURCES[all[at].source].from === "owner"));
  return all.filter(({ source }, at) => SOURCES[source].from !== "repository" || !owned.has(real[at] ?? ""));
}

function open({ source, file }: FileLayer, document: Document, below: readonly Opened[], places: SettingsPlaces): Opened {
  const whole = objectOf(document);
  const { settings, held } = maskedOf(source, whole, below, places);
  const base = SOURCES[source].base(places, file);
  const hooks = held.includes("hooks") ? { found: [], problems: [] } : hooksOf(document, source);
  return {
    layer: { source, file, settings: asSettings(settings), held },
    json: settings,
    rules: [...rulesIn(document, { source, file, base }), ...unreadIn(document, { source, file, base })].filter(
      ({ behavior }) => !held.includes(`permissions.${behavior}`),
    ),
    hooks: hooks.found,
    problems: [
      ...hooks.problems,
      ...(held.length === 0 ? [] : [{ severity: "warning" as const, code: "settings_held", file, text: heldText(whole, held, places) }]),
    ],
  };
}

/** Nothing of it counts but that it may restrict. */
function openClosed({ source, file }: FileLayer, places: SettingsPlaces): Opened {
  const rules = [unreadRule({ source, file, base: SOURCES[source].base(places, file) }, "deny", undefined)];
  return { layer: { source, file, settings: {}, held: [] }, json: {}, rules, hooks: [], problems: [] };
}

function maskedOf(
  source: SettingsSource,
  whole: JsonObject,
  below: readonly Opened[],
  { trusted = false }: SettingsPlaces,
): Pick<Layer, "held"> & { readonly settings: JsonObject } {
  if (SOURCES[source].from !== "repository") return { settings: whole, held: [] };
  return trusted ? maskTrusted(whole) : mask(whole, merge(below.map(({ json }) => json)));
}

/** A hook that can't be read is left out alone: that never refuses the session. */
function hooksOf(
  document: Document,
  source: SettingsSource,
): { readonly found: readonly SettingHook[]; readonly problems: readonly Problem[] } {
  const problems: Problem[] = [];
  const value = objectOf(document)["hooks"];
  if (value === undefined) return { found: [], problems };
  const at = (path: readonly (string | number)[]): { readonly file: string; readonly line: number } => ({
    file: document.file,
    line: lineAt(document, ["hooks", ...path]) ?? lineAt(document, ["hooks"]) ?? 1,
  });
  const report = (problem: Problem): void => void problems.push({ ...problem, severity: "warning" });
  return { found: hooksIn(value, { at, dialect: "claude", look: undefined, report }).map((hook) => ({ ...hook, source })), problems };
}

function openBuiltin(places: SettingsPlaces, settings: Settings): Opened {
  const rules = rulesOf(settings, { source: "builtin", base: SOURCES.builtin.base(places, "") });
  return { layer: { source: "builtin", settings, held: [] }, json: { ...settings }, rules, hooks: [], problems: [] };
}

function heldText(settings: JsonObject, held: readonly SettingKey[], places: SettingsPlaces): string {
  const keys = held.map((key) => {
    const value = valueIn(settings, key);
    const more = UNTRUSTED[key] === "lower" ? " (may only be lowered here)" : Array.isArray(value) ? ` (${value.length})` : "";
    return `${quote(key)}${more}`;
  });
  const instead = join(keelHome(places), "settings.json");
  const why = places.trusted ? "Not used, since no project may say it" : "Not used, since this folder isn't trusted";
  return `${why}: ${keys.join(", ")}. Put what you want of it into ${instead}, or give it with --settings.`;
}

/** The parse's last step: each layer was held against the schema, and merging keeps the shapes. */
const asSettings = (settings: JsonObject): Settings => settings;
