import type { RuleLine } from "@keelson/loader";
import { brokenRestriction, checkExamples, nameRule, readRules, type ReadRules, type RuleItem } from "@keelson/permissions";
import { nearest, type Problem, type Rule } from "@keelson/protocol";
import { blocks } from "@keelson/tools";
import type { Flags, Place, Refusal } from "./house.ts";

export type GatheredRules = { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] };

/** Those that are blocks, and those that come with later parts and have rules already. */
const TOOLS = [...Object.keys(blocks), "Agent", "Task", "Skill", "WebFetch", "WebSearch", "MultiEdit", "NotebookEdit", "LS"];

/** A rule may carry examples of what it must match, and must not: they are held against it before it counts. */
type Line = RuleLine & Pick<Exclude<RuleItem, string>, "match" | "notMatch">;

/** The rules of all settings and of the command line. A restriction that can't be read, and that the user wrote, refuses the session. */
export async function gatherRules(
  lines: readonly Line[],
  { allowedTools: allow = [], disallowedTools: deny = [], askedTools: ask = [] }: Flags,
  { cwd, home }: Pick<Place, "cwd" | "home">,
): Promise<GatheredRules | Refusal> {
  const read: readonly ReadRules[] = [
    ...(allow.length + deny.length + ask.length > 0 ? [readRules({ allow, deny, ask }, { source: "flag", base: cwd })] : []), // none: it isn't even loaded
    ...lines.map(readLine),
  ];
  const named = read.flatMap((one) => one.rules.map(restrictionMeant));
  const [fatal] = [...read.flatMap((one) => one.fatal), ...named.flatMap((one) => one.fatal ?? [])];
  if (fatal !== undefined) return { code: "settings", text: `${fatal} Correct it: the session doesn't start without it.` };
  const rules = named.map(({ rule }) => rule);
  const problems = [...read.flatMap((one) => one.problems), ...named.flatMap(({ problem }) => problem ?? [])];
  const wrong = await Promise.all(lines.map((line) => examplesOf(line, { cwd, home })));
  return { rules, problems: [...problems.map((text): Problem => ({ severity: "warning", file: "", text })), ...wrong.flat()] };
}

type Meant = { readonly rule: Rule; readonly problem?: string; readonly fatal?: string };

/**
 * Rules may speak of tools that aren't here; a name that is nearly one of ours is a slip. A restriction with one, in another case or with
 * a specifier that only a tool of ours has, must not be passed over: its owner corrects it, and a repository's holds for the whole tool.
 */
function restrictionMeant(rule: Rule): Meant {
  const text = rule.text.trim();
  const [, name = "", more = ""] = /^([A-Za-z]+)(.*)$/s.exec(text) ?? [];
  const meant = name === "" || TOOLS.includes(name) ? undefined : nearest(name, TOOLS);
  if (meant === undefined) return { rule };
  const said = `The ${rule.behavior} rule ${nameRule(rule)} speaks of no tool that there is: did you mean ${meant}?`;
  const sure = meant.toLowerCase() === name.toLowerCase() || (more !== "" && brokenRestriction(text) !== undefined);
  if (rule.behavior === "allow" || !sure || /^[\w*]/.test(more)) return { rule, problem: said };
  if (!ofRepository(rule)) return { rule, fatal: said };
  return { rule: { ...rule, text: meant }, problem: `${said} It holds for all of ${meant}.` };
}

const ofRepository = ({ source }: Rule): boolean => /_(?:local|project)$/.test(source);

function readLine({ text, behavior, source, base, file, line, told }: RuleLine): ReadRules {
  const read = readRules({ [behavior]: [text] }, { source, base, ...(file !== undefined && { file }), lineOf: () => line });
  return told ? { ...read, problems: [] } : read;
}

async function examplesOf(
  { text, behavior, source, base, file = "", line, match, notMatch }: Line,
  where: Pick<Place, "cwd" | "home">,
): Promise<readonly Problem[]> {
  if (match === undefined && notMatch === undefined) return [];
  const rule = { rule: text, ...(match && { match }), ...(notMatch && { notMatch }) };
  const said = await checkExamples({ [behavior]: [rule] }, { ...where, base, source }, new AbortController().signal);
  return said.map((words) => ({ severity: "warning", code: "rule_example", file, ...(line !== undefined && { line }), text: words }));
}

/** Tools that a deny rule names as a whole: they aren't offered at all. */
export function bareDenials(rules: readonly Rule[]): readonly string[] {
  return rules.filter(({ behavior }) => behavior === "deny").map(({ text }) => text.trim());
}
