// One call, what the stages come to: they speak in their order and the strongest verdict stands, deny > ask > allow. A later stage only
// raises, but for two: the user answers an ask, and the classifier is heard only where nobody spoke.
import { STAGES, type Asked, type Decision, type Judge, type Opinion, type Stage } from "@keelson/protocol";
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

/** What a stage said, and what all have come to with it. `heard: false`: it wasn't asked. */
export type Heard = { readonly stage: Stage; readonly heard: boolean; readonly opinion: Opinion | undefined };

/** An ask that nobody answered stays an ask. `note`: told of each stage, in their order. */
export async function weigh(asked: Asked, stages: Stages, signal: AbortSignal, note?: (heard: Heard) => void): Promise<Decision> {
  let soFar: Decision = { behavior: "ask", reason: "No rule speaks of it.", explicit: false, stage: "validate" };
  for (const stage of STAGES) {
    signal.throwIfAborted();
    const heard = HEARD[stage](soFar) && !(stage === "user" && asked.mode === "dontAsk");
    const opinion = heard ? await stages[stage]({ ...asked, soFar }, signal) : undefined;
    note?.({ stage, heard, opinion });
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
