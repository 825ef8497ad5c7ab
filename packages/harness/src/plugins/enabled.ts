/**
 * Which plugins are turned off, by `enabledPlugins` of the settings. Rule: of the files that speak of a plugin the highest counts, whatever
 * marketplace it names. A repository that isn't trusted turns nothing on, nothing off that has hooks, since they may guard the user, and
 * nothing that comes with the program.
 */
import type { Layer, LayerKind, LayerRead } from "@keelson/loader";
import type { PluginDecl, Problem } from "@keelson/protocol";
import { isProjects } from "../whose.ts";

export type Enabling = {
  /** By what: a file of settings, or the manifest of the plugin. */
  readonly off: ReadonlyMap<LayerRead, string>;
  readonly problems: readonly Problem[];
};
/** Highest first. */
export type Said = { readonly settings: readonly Layer[]; readonly trusted: boolean };

/** What isn't a plugin as a whole is nobody's to turn off by name. */
const PLUGINS: readonly LayerKind[] = ["flag", "plugin", "project_plugin", "distribution", "bundled"];

export function enablingOf(reads: readonly LayerRead[], said: Said): Enabling {
  const speaking = said.settings.filter(({ settings }) => settings.enabledPlugins !== undefined);
  const off = new Map<LayerRead, string>();
  const problems: Problem[] = [];
  for (const read of reads) {
    if (!PLUGINS.includes(read.layer.kind) || !read.plugin) continue;
    const { word, file, guards } = wordOn(read, speaking, said.trusted);
    if (guards !== undefined) problems.push(keptOn(read, guards));
    if (!word) off.set(read, file);
  }
  return { off, problems: [...problems, ...speaking.flatMap(unheard), ...missing(reads, speaking)] };
}

type Word = { readonly word: boolean; readonly file: string; readonly guards?: string };

/** `guards`: the file whose word isn't taken. Whoever names a folder on the command line means it: only the administrator says otherwise. */
function wordOn({ layer, plugin }: Pick<LayerRead, "layer" | "plugin">, speaking: readonly Layer[], trusted: boolean): Word {
  let guards: string | undefined;
  for (const { source, file = "", settings } of speaking) {
    if (layer.kind === "flag" && source !== "managed") continue;
    const words = Object.entries(settings.enabledPlugins ?? {}).flatMap(([key, word]) => (nameIn(key) === plugin?.name ? [word] : []));
    const word = words.includes(false) ? false : words.includes(true) ? true : undefined;
    if (word === undefined) continue;
    if (!word && !trusted && isProjects(source) && whyKept({ layer, plugin }) !== undefined) guards ??= file;
    else return { word, file, ...(guards !== undefined && { guards }) };
  }
  const asleep = layer.kind !== "flag" && plugin?.manifest["defaultEnabled"] === false;
  return { word: !asleep, file: "its manifest", ...(guards !== undefined && { guards }) };
}

/** `name@marketplace`, or the name alone. */
const nameIn = (key: string): string => (key.lastIndexOf("@") > 0 ? key.slice(0, key.lastIndexOf("@")) : key);

/** Why a repository that isn't trusted can't turn it off; undefined where it can. */
function whyKept({ layer, plugin }: Pick<LayerRead, "layer" | "plugin">): string | undefined {
  if (layer.kind === "project_plugin") return undefined;
  if (layer.kind !== "plugin") return "comes with the program";
  return plugin && !hasHooks(plugin) ? undefined : "has hooks";
}

/** In a file of their own, or in the head of a text. */
const hasHooks = ({ hooks, skills, commands, agents }: PluginDecl): boolean =>
  hooks.length > 0 || [...skills, ...commands, ...agents].some((text) => (text.hooks?.length ?? 0) > 0);

const keptOn = (read: LayerRead, file: string): Problem => ({
  severity: "warning",
  code: "plugin_kept_on",
  file,
  text: `The plugin ${read.plugin?.name ?? ""} stays on: it ${whyKept(read)}, and this folder isn't trusted. Turn it off in your own settings, or trust the folder with keel trust.`,
});

/** A word that is none leaves a plugin as it is: somebody meant something by it. A list is one of versions. */
function unheard({ file = "", settings: { enabledPlugins = {} } }: Layer): readonly Problem[] {
  const wrong = Object.entries(enabledPlugins).flatMap(([key, word]) => (typeof word === "boolean" || Array.isArray(word) ? [] : [key]));
  if (wrong.length === 0) return [];
  const hint = `Write {"enabledPlugins": {"PLUGIN": false}}, without quotes around true and false.`;
  const text = `What "enabledPlugins" says of ${wrong.join(", ")} is neither true nor false, and isn't heard. ${hint}`;
  return [{ severity: "warning", code: "plugin_word_unheard", file, text, hint }];
}

/** One line for each file. */
function missing(reads: readonly LayerRead[], speaking: readonly Layer[]): readonly Problem[] {
  const here = new Set(reads.flatMap(({ plugin }) => plugin?.name ?? []));
  return speaking.flatMap(({ file = "", settings }): readonly Problem[] => {
    const named = Object.entries(settings.enabledPlugins ?? {}).flatMap(([key, word]) =>
      word === true && !here.has(nameIn(key)) ? [key] : [],
    );
    if (named.length === 0) return [];
    const text = `"enabledPlugins" turns on what isn't here: ${named.join(", ")}. Put the folder of each into ~/.keel/plugins, or take it out of the list.`;
    return [{ severity: "warning", code: "plugin_missing", file, text }];
  });
}
