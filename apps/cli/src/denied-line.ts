import type { Decision, Rule } from "@keelson/protocol";
import type { Denial } from "./tally.ts";

/** One line about what a run without anybody to ask was denied, with the rules that would allow it; undefined when nothing was. */
export function deniedLine(denials: readonly Denial[]): string | undefined {
  if (denials.length === 0) return undefined;
  const forbidden = denials.flatMap(({ decision }) => (isRule(decision) ? [decision.rule.text] : []));
  const asked = denials.filter(({ decision }) => !isRule(decision));
  const rules = asked.flatMap(({ suggestion }) => suggestion ?? []);
  const others = asked.filter(({ suggestion }) => suggestion === undefined).map(({ use }) => use.name);
  const parts = [
    ...(rules.length > 0 ? [`Denied, for nobody was there to ask; to allow it: --allowedTools ${quote(unique(rules).join(","))}`] : []),
    ...(others.length > 0 ? [`Denied, and no single rule allows it: a call of ${unique(others).join(", ")}`] : []),
    ...(forbidden.length > 0 ? [`Denied by a rule: ${unique(forbidden).join(", ")}`] : []),
  ];
  return parts.join(" · ");
}

const isRule = (decision: Decision | undefined): decision is Decision & { readonly rule: Rule } =>
  decision?.behavior === "deny" && decision.rule !== undefined;

const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];
/** For a POSIX shell. */
const quote = (words: string): string => `'${words.replaceAll("'", "'\\''")}'`;
