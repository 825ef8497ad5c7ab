/** Which layers say something about one key: the chain behind `keel settings explain`. Rule: it shows what was read, and reads nothing. */
import type { Json, SettingsSource } from "@keelson/protocol";
import { valueIn } from "./merge.ts";
import type { SettingsRead } from "./settings.ts";

/** `held`: the layer sets the key, or a part of it, and isn't allowed to. */
export type Said = { readonly source: SettingsSource; readonly file?: string; readonly value?: Json; readonly held: boolean };

/** Highest first. `key`: `permissions.deny`, `env.PATH`. */
export function explainSetting({ layers }: SettingsRead, key: string): readonly Said[] {
  return layers
    .map(({ source, file, settings, held }) => {
      const value = valueIn({ ...settings }, key);
      const overlaps = held.some((one) => `${one}.`.startsWith(`${key}.`) || `${key}.`.startsWith(`${one}.`));
      return { source, ...(file !== undefined && { file }), ...(value !== undefined && { value }), held: overlaps };
    })
    .filter(({ value, held }) => value !== undefined || held);
}
