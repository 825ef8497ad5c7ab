import type { EndReason } from "@keelson/protocol";

/** What the shell is told. 0 means that the work was done, and nothing else: a reason without a row here doesn't compile. */
export const EXIT: Readonly<Record<EndReason, 0 | 1>> = {
  completed: 0,
  max_turns: 1,
  budget_exhausted: 1,
  structured_output_retry_exhausted: 1,
  malformed_tool_use_exhausted: 1,
  aborted_streaming: 1,
  aborted_tools: 1,
  hook_stopped: 1,
  stop_hook_prevented: 1,
  tool_deferred: 1,
  blocking_limit: 1,
  rapid_refill_breaker: 1,
  prompt_too_long: 1,
  image_error: 1,
  output_limit: 1,
  refusal: 1,
  model_error: 1,
  turn_setup_failed: 1,
};

export const DONE = 0;
export const FAILED = 1;
/** The command line, or a file that it names, is at fault. */
export const USAGE = 2;
/** 128 and the number of the signal, as shells count. */
export const SIGNALS = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;
/** The reader of our output left: as a program that SIGPIPE ends. */
export const READER_LEFT = 141;
