import type { EndReason, JsonObject } from "@keelson/protocol";
import { modelFacts } from "@keelson/harness";
import { answerOf } from "./ending.ts";
import type { Open } from "./parked.ts";
import { putOffIn, usdOf, type Spent, type Tally } from "./tally.ts";
import { stopOf, usageOf, type Message } from "./wire.ts";

const SUBTYPES: Readonly<Record<EndReason, string>> = {
  completed: "success",
  max_turns: "error_max_turns",
  budget_exhausted: "error_max_budget_usd",
  structured_output_retry_exhausted: "error_max_structured_output_retries",
  malformed_tool_use_exhausted: "error_during_execution",
  aborted_streaming: "error_during_execution",
  aborted_tools: "error_during_execution",
  hook_stopped: "error_during_execution",
  stop_hook_prevented: "error_during_execution",
  tool_deferred: "error_during_execution",
  blocking_limit: "error_during_execution",
  rapid_refill_breaker: "error_during_execution",
  prompt_too_long: "error_during_execution",
  image_error: "error_during_execution",
  output_limit: "error_during_execution",
  refusal: "error_during_execution",
  model_error: "error_during_execution",
  turn_setup_failed: "error_during_execution",
};

/** `trouble`: the line on stderr; undefined when the run did what it was asked. */
export type Outcome = {
  readonly tally: Tally;
  readonly trouble: string | undefined;
  readonly ms: number;
  readonly sessionId: string;
  readonly uuid: string;
  /** Prompts that wait behind this one; undefined where there is no queue. */
  readonly queued?: number;
  /** What the run was parked for. */
  readonly deferred?: Open;
};

/** The last message of a run, and the only one of `--output-format json`. */
export function resultOf({ tally, trouble, ms, sessionId, uuid, queued, deferred }: Outcome): Message {
  const putOff = putOffIn(tally);
  return {
    type: "result",
    subtype: trouble === undefined ? SUBTYPES.completed : failure(tally.end),
    is_error: trouble !== undefined,
    duration_ms: Math.round(ms),
    duration_api_ms: Math.round(tally.apiMs),
    num_turns: tally.turns,
    ...(trouble === undefined || answerOf(tally) !== "" ? { result: answerOf(tally) } : {}),
    ...(trouble !== undefined && { errors: [trouble] }),
    stop_reason: stopOf(tally.stopReason),
    total_cost_usd: usdOf(tally),
    usage: usageOf(tally.usage),
    modelUsage: modelUsageOf(tally),
    permission_denials: tally.denials.map(({ use: { id, name, input } }) => ({ tool_name: name, tool_use_id: id, tool_input: input })),
    ...(tally.structured !== undefined && { structured_output: tally.structured }),
    ...(deferred && {
      deferred_tool_use: { id: tally.asked[deferred.id]?.callId.split("/").at(-1) ?? "", name: deferred.tool, input: deferred.input },
      deferred_ask: { ask_id: deferred.id, question: deferred.about, answer_with: deferred.command(sessionId, deferred.id) },
    }),
    ...(!deferred && putOff && { deferred_tool_use: { id: putOff.id, name: putOff.name, input: putOff.input } }),
    ...(queued !== undefined && { queued_turn_count: queued }),
    ...(tally.end !== undefined && { terminal_reason: tally.end }),
    session_id: sessionId,
    uuid,
  };
}

/** What went wrong beside a run that completed (its output could not be written) isn't a success either. */
const failure = (end: EndReason | undefined): string =>
  end === undefined || end === "completed" ? "error_during_execution" : SUBTYPES[end];

/** Of all that the session asked so far. */
export const modelUsageOf = ({ models }: Tally): JsonObject =>
  Object.fromEntries(Object.entries(models).map(([model, spent]) => [model, spentOf(model, spent)]));

function spentOf(model: string, { usage, usd }: Spent): JsonObject {
  const { window, outputLimit } = modelFacts(model);
  return {
    inputTokens: usage.input,
    outputTokens: usage.output,
    cacheReadInputTokens: usage.cacheRead,
    cacheCreationInputTokens: usage.cacheWrite5m + usage.cacheWrite1h,
    webSearchRequests: 0,
    costUSD: usd,
    contextWindow: window,
    maxOutputTokens: outputLimit,
  };
}
