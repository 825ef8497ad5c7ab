import { MODEL_ERROR_CODES, type Event, type ModelErrorCode } from "@keelson/protocol";
import { visible } from "./clean.ts";

const WHAT: Readonly<Record<ModelErrorCode, string>> = {
  rate_limited: "the rate limit is reached",
  overloaded: "the model is overloaded",
  server: "the model's server failed",
  network: "the model can't be reached",
  stream_cut: "the answer was cut",
  stalled: "the model fell silent",
  prompt_too_long: "the conversation is too long for the model",
  context_overflow: "the answer doesn't fit behind the conversation",
  media_too_large: "an image is too large",
  thinking_rejected: "the model refused its earlier thoughts",
  model_not_found: "the model isn't known",
  auth: "the key was refused",
  spend_limit: "the spending limit is reached",
  invalid_request: "the request was refused",
};
/** An attended run's, for each kind of failure. */
export const TRIES = 3;

/** What went wrong with the model, and what happens about it. */
export function waitingLine({ because, attempt, waitMs }: Extract<Event, { type: "recovery.attempted" }>): string {
  const what = causeOf(because);
  const of = attempt <= TRIES ? ` (${attempt}/${TRIES})` : ` (${attempt})`;
  return waitMs > 0 ? `${what}, next try in ${seconds(waitMs)}${of}` : `${what}, another way is tried`;
}

export function causeOf(because: string): string {
  const code = MODEL_ERROR_CODES.find((each) => each === because);
  return code === undefined ? visible(because) : WHAT[code];
}

/** `0.5 s`, `12 s`, `3 min 20 s`. */
export function seconds(ms: number): string {
  const whole = Math.round(ms / 1_000);
  if (ms < 9_950) return `${Number((ms / 1_000).toFixed(1))} s`;
  return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${whole % 60} s`;
}
