// Which tools a rule's name means. An allow rule means exactly the tool it names, or the tools of the server it names.
// A deny or ask rule named Bash, Read or Edit means what those do, whatever the tool is called.
import type { Asked, Effect } from "@keelson/protocol";
import { matchesParts } from "../glob.ts";

/** Older names that rules still use. */
const ALIASES = new Map([
  ["Task", "Agent"],
  ["MultiEdit", "Edit"],
]);

const DOES: readonly { readonly name: string; readonly effects: readonly Effect["do"][] }[] = [
  { name: "Bash", effects: ["shell"] },
  { name: "Read", effects: ["read", "write", "delete"] }, // a file that may not be read may not be written
  { name: "Edit", effects: ["write", "delete"] },
];

export function nameAllows(name: string, tool: string): boolean {
  if (today(name) === today(tool)) return true;
  const server = /^(mcp__.+?)(?:__(.*))?$/s.exec(name);
  if (!server || !tool.startsWith(`${server[1]}__`)) return false;
  const wanted = server[2];
  const asked = tool.slice(`${server[1]}__`.length);
  // `mcp__a__b__c` may be the tool c of a server a__b: only its full name allows it.
  if (asked.includes("__")) return false;
  return wanted === undefined || matchesGlob(wanted, asked);
}

/** Of a call, as much as a rule's name speaks of. */
export type Named = { readonly tool: string; readonly call: Pick<Asked["call"], "effects"> };

export function nameRestricts(name: string, asked: Named): boolean {
  if (matchesGlob(name, asked.tool) || matchesGlob(today(name), today(asked.tool))) return true;
  if (/^mcp__.+/.test(name) && matchesGlob(`${name}__*`, asked.tool)) return true;
  return DOES.some((one) => matchesGlob(name, one.name) && asked.call.effects.some((effect) => one.effects.includes(effect.do)));
}

/** An allow rule may leave names open only behind a server it names. */
export const mayAllowNames = (name: string): boolean => !name.includes("*") || /^mcp__[^*]+?__[^*]*\*/.test(name);

const today = (name: string): string => ALIASES.get(name) ?? name;

const matchesGlob = (pattern: string, name: string): boolean => matchesParts(pattern.split("*"), name);
