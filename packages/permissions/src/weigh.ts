// One call, what the stages come to: they speak in their order and the strongest verdict stands, deny > ask > allow. A later stage only
// raises, but for two: the user answers an ask, and the classifier is heard only where nobody spoke.
import { STAGES, type Asked, type Decision, type Judge, type Stage } from "@keelson/protocol";
import { join, nobodySpoke } from "./opinion.ts";
import type { Stages } from "./stages.ts";

const notDenied = (soFar: Decision): boolean => soFar.behavior !== "deny";
export const asks = (soFar: Decision): boolean => soFar.behavior === "ask";

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

/** An ask that nobody answered stays an ask. */
export async function weigh(asked: Asked, stages: Stages, signal: AbortSignal): Promise<Decision> {
  let soFar: Decision = { behavior: "ask", reason: "No rule speaks of it.", explicit: false, stage: "validate" };
  for (const stage of STAGES) {
    signal.throwIfAborted();
    if (!HEARD[stage](soFar) || (stage === "user" && asked.mode === "dontAsk")) continue;
    const opinion = await stages[stage]({ ...asked, soFar }, signal);
    if (opinion === undefined) continue;
    const said: Decision = { ...opinion, stage };
    soFar = stage === "user" ? said : join(soFar, said);
  }
  signal.throwIfAborted();
  return soFar;
}

/** Would the rules and the mode allow it? Asks nobody: hooks, the classifier and the user aren't heard. */
export async function wouldAllow(asked: Asked, stages: Stages, signal: AbortSignal): Promise<boolean> {
  const alone: Stages = { ...stages, hooks: silent, classifier: silent, user: silent };
  return (await weigh(asked, alone, signal)).behavior === "allow";
}

const silent: Judge = async () => undefined;
