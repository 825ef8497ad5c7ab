// The one rule that would allow a call, as text, and given only if it holds. Where more than one is needed there is none: see approval.ts.
import type { Asked } from "@keelson/protocol";
import { proposeRules } from "./approval.ts";
import type { Stages } from "./stages.ts";

/** Asks no hook and no user. */
export async function suggestRule(asked: Asked, stages: Stages, signal: AbortSignal): Promise<string | undefined> {
  const [only, ...others] = await proposeRules(asked, stages, signal);
  return others.length === 0 ? only : undefined;
}
