import { join, resolve } from "node:path";
import {
  createSettingsMemory,
  managedFiles,
  readSettings,
  type Catalog,
  type SettingHook,
  type SettingsMemory,
  type SettingsPlaces,
} from "@keelson/loader";
import { DIALECTS, dialectFor, lookUp, type Dialect } from "@keelson/model";
import type { Event, FileStore, PluginDecl, Problem, Rule, Settings } from "@keelson/protocol";
import { COORDINATING } from "./agents/strictness.ts";
import { findEndpoint, type Endpoint } from "./endpoint.ts";
import { findFolders, namedFolders, type Folders } from "./folders.ts";
import { groundOf, standingOf, type Standing } from "./guard/folder-trust.ts";
import { heldTexts } from "./guard/held-texts.ts";
import { declaredHooks } from "./hooking/declared.ts";
import type { LateHooks } from "./hooking/late-hooks.ts";
import { silencedBy, type Silenced } from "./hooking/silenced.ts";
import type { House, Refusal } from "./house.ts";
import { styleIn, type Style } from "./instructions/style.ts";
import { openTrust } from "./kept/trust.ts";
import { chooseLimits, type Limits } from "./limits.ts";
import { gatherRules } from "./rules.ts";
import { indexIn, readPlugins, type PluginIndex } from "./plugins/gathered.ts";
import { openRunnables, type FindRunnable } from "./plugins/runnable.ts";
import type { ToolFiles } from "./plugins/tool-files.ts";
import { structureOf, type Structure } from "./structured.ts";
import { termsOf, type Terms } from "./terms.ts";

/** All that a session is made from, read and found right. */
export type Gathered = {
  readonly settings: Settings;
  /** Whose hooks don't run. */
  readonly silenced: Silenced;
  /** Whether the folder is trusted, and what else was agreed to. */
  readonly standing: Standing;
  readonly folders: Folders;
  /** All that the plugin directories bring, by rank; what of it may be used depends on `standing`. */
  readonly catalog: Catalog;
  readonly index: PluginIndex;
  /** Those that were put in by name: they enable tools and speak in the system prompt. */
  readonly plugins: readonly PluginDecl[];
  /** Where what a plugin directory starts runs from; only what this allows may run. */
  readonly runnable: FindRunnable;
  readonly settingHooks: readonly SettingHook[];
  /** Those that may run, and what runs them; undefined where there are none. */
  readonly hooks: LateHooks | undefined;
  /** Tools that plugins bring as code and that may run; undefined where none brings any. */
  readonly toolFiles: ToolFiles | undefined;
  readonly rules: readonly Rule[];
  readonly limits: Limits;
  readonly endpoint: Endpoint;
  readonly dialect: Dialect;
  readonly structure: Structure | undefined;
  readonly style: Style | undefined;
  /** Only these of the enabled tools are offered; undefined: all of them. */
  readonly only: readonly string[] | undefined;
  /** What the conversation itself has of them; undefined: all. The others are for its agents. */
  readonly shown: readonly string[] | undefined;
  /** What the command line makes of the session. */
  readonly terms: Terms;
  readonly problems: readonly Problem[];
  /** What the settings files held when they could be read. */
  readonly memory: SettingsMemory;
};

/** What holds where nobody says otherwise; a repository may only lower it. */
export const BUILTIN: Settings = { keel: { maxTurns: 200 } };

