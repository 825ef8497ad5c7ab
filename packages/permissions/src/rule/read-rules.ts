// Reads one file's lists of rules, and says what is wrong with them. Nothing widens: a broken allow rule is dropped,
// a broken deny or ask rule stays and holds for its whole tool (see reading.ts).
import type { Behavior, Rule } from "@keelson/protocol";
import { runsArguments } from "../shell/runners.ts";
import { readRule, type Reading } from "./reading.ts";

/** A rule, or a rule with examples of what it must and must not match: see examples.ts. */
export type RuleItem = string | { readonly rule: string; readonly match?: readonly string[]; readonly notMatch?: readonly string[] };
export type RuleLists = { readonly allow?: readonly RuleItem[]; readonly ask?: readonly RuleItem[]; readonly deny?: readonly RuleItem[] };
/** `lineOf`: the line a rule's text stands on, from 1. */
export type RulesFrom = {
  readonly source: string;
  readonly base: string;
  readonly file?: string;
  readonly lineOf?: (text: string) => number | undefined;
};
/**
 * `problems`: one line each. `fatal`: those that the session must not start with: a deny or ask rule that the user, a flag or
 * an administrator wrote and nobody can read. From a repository it is no reason to stop: the rule then holds for its whole tool.
 */
export type ReadRules = { readonly rules: readonly Rule[]; readonly problems: readonly string[]; readonly fatal: readonly string[] };

/** Sources that a repository may have written. Every other is somebody's own word. */
const OF_REPOSITORY = new Set(["keel_local", "claude_local", "keel_project", "claude_project"]);
const STRICTEST_FIRST = ["deny", "ask", "allow"] as const satisfies readonly Behavior[];

export function readRules(lists: RuleLists, where: RulesFrom): ReadRules {
  const rules: Rule[] = [];
  const problems: string[] = [];
  const fatal: string[] = [];
  for (const behavior of STRICTEST_FIRST) {
    for (const item of lists[behavior] ?? []) {
      const text = typeof item === "string" ? item : item.rule;
      const rule = ruleOf(text, behavior, where);
      const reading = readRule(text, behavior);
      const problem = problemOf(rule, reading);
      if (problem !== undefined) problems.push(problem);
      const broken = reading.kind === "unread";
      if (problem !== undefined && broken && reading.malformed && behavior !== "allow" && !OF_REPOSITORY.has(where.source))
        fatal.push(problem);
      if (!broken || behavior !== "allow") rules.push(rule);
    }
  }
  return { rules, problems, fatal };
}

/** What a rule that nobody can read restricts all the same, and why it can't be read; undefined where it can. */
export function brokenRestriction(text: string): { readonly holdsFor: string; readonly why: string } | undefined {
  const reading = readRule(text, "deny");
  if (reading.kind !== "unread") return undefined;
  return { holdsFor: reading.name === undefined ? "every tool" : `all of ${reading.name}`, why: reading.why };
}

/** A rule and where it stands, for people. */
export function nameRule(rule: Rule): string {
  const place = rule.file === undefined ? rule.source : rule.file + (rule.line === undefined ? "" : `:${rule.line}`);
  return `${rule.text} (${place})`;
}

function ruleOf(text: string, behavior: Behavior, { source, base, file, lineOf }: RulesFrom): Rule {
  const line = lineOf?.(text);
  return { text, behavior, source, base, ...(file !== undefined && { file }), ...(line !== undefined && { line }) };
}

function problemOf(rule: Rule, reading: Reading): string | undefined {
  const start = `The ${rule.behavior} rule ${nameRule(rule)}`;
  if (reading.kind === "unread") {
    if (rule.behavior === "allow") return `${start} is ignored: ${reading.why}.`;
    return `${start} holds for ${reading.name === undefined ? "every tool" : `all of ${reading.name}`}: ${reading.why}.`;
  }
  if (reading.kind !== "command" || rule.behavior !== "allow") return undefined;
  const { exact, program } = reading.pattern;
  if (!exact && runsArguments(program))
    return `${start} allows nothing: ${program} runs what it is given. Write the whole command, without *.`;
  return undefined;
}
