import { explainSetting, managedFiles, readSettings } from "@keelson/loader";
import type { Json, JsonObject, Problem, Rule, Settings, SettingsSource } from "@keelson/protocol";
import { BUILTIN } from "../gather.ts";
import type { Place } from "../house.ts";

/** The settings as a session in this place would read them, and where each value comes from. Highest source first. */
export type SettingsView = {
  readonly layers: readonly SettingsLayer[];
  readonly merged: Settings;
  readonly rules: readonly Rule[];
  readonly problems: readonly Problem[];
  /** `key`: `permissions.deny`, `env.PATH`. */
  readonly explain: (key: string) => readonly SettingSaid[];
};
export type SettingsLayer = { readonly source: SettingsSource; readonly file?: string; readonly settings: JsonObject };
/** `held`: the source sets the key, or a part of it, and isn't allowed to. */
export type SettingSaid = { readonly source: SettingsSource; readonly file?: string; readonly value?: Json; readonly held: boolean };

/** Reads, and runs nothing. `flag`: what stands behind `--settings`. */
export async function inspectSettings({ cwd, home, keelHome, platform }: Place, flag?: string): Promise<SettingsView> {
  const read = await readSettings({
    managed: managedFiles(platform),
    cwd,
    home,
    keelHome,
    builtin: BUILTIN,
    ...(flag !== undefined && { flag }),
  });
  return {
    layers: read.layers.map(({ source, file, settings }) => ({ source, ...(file !== undefined && { file }), settings: { ...settings } })),
    merged: read.settings,
    rules: read.rules,
    problems: read.problems,
    explain: (key) => explainSetting(read, key),
  };
}
