import { END_REASONS, type EndReason, type JsonObject } from "@keelson/protocol";
import type { Tally } from "./tally.ts";

/** Why a run ended, in words for the person; the reason of the last error says more where there is one. */
export const ENDINGS: Readonly<Record<EndReason, string>> = {
  completed: "Done.",
  max_turns: "Stopped at the limit of turns (--max-turns).",
  budget_exhausted: "Stopped at a budget.",
  structured_output_retry_exhausted: "The model didn't give an answer of the asked shape.",
  malformed_tool_use_exhausted: "The model kept sending calls that can't be read. Try another model (--model).",
  aborted_streaming: "Interrupted.",
  aborted_tools: "Interrupted while tools ran.",
  hook_stopped: "A hook stopped the run.",
  stop_hook_prevented: "A hook stopped the run.",
  tool_deferred: "A call waits for an answer from outside.",
  blocking_limit: "The conversation fills the model's context. Start a new one, or take a model with a larger window.",
  rapid_refill_breaker: "The conversation fills the model's context again and again. Start a new one with a smaller task.",
  prompt_too_long: "The conversation is longer than the model takes. Start a new one, or take a model with a larger window.",
  image_error: "The model refused an image: it is too large.",
  output_limit: "The answer was cut at the model's output limit.",
  refusal: "The model declined to answer.",
  model_error: "The model can't be asked.",
  turn_setup_failed: "The request couldn't be prepared.",
};

/** By which budget a run was stopped, and how it goes on. */
const BUDGETS: Readonly<Record<string, { readonly words: string; readonly more: string }>> = {
  usd: { words: "Stopped at the budget (--max-budget-usd).", more: "--max-budget-usd and a larger amount" },
  tokens: { words: "Stopped at the budget of tokens (keel.maxTokens of the settings).", more: "a larger keel.maxTokens" },
  calls: { words: "Stopped at the budget of calls (keel.maxCalls of the settings).", more: "a larger keel.maxCalls" },
  ms: { words: "Stopped at the budget of minutes (keel.maxMinutes of the settings).", more: "a larger keel.maxMinutes" },
};

/** In words how a run ended. `bound`: the budget that was used up. */
export const endingOf = (end: EndReason, bound?: string): string =>
  (end === "budget_exhausted" ? BUDGETS[bound ?? ""]?.words : undefined) ?? ENDINGS[end];

/** What a session needs to go on with this end, beside its id; undefined where nothing. */
export const neededFor = ({ end, bound }: Pick<Tally, "end" | "bound">): string | undefined =>
  end === "budget_exhausted" ? BUDGETS[bound ?? ""]?.more : undefined;

/** One line. What a run with this end has to say for itself on stderr; undefined when it did what it was asked, and that is saved. */
export function troubleOf(tally: Pick<Tally, "end" | "bound" | "errors" | "stopDetails" | "unsaved">): string | undefined {
  return withLoss(wrongIn(tally), tally);
}

/** What isn't on disk is said behind whatever else is wrong. */
export const withLoss = (trouble: string | undefined, { unsaved }: Pick<Tally, "unsaved">): string | undefined =>
  unsaved === undefined ? trouble : [trouble ?? [], unsaved].flat().join(" ");

function wrongIn({ end, bound, errors, stopDetails }: Pick<Tally, "end" | "bound" | "errors" | "stopDetails">): string | undefined {
  if (end === "completed") return undefined;
  const told = SAID_BEFORE.includes(end ?? "model_error") ? errors.at(-1) : undefined;
  const words =
    told ?? (end === undefined ? "The run broke off without an end." : endingOf(end, bound) + (end === "refusal" ? why(stopDetails) : ""));
  return words.replaceAll(/\s*[\r\n]+\s*/g, " ");
}

/** What the endpoint says about a refusal, in its words. */
function why(details: JsonObject | undefined): string {
  const said = ["category", "explanation"].flatMap((key) => (typeof details?.[key] === "string" ? [details[key]] : []));
  return said.length === 0 ? "" : ` (${said.join(": ")})`;
}

/** Ends that a notice explains. Behind an abort or a limit, an older notice would lie about the reason. */
const SAID_BEFORE: readonly EndReason[] = END_REASONS.filter(
  (reason) => !["completed", "max_turns", "budget_exhausted", "aborted_streaming", "aborted_tools"].includes(reason),
);

/** What may be taken for the answer. Before any other end, the last words are a remark between two calls. */
export const answerOf = ({ end, answer }: Pick<Tally, "end" | "answer">): string => (ANSWERED.includes(end ?? "model_error") ? answer : "");
const ANSWERED: readonly EndReason[] = ["completed", "output_limit", "refusal"];

/** The work isn't done, and a next prompt can take it up where it is. */
export const CAN_GO_ON: readonly EndReason[] = ["max_turns", "budget_exhausted", "aborted_streaming", "aborted_tools", "tool_deferred"];
