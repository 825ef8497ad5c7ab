/** Which layers say something about one key: the chain behind `keel settings explain`. Rule: it shows what was read, and reads nothing. */
import { nearest, type Json, type SettingsSource } from "@keelson/protocol";
import { isObject } from "./json.ts";
import { UNTRUSTED } from "./mask.ts";
import { valueIn } from "./merge.ts";
import type { SettingsRead } from "./settings.ts";

/** `held`: the layer sets the key, or a part of it, and isn't allowed to. */
export type Said = { readonly source: SettingsSource; readonly file?: string; readonly value?: Json; readonly held: boolean };

/** Highest first. `key`: `permissions.deny`, `env.PATH`. */
export function explainSetting({ layers }: SettingsRead, key: string): readonly Said[] {
  return layers
    .map(({ source, file, settings, held }) => {
      const value = covered(key, valueIn({ ...settings }, key));
      const overlaps = held.some((one) => `${one}.`.startsWith(`${key}.`) || `${key}.`.startsWith(`${one}.`));
      return { source, ...(file !== undefined && { file }), ...(value !== undefined && { value }), held: overlaps };
    })
    .filter(({ value, held }) => value !== undefined || held);
}

/** What the environment is set to may be a secret: that it is set is all that is shown. */
function covered(key: string, value: Json | undefined): Json | undefined {
  if (value === undefined || (key !== "env" && !key.startsWith("env."))) return value;
  return isObject(value) ? Object.fromEntries(Object.keys(value).map((name) => [name, SET])) : SET;
}
const SET = "(set)";

/** Keys below which everything is the user's own. */
const OPEN = [
  "env",
  "hooks",
  "enabledPlugins",
  "extraKnownMarketplaces",
  "skillOverrides",
  "statusLine",
  "sandbox.credentials",
  "sandbox.ignoreViolations",
];

/** A key that nobody reads, and the one that is most likely meant. Undefined when the key is one. */
export function unknownSetting(key: string): { readonly key: string; readonly meant?: string } | undefined {
  const known = Object.keys(UNTRUSTED);
  if (known.some((one) => one === key || one.startsWith(`${key}.`)) || OPEN.some((one) => key.startsWith(`${one}.`))) return undefined;
  const meant = nearest(key, known) ?? known.find((one) => one.toLowerCase().endsWith(`.${key.toLowerCase()}`));
  return { key, ...(meant !== undefined && { meant }) };
}
