/**
 * What the head of a text takes away from those who carry it out. Rule: a slip opens nothing: a field that is misspelt is taken as it was
 * meant, and where one stands and can't be read, all is taken away, in words.
 */
import { nearest, type Json, type Problem } from "@keelson/protocol";
import { lineOfKey } from "../front/salvage.ts";
import { warn } from "../problem.ts";
import { names } from "./field.ts";
import type { HeadFile } from "./head-file.ts";

/** `all`: all is taken away, since what was meant can't be told. */
export type Restriction = { readonly found: readonly string[] | undefined; readonly all: boolean };
/** `key`: as documented. `takes`: the list names what is taken away, not what is left. `without`: completes "so it …". */
export type Restricting = { readonly key: string; readonly takes: boolean; readonly without: string };

/** `known`: the other fields of such a head, which are no slips of this one. */
export function restrictionIn(
  file: string,
  read: HeadFile,
  { key, takes, without }: Restricting,
  known: readonly string[],
): Restriction & { readonly problems: readonly Problem[] } {
  const { fields, head, headLine, unread } = read;
  const said = fields[key] === undefined ? Object.keys(fields).find((one) => !known.includes(one) && isMeant(one, key, known)) : key;
  const at = { file, line: Math.max(1, headLine + (said === undefined ? 1 : (lineOfKey(head, said) ?? 1)) - 1) };
  const value = said === undefined ? undefined : fields[said];
  if (value === undefined || value === null) {
    const hidden = said === undefined && hides(unread, key);
    return { found: undefined, all: hidden, problems: hidden ? [warn(at, lost(key, without))] : [] };
  }
  const found = names(value);
  const whole = found !== undefined && (!takes || (isWhole(value) && found.every((name) => TOOL.test(name))));
  const slip = said === undefined || said === key ? [] : [warn(at, misspelt(said, key))];
  return whole ? { found, all: false, problems: slip } : { found: undefined, all: true, problems: [...slip, warn(at, lost(key, without))] };
}

const plain = (word: string): string => word.toLowerCase().replaceAll(/[-_ ]/g, "");

/** `Tools`, `tool`, `disallowed_tools`. */
const isMeant = (said: string, key: string, known: readonly string[]): boolean =>
  plain(said) === plain(key) || nearest(said, [key, ...known]) === key;

/** Indented, in quotes, or without the space behind its colon, in what is no field. */
const hides = (unread: string, key: string): boolean =>
  unread
    .split("\n")
    .map((line) => /^\s*["']?([A-Za-z][\w-]*)["']?\s*[:=]/.exec(line)?.[1])
    .some((word) => word !== undefined && plain(word) === plain(key));

/** What isn't text would be left out of the list without a word. */
const isWhole = (value: Json): boolean => !Array.isArray(value) || value.every((item: Json) => typeof item === "string");
/** `Bash`, `mcp__github__*`, `Bash(git add *)`. */
const TOOL = /^[\w.*/-]+(?::[\w.*-]+)*(?:\([^]*\))?$/;

const misspelt = (said: string, key: string) => ({
  code: "field_case",
  what: `The head says ${JSON.stringify(said.slice(0, 60))}, and ${JSON.stringify(key)} is what was meant and holds.`,
  hint: `Write ${JSON.stringify(key)}.`,
});
const lost = (key: string, without: string) => ({
  code: "restriction_unreadable",
  what: `${JSON.stringify(key)} can't be read, so it ${without}.`,
  hint: `Write ${key}: and the names behind it, between commas, on a line of its own.`,
});
