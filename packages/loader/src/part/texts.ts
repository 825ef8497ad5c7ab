/**
 * Finds the skills, commands, agents, styles and rules of a plugin. Rule: by name, deepest last, each file once;
 * what stands inside a skill belongs to that skill.
 */
import { basename, dirname, extname, join } from "node:path";
import type { SkillDecl } from "@keelson/protocol";
import type { Disk, Entry } from "../disk.ts";
import { warn } from "../problem.ts";
import { readTextPart, type Shelf } from "./keep.ts";
import type { HeadFile } from "./head-file.ts";
import { makeSkill, type Made } from "./skill.ts";
import { readTomlCommand } from "./toml.ts";

export const DEEPEST = 6;
const SKILL = "SKILL.md";

/** `ownName`: the head of a skill may name it (in a plugin); else its folder does. */
export type SkillReading = { readonly disk: Disk; readonly shelf: Shelf<SkillDecl>; readonly ownName: boolean };

/** All skills below a folder of skills, so many levels deep. */
export async function skillsBelow(reading: SkillReading, dir: string, levels = DEEPEST): Promise<readonly SkillDecl[]> {
  const found: SkillDecl[] = [];
  for (const { kind, name, path } of reading.disk.entries(dir)) {
    if (kind !== "directory") continue;
    const skill = await skillAt(reading, path, name);
    if (skill) found.push(skill);
    else if (levels > 1) found.push(...(await skillsBelow(reading, path, levels - 1)));
  }
  return found;
}

/** The skill whose folder this is. */
export async function skillAt(reading: SkillReading, dir: string, named = basename(dir)): Promise<SkillDecl | undefined> {
  const make = (file: string) => (read: HeadFile) => makeSkill(file, read, { named, ownName: reading.ownName, dir });
  const file = `${dir}/${SKILL}`;
  const found = await readTextPart(reading.disk, { path: file, linked: false }, reading.shelf, make(file));
  if (found) return found;
  const other = reading.disk.entries(dir).find(({ name, kind }) => kind === "file" && name !== SKILL && name.toLowerCase() === "skill.md");
  if (!other) return undefined;
  const text = warn(
    { file: other.path, line: 1 },
    { code: "skill_case", what: `is called ${other.name}, and other programs look for ${SKILL}.`, hint: "Rename it." },
  );
  reading.disk.report(text);
  return readTextPart(reading.disk, other, reading.shelf, make(other.path));
}

/** A path that a manifest names: a skill's file, a skill's folder, or a folder of skills. */
export async function skillsAt(reading: SkillReading, { path, kind }: Entry): Promise<readonly SkillDecl[]> {
  if (kind === "file") {
    const dir = dirname(path);
    const own = /^skill\.md$/i.test(basename(path));
    const named = own ? basename(dir) : nameOf(basename(path));
    const skill = await readTextPart(reading.disk, { path, linked: true }, reading.shelf, (read) =>
      makeSkill(path, read, { named, ownName: reading.ownName, dir }),
    );
    return skill ? [skill] : [];
  }
  const one = await skillAt(reading, path);
  return one ? [one] : skillsBelow(reading, path);
}

export type Walk<Part> = {
  readonly disk: Disk;
  readonly shelf: Shelf<Part>;
  readonly endings: readonly string[];
  /** `within`: folders between the place of the kind and the file. */
  readonly make: (
    file: string,
    read: HeadFile,
    place: { readonly named: string; readonly within: readonly string[] },
  ) => Made<Part> | undefined;
};

/** Every text below a folder, or the one file. */
export async function textsAt<Part>(
  walk: Walk<Part>,
  { path, kind, linked }: Entry,
  within: readonly string[] = [],
): Promise<readonly Part[]> {
  if (kind === "file") return textOf(walk, path, linked, within);
  const found: Part[] = [];
  for (const entry of walk.disk.entries(path)) {
    if (entry.kind === "file" && walk.endings.includes(extname(entry.name)))
      found.push(...(await textOf(walk, entry.path, entry.linked, within)));
    else if (entry.kind === "directory" && !entry.name.startsWith(".") && within.length < DEEPEST)
      found.push(...(await textsAt(walk, entry, [...within, entry.name])));
  }
  return found;
}

async function textOf<Part>(
  { disk, shelf, make }: Walk<Part>,
  path: string,
  linked: boolean,
  within: readonly string[],
): Promise<readonly Part[]> {
  const place = { named: nameOf(basename(path)), within };
  let left = false;
  const part = await readTextPart<Part | undefined>(disk, { path, linked }, shelf, (read) => {
    const made = make(path, read, place);
    left = made === undefined;
    return made ?? { part: undefined, problems: read.problems };
  });
  return part === undefined || left ? [] : [part];
}

/** `explore.agent.md` → `explore`. */
export function nameOf(file: string): string {
  return file.replace(/\.(?:agent|prompt|command|instructions)(?=\.md$)/i, "").replace(/\.(?:md|mdc|toml)$/i, "");
}

/** Commands as other hosts write them: one TOML file each, and folders join their names. */
export async function tomlCommands(disk: Disk, dir: string, within: readonly string[] = []): Promise<readonly SkillDecl[]> {
  const found: SkillDecl[] = [];
  for (const entry of disk.entries(dir)) {
    if (entry.kind === "directory" && within.length < DEEPEST)
      found.push(...(await tomlCommands(disk, entry.path, [...within, entry.name])));
    if (entry.kind !== "file" || extname(entry.name) !== ".toml") continue;
    await disk.breathe();
    disk.witness.saw(entry.path);
    const command = readTomlCommand(join(dir, entry.name), [...within, nameOf(entry.name)].join(":"), disk.report);
    if (command) found.push(command);
  }
  return found;
}
