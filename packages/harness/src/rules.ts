import type { RuleLine } from "@keelson/loader";
import { readRules, type ReadRules } from "@keelson/permissions";
import type { Problem, Rule } from "@keelson/protocol";
import type { Flags, Refusal } from "./house.ts";

export type GatheredRules = { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] };

/** The rules of all settings and of the command line. A restriction that can't be read, and that the user wrote, refuses the session. */
export function gatherRules(lines: readonly RuleLine[], flags: Flags, cwd: string): GatheredRules | Refusal {
  const read: readonly ReadRules[] = [
    readRules({ allow: flags.allowedTools ?? [], deny: flags.disallowedTools ?? [] }, { source: "flag", base: cwd }),
    ...lines.map(readLine),
  ];
  const [fatal] = read.flatMap((one) => one.fatal);
  if (fatal !== undefined) return { code: "settings", text: `${fatal} Correct it: the session doesn't start without it.` };
  const problems = read.flatMap((one) => one.problems.map((text): Problem => ({ severity: "warning", file: "", text })));
  return { rules: read.flatMap((one) => one.rules), problems };
}

function readLine({ text, behavior, source, base, file, line }: RuleLine): ReadRules {
  return readRules({ [behavior]: [text] }, { source, base, ...(file !== undefined && { file }), lineOf: () => line });
}

/** Tools that a deny rule names as a whole: they aren't offered at all. */
export function bareDenials(rules: readonly Rule[]): readonly string[] {
  return rules.filter(({ behavior }) => behavior === "deny").map(({ text }) => text.trim());
}
