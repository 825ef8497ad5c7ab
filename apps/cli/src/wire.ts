import type { DeltaKind, Json, JsonObject, ModelErrorCode, Usage } from "@keelson/protocol";
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
