// One call, one verdict: the stages speak in their order and the strongest verdict stands, deny > ask > allow. A later stage only raises,
// but for two: the user answers an ask, and the classifier is heard only where nobody spoke. Nobody to answer means no.
import { STAGES, type Asked, type Decision, type Stage } from "@keelson/protocol";
import { join, nobodySpoke } from "./opinion.ts";
import { isWithin, tidy } from "./path/links.ts";
import { nameRule } from "./rule/read-rules.ts";
import type { Stages } from "./stages.ts";
import { suggestRule } from "./suggest.ts";

const notDenied = (soFar: Decision): boolean => soFar.behavior !== "deny";
const asks = (soFar: Decision): boolean => soFar.behavior === "ask";

/** Whom each stage speaks after. */
const HEARD: Readonly<Record<Stage, (soFar: Decision) => boolean>> = {
  validate: notDenied,
  deny: notDenied,
  allow: notDenied,
  own_check: notDenied,
  hooks: notDenied, // also about what is allowed
  classifier: nobodySpoke,
  user: asks,
};

/** Rejects only when a judge does, or on abort. */
export async function decide(asked: Asked, stages: Stages, signal: AbortSignal): Promise<Decision> {
  let soFar: Decision = { behavior: "ask", reason: "No rule speaks of it.", explicit: false, stage: "validate" };
  for (const stage of STAGES) {
    signal.throwIfAborted();
    if (!HEARD[stage](soFar)) continue;
    const opinion = await stages[stage]({ ...asked, soFar }, signal);
    if (opinion === undefined) continue;
    const said: Decision = { ...opinion, stage };
    soFar = stage === "user" ? said : join(soFar, said);
  }
  signal.throwIfAborted();
  return asks(soFar) ? unanswered(soFar, asked) : soFar;
}

/** Says how to allow it, for whoever reads the log of an unattended run. */
function unanswered(soFar: Decision, asked: Asked): Decision {
  return {
    ...soFar,
    behavior: "deny",
    explicit: true,
    stage: "user",
    reason: `${soFar.reason} Nobody is here to be asked. ${remedy(soFar, asked)}`,
  };
}

function canAcceptEdits({ call, cwd, mode }: Asked): boolean {
  const changed = call.effects.flatMap((effect) => (effect.do === "write" || effect.do === "delete" ? effect.path : []));
  return mode === "default" && changed.length > 0 && changed.every((path) => isWithin(tidy(path), tidy(cwd)));
}

function remedy(soFar: Decision, asked: Asked): string {
  if (soFar.explicit && soFar.rule) return `To allow it, change ${nameRule(soFar.rule)}, or run it where somebody can answer.`;
  if (soFar.explicit) return "Run it where somebody can answer.";
  const rule = suggestRule(asked);
  const mode = canAcceptEdits(asked) ? ", or --permission-mode acceptEdits" : "";
  if (rule !== undefined) return `To allow it: --allowedTools ${JSON.stringify(rule)}${mode}`;
  return "To allow it, split it into plain commands and allow those, or use --permission-mode bypassPermissions.";
}
