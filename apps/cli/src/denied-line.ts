import type { Decision, Rule } from "@keelson/protocol";
import { shorten, visible } from "./clean.ts";
import type { Denial } from "./tally.ts";

/** One line about what a run without anybody to ask was denied, with the rules that would allow it; undefined when nothing was. */
export function deniedLine(denials: readonly Denial[]): string | undefined {
  if (denials.length === 0) return undefined;
  const byHook = denials.flatMap(({ decision }) =>
    decision && isHook(decision) ? [shorten(visible(decision.reason), LONGEST_REASON)] : [],
  );
  const forbidden = denials.flatMap(({ decision }) => (isRule(decision) && !isHook(decision) ? [decision.rule.text] : []));
  const asked = denials.filter(({ decision }) => !isRule(decision) && !isHook(decision));
  const rules = asked.flatMap(({ suggestion }) => suggestion ?? []);
  const others = asked.filter(({ suggestion }) => suggestion === undefined).map(({ use }) => use.name);
  const parts = [
    ...(rules.length > 0 ? [`Denied, for nobody was there to ask; to allow it: --allowedTools ${quote(unique(rules).join(","))}`] : []),
    ...(others.length > 0 ? [`Denied, and no single rule allows it: a call of ${unique(others).join(", ")}`] : []),
    ...(byHook.length > 0 ? [`Denied by a hook, which no rule changes: ${unique(byHook).join("; ")}`] : []),
    ...(forbidden.length > 0 ? [`Denied by a rule: ${unique(forbidden).join(", ")}`] : []),
  ];
  return parts.join(" · ");
}

const isRule = (decision: Decision | undefined): decision is Decision & { readonly rule: Rule } =>
  decision?.behavior === "deny" && decision.rule !== undefined;

const isHook = (decision: Decision | undefined): boolean => decision?.behavior === "deny" && decision.stage === "hooks";

const LONGEST_REASON = 300; // characters
const unique = (all: readonly string[]): readonly string[] => [...new Set(all)];
/** For a POSIX shell. */
const quote = (words: string): string => `'${words.replaceAll("'", "'\\''")}'`;
