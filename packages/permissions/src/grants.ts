// Approvals that were given, as they are kept: each is a rule exactly as it was shown, and how long it holds. One that has run out is as if it had never been.
import type { Rule } from "@keelson/protocol";
import { MOST_RULES } from "./approval.ts";
import { readRule } from "./rule/reading.ts";

/** Milliseconds since 1970. `until`: it doesn't hold from then on. */
export type Grant = { readonly rule: string; readonly scope: "session" | "project"; readonly made: number; readonly until?: number };
/** How long what was shown may go on. */
export type Lasting = { readonly scope: "once" } | { readonly scope: "session" | "project"; readonly until?: number };

/** None for `once`. `shown`: the rules of the question. */
export function grantsOf(shown: readonly string[], lasting: Lasting, now: number): readonly Grant[] {
  if (lasting.scope === "once" || shown.length > MOST_RULES) return [];
  const { scope, until } = lasting;
  return shown.map((rule) => ({ rule, scope, made: now, ...(until !== undefined && { until }) }));
}

const holdsNow = ({ until }: Grant, now: number): boolean => until === undefined || now < until;

/** As rules of the session or the project. `base`: where patterns that begin with `/` start. */
export function grantedRules(
  grants: readonly Grant[],
  now: number,
  { base, file }: { readonly base: string; readonly file?: string },
): readonly Rule[] {
  return grants
    .filter((grant) => holdsNow(grant, now))
    .map(({ rule, scope }) => ({
      text: rule,
      behavior: "allow",
      source: scope === "session" ? "session" : "keel_local",
      base,
      ...(file !== undefined && { file }),
    }));
}

/** Without those of this rule; undefined where there is none. */
export function revoke(grants: readonly Grant[], rule: string): readonly Grant[] | undefined {
  const left = grants.filter((grant) => grant.rule.trim() !== rule.trim());
  return left.length === grants.length ? undefined : left;
}

export type GrantsRead = { readonly grants: readonly Grant[]; readonly problems: readonly string[] };

/** From a file: what isn't one is left out, and said. Nothing is widened: a rule that can't be read grants nothing. */
export function readGrants(data: unknown): GrantsRead {
  if (!Array.isArray(data)) return { grants: [], problems: ["The approvals aren't a list. Remove the file: you will be asked again."] };
  const grants: Grant[] = [];
  const problems: string[] = [];
  for (const [at, one] of data.entries()) {
    const grant = grantOf(one);
    if (grant) grants.push(grant);
    else problems.push(`Approval ${at + 1} can't be read and is left out.`);
  }
  return { grants, problems };
}

function grantOf(one: unknown): Grant | undefined {
  if (one === null || typeof one !== "object") return undefined;
  const { rule, scope, made, until } = one as Partial<Record<keyof Grant, unknown>>;
  if (typeof rule !== "string" || (scope !== "session" && scope !== "project") || typeof made !== "number") return undefined;
  if (until !== undefined && typeof until !== "number") return undefined;
  return readRule(rule, "allow").kind === "unread" ? undefined : { rule, scope, made, ...(until !== undefined && { until }) };
}
