/** Why a run ended (names of the public SDK's `terminal_reason` where the meaning is the same). */
export const END_REASONS = [
  "completed",
  "max_turns",
  "budget_exhausted",
  "structured_output_retry_exhausted",
  "malformed_tool_use_exhausted",
  "aborted_streaming",
  "aborted_tools",
  "hook_stopped",
  "stop_hook_prevented",
  "tool_deferred",
  "blocking_limit",
  "rapid_refill_breaker",
  "prompt_too_long",
  "image_error",
  "output_limit",
  "refusal",
  "model_error",
  "turn_setup_failed",
] as const;
export type EndReason = (typeof END_REASONS)[number];

/** Why the loop asked the model once more. */
export const CONTINUE_REASONS = [
  "prompt",
  "resumed",
  "tool_results",
  "salvaged",
  "retry",
  "fallback_model",
  "collapse_drained",
  "compacted",
  "output_recomputed",
  "output_escalated",
  "output_resumed",
  "thinking_stripped",
  "media_stripped",
  "structured_retry",
  "malformed_retry",
  "stop_hook",
  "pause_turn",
  "steered",
] as const;
export type ContinueReason = (typeof CONTINUE_REASONS)[number];
