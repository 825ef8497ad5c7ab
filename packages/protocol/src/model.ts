import { hasCode } from "./coded.ts";
import type { Block, JsonObject, Message, Usage } from "./message.ts";

/** The loop owns `model`, `messages` and `maxTokens`; `body` is the rest (tools, system, thinking, speed, …), as the endpoint spells it. */
export type ModelRequest = {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly maxTokens: number;
  readonly body: JsonObject;
};

/** One streamed reply: `started` first, `done` last. A stream that ends without `done` was cut. `messageId` is new for each reply. */
export type ModelPart =
  | { readonly type: "started"; readonly messageId: string; readonly usage: Usage }
  | { readonly type: "block.started"; readonly index: number; readonly block: Block }
  /** `malformed`: what the model wrote where a tool's input should be, when it is not JSON; the block's input is empty then. */
  | { readonly type: "block.completed"; readonly index: number; readonly block: Block; readonly malformed?: string }
  | { readonly type: "delta"; readonly index: number; readonly kind: DeltaKind; readonly delta: string }
  /** `details`: what the endpoint says about the stop, as it says it (why it refused). */
  | { readonly type: "done"; readonly stopReason: string; readonly usage: Usage; readonly details?: JsonObject };
export type DeltaKind = "text" | "thinking" | "input" | "signature";
/** Fails with a `ModelError`, and with nothing else unless aborted; an abort may also end it in silence. It never tries again by itself. */
export type Model = (request: ModelRequest, signal: AbortSignal) => AsyncIterable<ModelPart>;

export type StopReason =
  | "end_turn"
  | "tool_use"
  | "max_tokens"
  | "stop_sequence"
  | "pause_turn"
  | "refusal"
  | "model_context_window_exceeded"
  | "compaction";
export const MODEL_ERROR_CODES = [
  "rate_limited",
  "overloaded",
  "server",
  "network",
  "stream_cut",
  "stalled",
  "prompt_too_long",
  "context_overflow",
  "media_too_large",
  "thinking_rejected",
  "model_not_found",
  "auth",
  "spend_limit",
  "invalid_request",
] as const;
export type ModelErrorCode = (typeof MODEL_ERROR_CODES)[number];

/** `room`: output tokens that still fit beside the input (`context_overflow`). */
export type ModelError = Error & { readonly code: ModelErrorCode } & Facts;
/** `status`: of the answer, where there was one. */
type Facts = { readonly retryAfterMs?: number; readonly room?: number; readonly status?: number };

export function modelError(code: ModelErrorCode, facts: Facts & { readonly message?: string; readonly cause?: unknown } = {}): ModelError {
  const { message = code, cause, ...rest } = facts;
  return Object.assign(new Error(message, { cause }), { code, ...rest });
}

export function isModelError(error: unknown): error is ModelError {
  return hasCode(error, MODEL_ERROR_CODES);
}
