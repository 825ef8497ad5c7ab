import type { Event, Rule } from "@keelson/protocol";
import type { Answer } from "./house.ts";

/** What the user allowed while the session runs; one for a session and all its agents. */
export type Approvals = {
  rules: readonly Rule[];
  /** By skills, until the user speaks again. */
  lent: readonly Rule[];
  /** Keeps a rule for the folder's later sessions; in words why it couldn't. */
  readonly keep: (rules: readonly string[], folder: string, until: number | undefined) => Promise<string | undefined>;
};
type Allowed = Extract<Answer, { behavior: "allow" }>;

/** Exactly the rules that were shown, for as long as the user said. `base`: the folder where it was asked. */
export async function* approve(
  approvals: Approvals,
  { scope, until, rules: more = [] }: Allowed,
  proposed: readonly string[],
  base: string,
): AsyncGenerator<Event> {
  const own = scope === "once" ? [] : proposed.map((text) => ({ text, behavior: "allow" as const }));
  approvals.rules = [...approvals.rules, ...[...own, ...more].map((rule) => ({ ...rule, source: "session", base }))];
  if (scope !== "project" || proposed.length === 0) return;
  const trouble = await approvals.keep(proposed, base, until);
  if (trouble !== undefined)
    yield { type: "notice.raised", severity: "warning", code: "grant_not_kept", text: `It holds for this session only. ${trouble}` };
}
