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

/** What the environment is set to may be a secret: that it is set is all that is shown, but of a few names that say only how words look. */
function covered(key: string, value: Json | undefined): Json | undefined {
  if (key === "env" && isObject(value))
    return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, PLAIN.test(name) ? inner : SET]));
  return value !== undefined && key.startsWith("env.") && !PLAIN.test(key.slice("env.".length)) ? SET : value;
}
const SET = "(set)";
const PLAIN = /^(?:LANG|LC_[A-Z]+|TZ|TERM|NO_COLOR|FORCE_COLOR|CI)$/;

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