/** The first thing that is wrong refuses the session, in one line. Reads only: no process starts, no request is sent. */
export async function gather(house: House, files: FileStore): Promise<Gathered | Refusal> {
  const { place, flags } = house;
  const { cwd, keelHome, env } = place;
  const { root, repository } = groundOf(cwd);
  const standing = await standingOf(root, openTrust(keelHome), flags.trust ?? false);
  const { trusted } = standing;
  const memory = createSettingsMemory();
  const read = await readSettings(settingsPlaces(house, trusted), memory);
  const broken = read.problems.find(({ severity }) => severity === "error");
  if (broken) return { code: isNamed(broken, flags.settings, cwd) ? "usage" : "settings", text: lineOf(broken) };
  const { settings, hooks: settingHooks } = read;
  const silenced = silencedBy(read);
  const folders = await findFolders(files, { cwd, repository }, namedFolders(settings, flags));
  if ("code" in folders) return folders;
  const limits = chooseLimits(flags, settings, env);
  if ("code" in limits) return limits;
  const endpoint = findEndpoint(flags, settings, env);
  if ("code" in endpoint) return endpoint;
  const dialect = chooseDialect(settings.keel?.dialect, endpoint.baseUrl);
  if ("code" in dialect) return dialect;
  const unkept = unpriced(limits, flags);
  if (unkept) return unkept;
  const rules = await gatherRules(read.rules, flags, place);
  if ("code" in rules) return rules;
  const structure = flags.jsonSchema && (await structureOf(flags.jsonSchema));
  if (typeof structure === "string") return { code: "usage", text: `The JSON Schema can't be used: ${structure}` };
  const { unusable, problems, ...found } = await readPlugins(house, folders.directories, { settings: read.layers, trusted });
  if (unusable) return { code: "plugin", text: lineOf(unusable) };
  const { catalog } = found;
  const { find: runnable, stands, known } = openRunnables({ catalog, standing, keelHome, kept: indexIn(house), now: house.wall });
  const ways = { data: dataIn(keelHome), stands, known, kept: indexIn(house) };
  const declared = await declaredHooks({ settings, silenced, settingHooks, catalog, standing, runnable }, ways);
  const toolFiles = await toolFilesIn({ catalog, standing, keelHome, now: house.wall, runsCode: house.runsCode });
  const styled = await styleIn(catalog, settings.outputStyle);
  const told = [read, rules, heldTexts(found.index.whole, trusted, place), { problems }, declared, styled, toolFiles];
  return {
    settings,
    silenced,
    standing,
    folders,
    limits,
    endpoint,
    dialect,
    structure,
    style: styled.style,
    only: flags.tools?.includes("default") ? undefined : flags.tools,
    shown: flags.coordinator ? COORDINATING : undefined,
    rules: rules.rules,
    terms: termsOf(flags, rules.rules, read.layers.find(({ source }) => source === "flag")?.settings),
    ...found,
    runnable,
    settingHooks,
    hooks: declared.hooks,
    toolFiles,
    problems: told.flatMap((one) => one?.problems ?? []),
    memory,
  };
}

/** Loads nothing where there are none. */
export async function toolFilesIn(around: Parameters<LoadToolFiles>[0]): Promise<ToolFiles | undefined> {
  if (around.catalog.joined.toolFiles.length === 0) return undefined;
  const { loadToolFiles } = await import("./plugins/tool-files.ts");
  return await loadToolFiles(around);
}
type LoadToolFiles = (typeof import("./plugins/tool-files.ts"))["loadToolFiles"];

export function settingsPlaces(
  { place: { cwd, home, keelHome, platform }, flags }: Pick<House, "place" | "flags">,
  trusted: boolean,
): SettingsPlaces {
  const flag = flags.settings !== undefined && { flag: flags.settings };
  return { cwd, home, keelHome, trusted, managed: managedFiles(platform), builtin: BUILTIN, ...flag };
}

/** Where a plugin keeps what it wants to find again. */
export const dataIn = (keelHome: string) => (plugin: string) => join(keelHome, "var", "plugin-data", plugin);

/** A budget in dollars needs the price of every model that may be asked. */
function unpriced({ maxBudgetUsd, models }: Limits, flags: House["flags"]): Refusal | undefined {
  const model = maxBudgetUsd === undefined ? undefined : models.find((name) => lookUp(name).prices === undefined);
  const from = flags.maxBudgetUsd === undefined ? "keel.maxBudgetUsd of the settings" : "--max-budget-usd";
  return model === undefined
    ? undefined
    : {
        code: "usage",
        text: `The price of ${model} isn't known, so the budget of $${maxBudgetUsd} (${from}) can't be kept. Take it out and bound the run with --max-turns, or choose a model with a known price.`,
      };
}

function chooseDialect(named: string | undefined, baseUrl: string | undefined): Dialect | Refusal {
  if (named === undefined) return dialectFor(baseUrl);
  const found = Object.values(DIALECTS).find(({ name }) => name === named);
  return (
    found ?? {
      code: "settings",
      text: `The settings name a dialect that doesn't exist: ${named}. There are ${Object.keys(DIALECTS).join(", ")}.`,
    }
  );
}

/** The command line named the file that is broken. */
const isNamed = ({ file }: Problem, flag: string | undefined, cwd: string): boolean =>
  flag !== undefined && ["--settings", resolve(cwd, flag)].includes(file);

/** For the log, where a problem was found while the session ran. */
export const noticeOf = (problem: Problem): Event => ({
  type: "notice.raised",
  severity: "warning",
  code: problem.code ?? "file",
  text: lineOf(problem),
});

/** A problem as one line for people. */
export function lineOf({ file, line, text }: Problem): string {
  return file === "" ? text : `${file}${line === undefined ? "" : `:${line}`} ${text}`;
}
