/** Whose hooks `disableAllHooks` turns off. Rule: nobody turns off those of somebody above: a repository its own, a user all but the administrator's. */
import type { PluginLayer, SettingsRead } from "@keelson/loader";
import { bringerOf } from "../plugins/gathered.ts";
import { whoseSettings, type Whose } from "../whose.ts";

export type Silenced = readonly Whose[];

export function silencedBy({ layers }: Pick<SettingsRead, "layers">): Silenced {
  const says = (whose: Whose): boolean => {
    const heard = layers.filter(({ source }) => whoseSettings(source) === whose);
    return heard.find(({ settings }) => settings.disableAllHooks !== undefined)?.settings.disableAllHooks === true;
  };
  if (says("managed")) return ["managed", "user", "repository"];
  if (says("user")) return ["user", "repository"];
  return says("repository") ? ["repository"] : [];
}

/** `layer`: undefined for what stands on the command line. */
export const whoseLayer = (layer: PluginLayer | undefined): Whose =>
  layer?.kind === "managed" ? "managed" : layer && bringerOf(layer) === "repository" ? "repository" : "user";
