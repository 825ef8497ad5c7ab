// One call, one verdict: what the stages come to (weigh.ts), and where nobody is there to answer, no, with a word on how to allow it.
import type { Asked, Decision, Mode } from "@keelson/protocol";
import { isWithin, tidy } from "./path/links.ts";
import { nameRule } from "./rule/read-rules.ts";
import type { Stages } from "./stages.ts";
import { proposeRules } from "./approval.ts";
import { asks, weigh, wouldAllow } from "./weigh.ts";

/** Rejects only when a judge does, or on abort. */
export async function decide(asked: Asked, stages: Stages, signal: AbortSignal): Promise<Decision> {
  const decision = await weigh(asked, stages, signal);
  if (!asks(decision)) return decision;
  if (asked.mode === "dontAsk")
    return { ...decision, behavior: "deny", explicit: true, reason: `${decision.reason} Mode dontAsk denies what would be asked.` };
  const how = await remedy(decision, asked, stages, signal);
  return {
    ...decision,
    behavior: "deny",
    explicit: true,
    stage: "user",
    reason: `${decision.reason} Nobody is here to be asked. ${how}`,
  };
}

/** For whoever reads the log of an unattended run. Names only what would allow it. */
async function remedy(soFar: Decision, asked: Asked, stages: Stages, signal: AbortSignal): Promise<string> {
  if (soFar.explicit && soFar.rule) return `To allow it, change ${nameRule(soFar.rule)}, or run it where somebody can answer.`;
  if (soFar.explicit) return "Run it where somebody can answer.";
  const rules = await proposeRules(asked, stages, signal);
  const modeAllows = (mode: Mode): Promise<boolean> => wouldAllow({ ...asked, mode }, stages, signal);
  const mode =
    canAcceptEdits(asked) && (await modeAllows("acceptEdits"))
      ? "acceptEdits"
      : rules.length === 0 && (await modeAllows("bypassPermissions"))
        ? "bypassPermissions"
        : undefined;
  const ways = [
    ...(rules.length === 0 ? [] : [`--allowedTools ${rules.map((rule) => JSON.stringify(rule)).join(" ")}`]),
    ...(mode === undefined ? [] : [`--permission-mode ${mode}`]),
  ];
  if (ways.length === 0) return "Run it where somebody can answer.";
  const runs = rules.length === 0 && asked.call.effects.some((effect) => effect.do === "shell");
  return `To allow it${runs ? ", split it into plain commands and allow those, or use" : ":"} ${ways.join(", or ")}${rules.length === 0 ? "." : ""}`;
}

function canAcceptEdits({ call, cwd, mode }: Asked): boolean {
  const changed = call.effects.flatMap((effect) => (effect.do === "write" || effect.do === "delete" ? effect.path : []));
  return mode === "default" && changed.length > 0 && changed.every((path) => isWithin(tidy(path), tidy(cwd)));
}
