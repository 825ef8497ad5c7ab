// Rules may carry examples of what they must and must not match. They are judged when the rules are read, so that a rule that means
// something else than its author thinks is found before it matters.
import type { Behavior, JsonObject, Rule } from "@keelson/protocol";
import { decide } from "../decide.ts";
import { standardStages } from "../stages.ts";
import { bindCall } from "../verb/bind.ts";
import { linksOf } from "../verb/cases.ts";
import { nameRule, type RuleItem, type RuleLists } from "./read-rules.ts";

type Where = { readonly cwd: string; readonly home: string; readonly base: string; readonly source: string };

/** One line for each example that comes out otherwise. Links aren't followed: examples are texts. */
export async function checkExamples(lists: RuleLists, where: Where, signal: AbortSignal): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const behavior of ["deny", "ask", "allow"] as const) {
    for (const item of lists[behavior] ?? []) problems.push(...(await checkRule(item, behavior, where, signal)));
  }
  return problems;
}

async function checkRule(item: RuleItem, behavior: Behavior, where: Where, signal: AbortSignal): Promise<readonly string[]> {
  if (typeof item === "string") return [];
  const { base, source } = where;
  const rule: Rule = { text: item.rule, behavior, source, base };
  const problems: string[] = [];
  for (const [wanted, examples] of [
    [true, item.match ?? []],
    [false, item.notMatch ?? []],
  ] as const) {
    for (const example of examples) {
      const matches = await ruleMatches(rule, example, where, signal);
      if (matches === wanted) continue;
      const says = matches === undefined ? "can't be compared with" : wanted ? "doesn't match" : "matches";
      problems.push(`The ${behavior} rule ${nameRule(rule)} ${says} its example ${JSON.stringify(example)}. Correct one of them.`);
    }
  }
  return problems;
}

/** Undefined: there is no call that the example could be. */
async function ruleMatches(rule: Rule, example: string, { cwd, home }: Where, signal: AbortSignal): Promise<boolean | undefined> {
  const [, tool = ""] = /^([\w.-]+)/.exec(rule.text.trim()) ?? [];
  const bound = bindCall(tool, inputOf(tool, example), { cwd, home });
  if (!bound.ok) return undefined;
  const stages = standardStages({ links: linksOf([]), user: async () => undefined });
  const decision = await decide({ tool, call: bound.call, mode: "default", rules: [rule], cwd, directories: [], home }, stages, signal);
  return decision.rule === rule;
}

const FIELDS: Readonly<Record<string, string>> = {
  Bash: "command",
  NotebookEdit: "notebook_path",
  WebFetch: "url",
  Agent: "subagent_type",
  Task: "subagent_type",
  Skill: "skill",
  Grep: "path",
  Glob: "path",
  LS: "path",
  Delete: "path",
};

const inputOf = (tool: string, example: string): JsonObject => ({
  [FIELDS[tool] ?? "file_path"]: example,
  ...(tool === "Edit" && { old_string: "", new_string: "" }),
});
