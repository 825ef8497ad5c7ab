import type { Block, DeltaKind, Json, JsonObject, ModelErrorCode, Usage } from "@keelson/protocol";
import { MODEL_ERROR_CODES } from "@keelson/protocol";

/** Words of the Messages API and of the public SDKs for what ours are called. */
export type Message = JsonObject & { readonly type: string };

export const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

export function usageOf({ input, output, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): JsonObject {
  return {
    input_tokens: input,
    output_tokens: output,
    cache_read_input_tokens: cacheRead,
    cache_creation_input_tokens: cacheWrite5m + cacheWrite1h,
    cache_creation: { ephemeral_5m_input_tokens: cacheWrite5m, ephemeral_1h_input_tokens: cacheWrite1h },
  };
}

export const DELTAS: Readonly<Record<DeltaKind, (delta: string) => JsonObject>> = {
  text: (text) => ({ type: "text_delta", text }),
  thinking: (thinking) => ({ type: "thinking_delta", thinking }),
  input: (json) => ({ type: "input_json_delta", partial_json: json }),
  signature: (signature) => ({ type: "signature_delta", signature }),
};

/** A reply that was cut has no stop reason of the model's: `salvaged` and `aborted` are ours. */
export const stopOf = (reason: string | undefined): Json =>
  reason === undefined || ["salvaged", "aborted"].includes(reason) ? null : reason;

type Retry = { readonly error_status: number | null; readonly error: string };
const RETRIES: Readonly<Record<ModelErrorCode, Retry>> = {
  rate_limited: { error_status: 429, error: "rate_limit" },
  overloaded: { error_status: 529, error: "overloaded" },
  server: { error_status: 500, error: "server_error" },
  network: { error_status: null, error: "unknown" },
  stream_cut: { error_status: null, error: "unknown" },
  stalled: { error_status: null, error: "unknown" },
  prompt_too_long: { error_status: 400, error: "invalid_request" },
  context_overflow: { error_status: 400, error: "invalid_request" },
  media_too_large: { error_status: 413, error: "invalid_request" },
  thinking_rejected: { error_status: 400, error: "invalid_request" },
  model_not_found: { error_status: 404, error: "model_not_found" },
  auth: { error_status: 401, error: "authentication_failed" },
  spend_limit: { error_status: 402, error: "billing_error" },
  invalid_request: { error_status: 400, error: "invalid_request" },
};

export function retryOf(because: string): Retry {
  const code = MODEL_ERROR_CODES.find((each) => each === because);
  return code === undefined ? { error_status: null, error: "unknown" } : RETRIES[code];
}

/** Under which name a program learns why the model can't be asked; undefined for what isn't the model's. */
export function errorOf(code: string): string | undefined {
  if (code === "output_limit") return "max_output_tokens";
  return MODEL_ERROR_CODES.some((each) => each === code) ? retryOf(code).error : undefined;
}

/** Readers of thinking want its signature, and not every endpoint signs. */
export function readable(block: Block): Block {
  return block.type === "thinking" && typeof block["signature"] !== "string" ? { ...block, signature: "" } : block;
}

/** Characters of one line: readers that collect lines have a buffer of 1 MB. */
const LONGEST_LINE = 1_000_000;
/** Characters of one text in a message that doesn't fit otherwise. */
const LONGEST_TEXT = 20_000;

/** Messages as lines. One that is too long loses what is for people only, then the ends of its texts. */
export function lines(messages: readonly Message[]): string {
  return messages.map((message) => `${fitting(message)}\n`).join("");
}

function fitting(message: Message): string {
  const whole = JSON.stringify(message);
  if (whole.length <= LONGEST_LINE) return whole;
  const { tool_use_result: _, ...bare } = message;
  const without = JSON.stringify(bare);
  return without.length <= LONGEST_LINE ? without : JSON.stringify(bare, (_key, value: unknown) => shortened(value));
}

function shortened(value: unknown): unknown {
  if (typeof value !== "string" || value.length <= LONGEST_TEXT) return value;
  return `${value.slice(0, LONGEST_TEXT)}… [${value.length - LONGEST_TEXT} more characters]`;
}
