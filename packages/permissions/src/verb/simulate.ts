// What other rules would have said of the calls that a log holds: each is judged again, and those that would come out otherwise are given.
import type { Asked, Behavior } from "@keelson/protocol";
import type { Stages } from "../stages.ts";
import { explain } from "./explain.ts";

/** `was`: what was decided then, by the stages or by the user. */
export type Past = { readonly id: string; readonly asked: Asked; readonly was: Behavior };
export type Change = {
  readonly id: string;
  readonly tool: string;
  readonly was: Behavior;
  readonly now: Behavior;
  readonly reason: string;
};

/** In the order of the log. Hooks, the classifier and the user are heard as the stages have them; hand in silent ones. */
export async function* simulate(past: AsyncIterable<Past> | Iterable<Past>, stages: Stages, signal: AbortSignal): AsyncGenerator<Change> {
  for await (const { id, asked, was } of past) {
    const { decision } = await explain(asked, stages, signal);
    if (decision.behavior !== was) yield { id, tool: asked.tool, was, now: decision.behavior, reason: decision.reason };
  }
}
