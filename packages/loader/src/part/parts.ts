/** Reads all parts that a plugin's layout and manifest speak of. Rule: each kind on its own, so that one that is broken takes no other with it. */
import type { AgentDecl, Json, PluginParts, SkillDecl } from "@keelson/protocol";
import type { Disk, Entry } from "../disk.ts";
import { isObject, type Document } from "../json.ts";
import type { Layout, TextPlace } from "../layout.ts";
import { warn } from "../problem.ts";
import { makeAgent, makeRule, makeStyle } from "./agent.ts";
import { readDataParts } from "./data.ts";
import type { ReadCache } from "./keep.ts";
import { entryAt, itemsOf } from "./paths.ts";
import { makeSkill } from "./skill.ts";
import { DEEPEST, nameOf, skillAt, skillsAt, skillsBelow, textsAt, tomlCommands, type SkillReading, type Walk } from "./texts.ts";
import { inlineCommands } from "./inline.ts";

/** `more`: what a marketplace says about the plugin beside its manifest; its lists of skills are instead of the default ones. */
export type PartsOf = {
  readonly disk: Disk;
  readonly layout: Layout;
  readonly document: Document;
  readonly cache: ReadCache;
  readonly more?: Document;
  readonly texts?: boolean;
};

const NO_TEXTS = { skills: [], commands: [], agents: [], outputStyles: [], rules: [] };

export async function readParts(of: PartsOf): Promise<PluginParts> {
  const { layout } = of;
  if (of.texts === false) return { ...NO_TEXTS, ...readDataParts(of) };
  const commands = await readCommands(of);
  return {
    skills: await readSkills(of),
    commands,
    agents: await readAgents(of),
    outputStyles: await readTexts(of, layout.outputStyles, {
      disk: of.disk,
      shelf: of.cache.outputStyles,
      endings: [".md"],
      make: (file, read, place) => makeStyle(file, read, place),
    }),
    rules: await readTexts(of, layout.rules, {
      disk: of.disk,
      shelf: of.cache.rules,
      endings: [".md", ".mdc"],
      make: (file, read, place) => makeRule(file, read, place),
    }),
    ...readDataParts(of),
  };
}

async function readSkills(of: PartsOf): Promise<readonly SkillDecl[]> {
  const { disk, layout, cache, more } = of;
  const place = layout.skills;
  if (!place) return [];
  const reading: SkillReading = { disk, shelf: cache.skills, ownName: layout.ownNames };
  const found: SkillDecl[] = [];
  const listed = more ? itemsOf(more, ["skills"]).length > 0 : false;
  for (const path of listed ? [] : place.at) found.push(...(await skillsIn(reading, path, place.flat ?? false)));
  for (const entry of entriesNamed(of, place)) found.push(...(await skillsAt(reading, entry)));
  // A plugin that is one skill.
  const alone = layout.ownNames && !listed && found.length === 0 ? await skillAt(reading, disk.root) : undefined;
  return once(alone ? [alone] : found);
}

/** A skill that stands at the place of all skills counts as one, beside those below. */
async function skillsIn(reading: SkillReading, path: string, flat: boolean): Promise<readonly SkillDecl[]> {
  const entry = path === "." ? undefined : reading.disk.at(`${reading.disk.root}/${path}`);
  if (path !== "." && entry?.kind !== "directory") return [];
  const dir = entry?.path ?? reading.disk.root;
  const own = entry && (await skillAt(reading, dir));
  return [...(own ? [own] : []), ...(await skillsBelow(reading, dir, flat ? 1 : DEEPEST))];
}

async function readCommands(of: PartsOf): Promise<readonly SkillDecl[]> {
  const { disk, layout, cache } = of;
  const texts = await readTexts(of, layout.commands, {
    disk,
    shelf: cache.commands,
    endings: [".md"],
    make: (file, read, place) => makeSkill(file, read, { ...place, ownName: false }),
  });
  const toml: SkillDecl[] = [];
  if (layout.hookDialect === "gemini")
    for (const path of layout.commands?.at ?? []) toml.push(...(await tomlCommands(disk, `${disk.root}/${path}`)));
  const inline = layout.commands?.field === undefined ? [] : await inlineCommands(of, layout.commands.field);
  return apart([...texts, ...toml, ...inline]);
}

async function readAgents(of: PartsOf): Promise<readonly AgentDecl[]> {
  const walk: Walk<AgentDecl> = {
    disk: of.disk,
    shelf: of.cache.agents,
    endings: [".md"],
    // Someone's words about the folder.
    make: (file, read, place) =>
      read.head === "" && /^(?:readme|agents|claude|gemini|changelog|license|contributing)$/i.test(place.named)
        ? undefined
        : makeAgent(file, read, place),
  };
  return readTexts(of, of.layout.agents, walk);
}

async function readTexts<Part extends { readonly file: string }>(
  of: PartsOf,
  place: TextPlace | undefined,
  walk: Walk<Part>,
): Promise<readonly Part[]> {
  if (!place) return [];
  const named = entriesNamed(of, place);
  // Where not one of the named paths can be used, the usual place is better than nothing.
  const replaced = place.given === "replaces" && place.field !== undefined && (named.length > 0 || hasMap(of, place.field));
  const found: Part[] = [];
  for (const path of replaced ? [] : place.at) {
    const entry = of.disk.at(`${of.disk.root}/${path}`);
    if (entry?.kind === "directory") found.push(...(await textsAt(walk, entry)));
  }
  for (const entry of named) found.push(...(await textsAt(walk, entry)));
  return once(found);
}

const hasMap = ({ document, more }: PartsOf, field: string): boolean =>
  [document, ...(more ? [more] : [])].some((one) => itemsOf(one, [field]).some(({ value }) => isObject(value)));

/** The paths in a field of the manifest, and of what a marketplace adds. */
function entriesNamed({ disk, document, more }: PartsOf, { field }: TextPlace): readonly Entry[] {
  if (field === undefined) return [];
  return [document, ...(more ? [more] : [])].flatMap((one) =>
    itemsOf(one, [field]).flatMap((item): Entry | readonly Entry[] => {
      const { value, line } = item;
      if (typeof value === "string") return entryAt(disk, one, { value, line }) ?? [];
      if (field !== "commands" || !isObject(value)) disk.report(warn({ file: one.file, line }, wrongItem(field, value)));
      return [];
    }),
  );
}

const wrongItem = (field: string, value: Json): { readonly code: string; readonly what: string; readonly hint: string } => ({
  code: "path_invalid",
  what: `An item of "${field}" is ${value === null ? "null" : Array.isArray(value) ? "a list" : `of type ${typeof value}`} and isn't used.`,
  hint: "Write a path.",
});

/** Each file once, though two places name it. */
function once<Part extends { readonly file: string }>(parts: readonly Part[]): readonly Part[] {
  return [...new Map(parts.map((part) => [part.file, part])).values()];
}

/** Two commands of one name in two folders: then the folders are part of it. */
function apart(commands: readonly SkillDecl[]): readonly SkillDecl[] {
  const counts = new Map<string, number>();
  for (const { name } of commands) counts.set(name, (counts.get(name) ?? 0) + 1);
  return commands.map((command) =>
    (counts.get(command.name) ?? 0) > 1 && command.within
      ? { ...command, name: [...command.within, nameOf(command.name)].join(":") }
      : command,
  );
}
