import type { JsonObject, SettingsSource } from "@keelson/protocol";
import { inspectSettings, type SettingsView } from "@keelson/harness";
import { houseOf } from "../house.ts";
import type { Desk } from "./desk.ts";

/** The names that programs know for where a setting comes from; ours where they know none. */
const SOURCE_NAMES: Readonly<Record<SettingsSource, string>> = {
  managed: "policySettings",
  flag: "flagSettings",
  keel_local: "localSettings",
  claude_local: "localSettings",
  keel_project: "projectSettings",
  claude_project: "projectSettings",
  keel_user: "userSettings",
  claude_user: "userSettings",
  distribution: "distribution",
  builtin: "builtin",
};
const PERSISTENT = ["userSettings", "projectSettings", "localSettings"];
const nameOf = (source: string): string => Object.entries(SOURCE_NAMES).find(([ours]) => ours === source)?.[1] ?? source;

/** What stands in the settings files, whole and by source. */
export async function settingsNow(desk: Desk): Promise<JsonObject> {
  const { merged, layers } = await viewOf(desk);
  return { effective: { ...merged }, sources: layers.map(({ source, settings }) => ({ source: nameOf(source), settings })) };
}

/** Of the files and of the command line. */
export async function permissionRules(desk: Desk): Promise<JsonObject> {
  const { rules, merged } = await viewOf(desk);
  const { flags, site } = desk;
  const entry = (behavior: string, rule: string, source: string): JsonObject => {
    const editability = PERSISTENT.includes(source) ? "persistent" : source === "cliArg" ? "session" : "readonly";
    return { behavior, rule, source, editability };
  };
  return {
    rules: [
      ...rules.map(({ behavior, text, source }) => entry(behavior, text, nameOf(source))),
      ...(flags.allowedTools ?? []).map((rule) => entry("allow", rule, "cliArg")),
      ...(flags.disallowedTools ?? []).map((rule) => entry("deny", rule, "cliArg")),
    ],
    workspaceDirectories: [
      ...(merged.permissions?.additionalDirectories ?? []).map((path) => ({ path, source: "settings" })),
      ...(flags.addDirs ?? []).map((path) => ({ path, source: "cliArg" })),
    ],
    originalCwd: site.cwd,
    managedOnly: false,
  };
}

function viewOf({ site: { machine, cwd }, flags }: Desk): Promise<SettingsView> {
  return inspectSettings(houseOf(machine, cwd, { flags }).place, flags.settings);
}
