import { isAbsolute } from "node:path";
import type { JsonObject, ToolUse } from "@keelson/protocol";
import { shortPath } from "./call-lines.ts";
import type { Denial } from "./tally.ts";

/** One line about what a run without anybody to ask was denied, with the rules that would allow it; undefined when nothing was. */
export function deniedLine(denials: readonly Denial[], cwd: string): string | undefined {
  if (denials.length === 0) return undefined;
  const forbidden = denials.flatMap(({ decision }) => (decision?.behavior === "deny" && decision.rule ? [decision.rule.text] : []));
  const asked = denials.filter(({ decision }) => !(decision?.behavior === "deny" && decision.rule)).map(({ use }) => ruleFor(use, cwd));
  const parts = [
    ...(asked.length > 0 ? [`Denied, for nobody was there to ask; to allow it: --allowedTools ${quote(unique(asked).join(","))}`] : []),
    ...(forbidden.length > 0 ? [`Denied by a rule: ${unique(forbidden).join(", ")}`] : []),
  ];
  return parts.join(" · ");
}

/** The narrowest rule that would allow the call. */
export function ruleFor({ name, input }: Pick<ToolUse, "name" | "input">, cwd: string): string {
  const { command } = input;
  if (typeof command === "string") return `${name}(${/[\n*]/.test(command) ? `${command.trim().split(/\s/)[0]} *` : command})`;
  const path = pathOf(input);
  if (path === undefined) return name;
  const inside = shortPath(path, cwd);
  return `${WRITES.includes(name) ? "Edit" : "Read"}(${isAbsolute(inside) ? `/${inside}` : inside})`;
}

/** A rule for `Edit` covers all that writes, one for `Read` all that reads. */
const WRITES: readonly string[] = ["Edit", "Write"];

function pathOf({ file_path, path }: JsonObject): string | undefined {
  return [file_path, path].find((each) => typeof each === "string");
}

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];
/** For a POSIX shell. */
const quote = (words: string): string => `'${words.replaceAll("'", "'\\''")}'`;
