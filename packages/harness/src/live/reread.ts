/**
 * Reads again what a session was made from. Rule: nothing here refuses the session; what can't be used keeps its last good self and says so,
 * and no restriction is lost by a mistake.
 */
import { readSettings, type Catalog } from "@keelson/loader";
import { policyOf } from "@keelson/permissions";
import type { FileStore, Problem, Rule, Settings } from "@keelson/protocol";
import { findFolders, namedFolders } from "../folders.ts";
import { dataIn, settingsPlaces, toolFilesIn, type Gathered } from "../gather.ts";
import { groundOf, standingOf } from "../guard/folder-trust.ts";
import { declaredHooks } from "../hooking/declared.ts";
import { silencedBy } from "../hooking/silenced.ts";
import type { House } from "../house.ts";
import { styleIn } from "../instructions/style.ts";
import { openTrust } from "../kept/trust.ts";
import { indexIn, pluginsIn } from "../plugins/gathered.ts";
import { openRunnables } from "../plugins/runnable.ts";
import { gatherRules } from "../rules.ts";
import { isProjects } from "../whose.ts";

/** `waits`: settings that a session is built on, as the files have them now. */
export type Reread = {
  readonly gathered: Gathered;
  readonly problems: readonly Problem[];
  readonly waits: ReadonlyMap<string, string>;
};
export type Places = {
  readonly house: House;
  readonly files: FileStore;
  readonly more: readonly string[];
};

/** Keys that a session is built on: another value holds from the next session on. */
const FIXED = ["model", "fallbackModel", "env", "sandbox", "apiKeyHelper", "keel"] as const;

/** `more`: folders that were added while the session runs. */
export async function reread(before: Gathered, whole: Catalog, { house, files, more }: Places): Promise<Reread> {
  const { place, flags } = house;
  const { cwd, keelHome } = place;
  const standing = await standingOf(before.standing.root, openTrust(keelHome), flags.trust ?? false);
  const read = await readSettings(settingsPlaces(house, standing.trusted), before.memory);
  const settings = { ...read.settings, ...fixed(before.settings) };
  const rules = await gatherRules(read.rules, flags, place);
  const named = [...namedFolders(settings, flags), ...more];
  const folders = await findFolders(files, { cwd, repository: groundOf(cwd).repository }, named);
  const { catalog, plugins, index, problems } = pluginsIn({ ...before.index, whole }, { settings: read.layers, trusted: standing.trusted });
  const about = { settings, silenced: silencedBy(read), settingHooks: read.hooks, catalog, standing };
  const { find: runnable, stands, known } = openRunnables({ catalog, standing, keelHome, kept: indexIn(house), now: house.wall });
  const declared = await declaredHooks({ ...about, runnable }, { data: dataIn(keelHome), stands, known });
  const toolFiles = await toolFilesIn({ catalog, standing, keelHome, now: house.wall, runsCode: house.runsCode, before: before.toolFiles });
  const { style, problems: unstyled } = await styleIn(catalog, settings.outputStyle);
  return {
    gathered: {
      ...before,
      ...about,
      runnable,
      rules: "code" in rules ? stillAllowed(before.rules, standing.trusted) : rules.rules,
      folders: "code" in folders ? before.folders : folders,
      limits: { ...before.limits, policy: policyOf(settings.permissions) },
      plugins,
      style,
      hooks: declared.hooks,
      toolFiles,
      index,
    },
    problems: [
      ...read.problems,
      ...("code" in rules ? [lost(`${rules.text} The rules stay as they were.`)] : rules.problems),
      ...("code" in folders ? [lost(folders.text)] : []),
      ...problems,
      ...declared.problems,
      ...(toolFiles?.problems ?? []),
      ...unstyled,
    ],
    waits: new Map(FIXED.map((key) => [key, JSON.stringify(read.settings[key] ?? null)])),
  };
}

function fixed(settings: Settings): Settings {
  return Object.fromEntries(FIXED.flatMap((key) => (settings[key] === undefined ? [] : [[key, settings[key]]])));
}

/** What a folder allowed goes with its trust. */
const stillAllowed = (rules: readonly Rule[], trusted: boolean): readonly Rule[] =>
  trusted ? rules : rules.filter(({ behavior, source }) => behavior !== "allow" || !isProjects(source));

const lost = (text: string): Problem => ({ severity: "warning", file: "", code: "last_good_kept", text });
