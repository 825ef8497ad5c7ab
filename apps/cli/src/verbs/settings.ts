import { join } from "node:path";
import { inspectSettings, lineOf, type SettingSaid, type SettingsView } from "@keelson/harness";
import { DONE, FAILED } from "../exit.ts";
import { houseOf } from "../house.ts";
import type { Machine } from "../machine.ts";
import { complain, say } from "../tell.ts";
import type { SettingsAsked } from "./lines/settings.ts";

/** `keel settings`: who sets a key, which files are read, and what may stand in them. */
export async function settings({ what, settings: flag }: SettingsAsked, machine: Machine): Promise<number> {
  if (what.show === "schema") {
    const { settingsSchema } = await import("@keelson/protocol/schemas");
    return await say(JSON.stringify(settingsSchema.toJSONSchema({ io: "input" }), null, 2), machine, DONE);
  }
  const view = await inspectSettings(houseOf(machine, machine.cwd ?? machine.home, { flags: {} }).place, flag);
  for (const problem of view.problems) await complain(`${problem.severity}: ${lineOf(problem)}`, machine, FAILED);
  const whole = view.problems.every(({ severity }) => severity !== "error");
  return await say(what.show === "path" ? files(view, machine) : chain(what.key, view.explain(what.key)), machine, whole ? DONE : FAILED);
}

/** Highest first: the first that counts wins, and lists are joined. */
function chain(key: string, said: readonly SettingSaid[]): string {
  if (said.length === 0) return `Nobody sets ${key}.`;
  const wide = Math.max(...said.map(({ source }) => source.length));
  return said
    .map(({ source, file, value, held }) => {
      const shown =
        value === undefined ? "" : JSON.stringify(value, (name, inner: unknown) => (isSecret(`${key}.${name}`) ? "(hidden)" : inner));
      const note = held
        ? value === undefined
          ? "not used: this folder isn't trusted"
          : "in part not used: this folder isn't trusted"
        : "";
      return [source.padEnd(wide), shown, file ?? "", note].filter((part) => part !== "").join("  ");
    })
    .join("\n");
}

/** A value of the environment that is called as keys are. */
const isSecret = (key: string): boolean => /^env\..*(?:key|token|secret|password|credential)/i.test(key.replace(/\.$/, ""));

function files({ layers }: SettingsView, { keelHome }: Machine): string {
  const there = layers.flatMap(({ source, file }) => (file === undefined ? [] : [`${source.padEnd(14)} ${file}`]));
  return [...(there.length === 0 ? ["No settings file is there."] : there), `Yours go into ${join(keelHome, "settings.json")}`].join("\n");
}
