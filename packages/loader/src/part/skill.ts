/** A skill or a command from the head of its file. Rule: a field that can't be understood is as if it weren't there; `fields` keeps it. */
import type { Json, Problem, SkillDecl } from "@keelson/protocol";
import { lineOfKey, sourceOf } from "../front/salvage.ts";
import { warn } from "../problem.ts";
import { names, oneLine, openingOf, patterns, truth, words } from "./field.ts";
import { flat, type HeadFile } from "./head-file.ts";
import { hooksIn } from "./hooks.ts";
import { restrictionIn } from "./restriction.ts";

/** `named`: what it is called without a word of its own. `ownName`: may the head give it another name? */
export type SkillPlace = {
  readonly named: string;
  readonly ownName: boolean;
  readonly dir?: string;
  readonly within?: readonly string[];
};
export type Made<Part> = { readonly part: Part; readonly problems: readonly Problem[] };

const LONG_DESCRIPTION = 1024;
const LONGEST_TITLE = 200;
const FORBIDDING = { key: "disallowed-tools", takes: true, without: "forbids every tool until that is put right" };

export function makeSkill(file: string, read: HeadFile, place: SkillPlace): Made<SkillDecl> {
  const { fields } = read;
  const problems: Problem[] = [...read.problems];
  const said = calledName(fields["name"]);
  const name = place.ownName ? (said ?? place.named) : place.named;
  const title = oneLine(fields["name"]);
  const hooks = hooksFrom(file, read, problems);
  const taken = restrictionIn(file, read, FORBIDDING, ["allowed-tools"]);
  problems.push(...taken.problems);
  const part: SkillDecl = {
    name,
    file,
    line: read.bodyLine,
    description: describe(file, read, place.dir === undefined ? "command" : "skill", problems),
    fields,
    ...(title !== undefined && title !== name && title.length <= LONGEST_TITLE && { title }),
    ...(place.dir !== undefined && { dir: place.dir }),
    ...(place.within && place.within.length > 0 && { within: place.within }),
    ...optional("whenToUse", oneLine(fields["when_to_use"])),
    ...optional("argumentHint", hintOf(fields["argument-hint"], read.head)),
    ...optional("arguments", names(fields["arguments"])),
    ...(truth(fields["disable-model-invocation"] ?? fields["hide-from-slash-command-tool"]) === true && { hiddenFromModel: true }),
    ...(truth(fields["user-invocable"] ?? fields["user-invokable"]) === false && { hiddenFromUser: true }),
    ...optional("allowedTools", names(fields["allowed-tools"])),
    ...optional("disallowedTools", taken.all ? ["*"] : taken.found),
    ...optional("model", oneLine(fields["model"])),
    ...optional("effort", oneLine(fields["effort"])),
    ...(oneLine(fields["context"]) === "fork" && { fork: true }),
    ...optional("agent", oneLine(fields["agent"])),
    ...optional("background", truth(fields["background"])),
    ...optional("paths", patterns(fields["paths"])),
    ...optional("shell", oneLine(fields["shell"])),
    ...(hooks.length > 0 && { hooks }),
  };
  return { part, problems };
}

export function optional<Key extends string, Value>(key: Key, value: Value | undefined): { readonly [key in Key]?: Value } {
  // The type can't follow a computed key.
  return (value === undefined ? {} : { [key]: value }) as { readonly [key in Key]?: Value };
}

/** What a text says it is about, or its first paragraph. */
export function describe(file: string, read: HeadFile, kind: string, problems: Problem[]): string {
  const { fields, head, headLine, opening } = read;
  const line = headLine + (lineOfKey(head, "description") ?? 1) - 1;
  const slips = caseSlips(file, read);
  problems.push(...slips);
  const value = fields["description"];
  const own = typeof value === "object" && value !== null ? sourceOf(head, "description") : words(value);
  if (own !== undefined && own !== "") {
    if (own.length > LONG_DESCRIPTION)
      problems.push(
        warn(
          { file, line },
          {
            code: "description_long",
            what: `The description has ${own.length} letters, and ${LONG_DESCRIPTION} are the most that other programs take.`,
            hint: "Shorten it.",
          },
        ),
      );
    return own;
  }
  const found = flat(openingOf(opening));
  if (kind === "command" && found !== "") return found; // a command needs no head
  const instead = found === "" ? "it has none now." : "its first paragraph stands in for it.";
  if (slips.some(({ hint }) => hint?.includes('"description"'))) return found;
  problems.push(
    warn(
      { file, line: Math.max(1, line) },
      { code: "description_missing", what: `The ${kind} says no description; ${instead}`, hint: `Add "description:" to its head.` },
    ),
  );
  return found;
}

/** `Name:` is another field than `name:`, and nobody reads it. */
function caseSlips(file: string, { fields, head, headLine }: HeadFile): readonly Problem[] {
  return ["name", "description"].flatMap((key) => {
    const found = key in fields ? undefined : Object.keys(fields).find((one) => one.toLowerCase() === key);
    if (found === undefined) return [];
    const line = Math.max(1, headLine + (lineOfKey(head, found) ?? 1) - 1);
    const what = `The head says "${found}", and only small letters are read.`;
    return [warn({ file, line }, { code: "field_case", what, hint: `Write "${key}".` })];
  });
}

/** A name that can be typed behind a slash and shown in a list. */
function calledName(value: Json | undefined): string | undefined {
  const name = oneLine(value);
  return name !== undefined && /^[^\s:/\\\p{C}-][^:/\\\p{C}]{0,63}$/u.test(name) ? name : undefined;
}

/** `[file] [mode]` reads as a YAML list: it is shown as it was written. */
function hintOf(value: Json | undefined, head: string): string | undefined {
  return typeof value === "object" && value !== null ? sourceOf(head, "argument-hint")?.replace(/\s+/g, " ") : oneLine(value);
}

export function hooksFrom(file: string, { fields, head, headLine }: HeadFile, problems: Problem[]): ReturnType<typeof hooksIn> {
  const value = fields["hooks"];
  if (value === undefined || value === null) return [];
  const line = headLine + (lineOfKey(head, "hooks") ?? 1) - 1;
  return hooksIn(value, {
    at: () => ({ file, line }),
    dialect: "claude",
    look: undefined,
    report: (problem) => void problems.push(problem),
  });
}
