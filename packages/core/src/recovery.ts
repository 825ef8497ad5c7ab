import { type EndReason, type ModelError, type ModelErrorCode, RESCUES } from "@keelson/protocol";
import type { Run, Step } from "./step.ts";

const TRIES = 3;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5 * 60_000;
const SHORT_RETRY_AFTER_MS = 20_000;
const SLOW_FOR_MS = 30 * 60_000;

type Rule = (error: ModelError, run: Run) => Step;

/** One row per way to fail. An error is shown only when its row says `end`. */
export const RECOVERY: Readonly<Record<ModelErrorCode, Rule>> = {
  rate_limited: obeyOrSlowDown,
  overloaded: fallbackOrWait,
  server: fallbackOrWait,
  network: wait,
  stream_cut: wait,
  stalled: wait,
  prompt_too_long: rescue,
  context_overflow: (error, run) =>
    error.room && error.room < run.state.maxOutputTokens ? { do: "cap_output", tokens: error.room } : rescue(error, run),
  media_too_large: once({ do: "strip", what: "media" }, "image_error"),
  thinking_rejected: once({ do: "strip", what: "thinking" }, "model_error"),
  model_not_found: (_, run) => fallback(run) ?? end("model_error"),
  auth: () => end("model_error"),
  spend_limit: () => end("model_error"),
  invalid_request: () => end("model_error"),
};

function obeyOrSlowDown(error: ModelError, run: Run): Step {
  const { options, ports, state } = run;
  const long = (error.retryAfterMs ?? 0) >= SHORT_RETRY_AFTER_MS;
  if (long && options.fast && ports.clock.now() >= state.slowUntil) return { do: "wait", ms: 0, slowForMs: SLOW_FOR_MS };
  return wait(error, run);
}

function fallbackOrWait(error: ModelError, run: Run): Step {
  const failures = tried(run, "server") + tried(run, "overloaded") + 1;
  return (failures >= TRIES ? fallback(run) : undefined) ?? wait(error, run);
}

function wait(error: ModelError, run: Run): Step {
  const before = tried(run, error.code);
  if (before >= TRIES && !run.options.unattended) return end("model_error");
  const jitter = 0.75 + run.ports.clock.random() / 2; // ± 25 %
  const ms = error.retryAfterMs ?? Math.min(FIRST_WAIT_MS * 2 ** before * jitter, LONGEST_WAIT_MS);
  return { do: "wait", ms: run.options.unattended ? Math.min(ms, LONGEST_WAIT_MS) : ms };
}

function rescue(error: ModelError, { state }: Run): Step {
  const how = RESCUES[state.rescues];
  return how ? { do: "rescue", how, error } : end("prompt_too_long");
}

function fallback({ options, state }: Run): Step | undefined {
  const model = options.models[options.models.indexOf(state.model) + 1];
  return model === undefined ? undefined : { do: "fallback", model };
}

function once(step: Step, otherwise: EndReason): Rule {
  return (error, run) => (tried(run, error.code) === 0 ? step : end(otherwise));
}

export const tried = ({ state }: Run, code: ModelErrorCode): number => state.tries[code] ?? 0;
const end = (reason: EndReason): Step => ({ do: "end", reason });
