import { isAbsolute } from "node:path";
import type { Decision, JsonObject, Rule, ToolUse } from "@keelson/protocol";
import { shortPath } from "./call-lines.ts";
import type { Denial } from "./tally.ts";

/** One line about what a run without anybody to ask was denied, with the rules that would allow it; undefined when nothing was. */
export function deniedLine(denials: readonly Denial[], cwd: string): string | undefined {
  if (denials.length === 0) return undefined;
  const forbidden = denials.flatMap(({ decision }) => (isRule(decision) ? [decision.rule.text] : []));
  const asked = denials.filter(({ decision }) => !isRule(decision)).map(({ use }) => ({ rule: ruleFor(use, cwd), name: use.name }));
  const rules = asked.flatMap(({ rule }) => (rule === undefined ? [] : [rule]));
  const others = asked.flatMap(({ rule, name }) => (rule === undefined ? [name] : []));
  const parts = [
    ...(rules.length > 0 ? [`Denied, for nobody was there to ask; to allow it: --allowedTools ${quote(unique(rules).join(","))}`] : []),
    ...(others.length > 0
      ? [`Denied, and no single rule allows it: a call of ${unique(others).join(", ")} that does several things at once`]
      : []),
    ...(forbidden.length > 0 ? [`Denied by a rule: ${unique(forbidden).join(", ")}`] : []),
  ];
  return parts.join(" · ");
}

/** The narrowest rule that would allow the call; undefined for a command line that isn't one plain command. */
export function ruleFor({ name, input }: Pick<ToolUse, "name" | "input">, cwd: string): string | undefined {
  const { command } = input;
  if (typeof command === "string") return PLAIN.test(command) ? `${name}(${command.trim()})` : undefined;
  const path = pathOf(input);
  if (path === undefined) return name;
  const inside = shortPath(path, cwd);
  return `${WRITES.includes(name) ? "Edit" : "Read"}(${isAbsolute(inside) ? `/${inside}` : inside})`;
}

/** One command, of words that a shell takes as they are. */
const PLAIN = /^[^|&;<>()$`\\"'*?[\]{}\n]+$/;
/** A rule for `Edit` covers all that writes, one for `Read` all that reads. */
const WRITES: readonly string[] = ["Edit", "Write"];

const isRule = (decision: Decision | undefined): decision is Decision & { readonly rule: Rule } =>
  decision?.behavior === "deny" && decision.rule !== undefined;

function pathOf({ file_path, path }: JsonObject): string | undefined {
  return [file_path, path].find((each) => typeof each === "string");
}

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];
/** For a POSIX shell. */
const quote = (words: string): string => `'${words.replaceAll("'", "'\\''")}'`;
