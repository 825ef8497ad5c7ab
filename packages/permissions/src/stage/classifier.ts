// Stage 6. A model answers in place of the user, in mode auto alone: over an ask that nobody spoke, and only where the sandbox holds what would
// happen, or where it would only read. Elsewhere it labels the question. It is told of the call, never of a tool's result.
import type { Judge, Opinion, Pending } from "@keelson/protocol";
import { say } from "../opinion.ts";

export type Label = "safe" | "risky" | "unsure";
/** `local`: at once, without a network; undefined where it knows nothing of such a call. `ask`: a model, with the prose policy; undefined when it can't be reached. */
export type Classifying = {
  readonly local: (pending: Pending) => Label | undefined;
  readonly ask?: (pending: Pending, policy: Policy, signal: AbortSignal) => Promise<Ruling | undefined>;
  readonly policy: Policy;
};
/** `autoMode` of the settings: what the user says in words. Never from a repository. */
export type Policy = {
  readonly environment: readonly string[];
  readonly allow: readonly string[];
  readonly softDeny: readonly string[];
  readonly hardDeny: readonly string[];
};
/** `hard`: no intent of the user's lifts it. */
export type Ruling = { readonly label: Label; readonly reason: string; readonly hard?: boolean };

const IN_A_ROW = 3;
const IN_ALL = 20;

/** Counts what it blocks: after 3 in a row, or 20 in all, it says nothing more, and the user is asked again. */
export function createClassifier({ local, ask, policy }: Classifying): Judge {
  let row = 0;
  let all = 0;
  return async (pending, signal) => {
    if (pending.mode !== "auto" || row >= IN_A_ROW || all >= IN_ALL) return undefined;
    const quick = local(pending);
    const ruling: Ruling | undefined =
      quick === "safe" ? { label: quick, reason: "The classifier takes it for safe." } : await ask?.(pending, policy, signal);
    if (ruling?.label === "safe") {
      row = 0;
      return say("allow", ruling.reason);
    }
    if (ruling?.label !== "risky") return undefined;
    row += 1;
    all += 1;
    return ruling.hard ? say("deny", ruling.reason) : say("ask", ruling.reason);
  };
}

/** What a classifier may say is bounded here, whoever wrote it. `confined`: would the call run within the sandbox? */
export function bounded(judge: Judge, confined: (pending: Pending) => boolean, onlyReads: (pending: Pending) => boolean): Judge {
  return async (pending, signal): Promise<Opinion | undefined> => {
    const opinion = await judge(pending, signal);
    if (opinion?.behavior !== "allow") return opinion;
    return pending.mode === "auto" && (confined(pending) || onlyReads(pending)) ? opinion : undefined;
  };
}
