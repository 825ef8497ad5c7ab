import { APIError } from "@anthropic-ai/sdk/core/error";
import { isModelError, modelError, type ModelError, type ModelErrorCode } from "@keelson/protocol";
import { advise, redact, type Where } from "./advice.ts";
import { failureOf, oneLine, type Failure } from "./failure.ts";
import { isNetworkError, type NetworkError, type NetworkErrorCode } from "./network/network-error.ts";

/** Every way to fail becomes one of the protocol's codes, by this list: the first row that fits. Words decide only where nothing exact does. */
const ROWS: readonly { readonly code: ModelErrorCode; readonly fits: (failure: Failure) => boolean }[] = [
  { code: "spend_limit", fits: ({ status, type, cause }) => status === 402 || type === "billing_error" || SPENT.includes(cause) },
  { code: "media_too_large", fits: ({ words }) => /\b(image|audio|video|media) input is not supported/i.test(words) }, // llama.cpp: 500
  { code: "auth", fits: ({ status, type }) => status === 401 || status === 403 || AUTH.includes(type) },
  { code: "rate_limited", fits: ({ status, type }) => status === 429 || type === "rate_limit_error" },
  { code: "overloaded", fits: ({ status, type }) => status === 529 || type === "overloaded_error" },
  { code: "server", fits: ({ status = 0, type }) => status >= 500 || status === 408 || status === 409 || SERVER.includes(type) },
  { code: "invalid_request", fits: ({ cause }) => cause.startsWith("compaction_") || cause.startsWith("thread_") },
  {
    code: "spend_limit",
    fits: ({ words }) => /credit balance|usage limits?\b|spend(ing)? limit|insufficient (credit|quota|funds)/i.test(words),
  },
  { code: "context_overflow", fits: (failure) => (roomIn(failure) ?? 0) > 0 },
  { code: "media_too_large", fits: ({ words }) => MEDIA.test(words) && UNFIT.test(words) },
  { code: "prompt_too_long", fits: (failure) => TOO_LONG.test(failure.words) || failure.type === "exceed_context_size_error" },
  { code: "thinking_rejected", fits: ({ words }) => THINKING.test(words) },
  { code: "model_not_found", fits: ({ words }) => NO_MODEL.test(words) },
  { code: "prompt_too_long", fits: ({ status, type }) => status === 413 || type === "request_too_large" },
  { code: "server", fits: ({ status, type }) => status === undefined && !type.startsWith("invalid_request") && type !== "not_found_error" },
];

const SPENT = [
  "contract_spend_limit_reached",
  "enforced_spend_limit_reached",
  "linked_organization_spend_limit_reached",
  "linked_organization_billing_unavailable",
];
const AUTH = ["authentication_error", "permission_error"];
const SERVER = ["api_error", "timeout_error"];

const MEDIA = /\b(images?|pdf|document|media|multimodal)\b/i;
const UNFIT = /exceed|maximum|too (large|many|much|big)|not valid|password|could not process|is not a multimodal/i;
const TOO_LONG =
  /(prompt|input|request) (is |was )?too (long|large)|longer than the maximum|available context size|(maximum )?context (length|window|size|limit)/i;
const THINKING = /binding_mismatch|thinking`? .*\bblocks?\b|\bblock\b.*`thinking`|thinking\.signature/i;
const NO_MODEL = /^model:|\bmodel\b.*\b(not found|not exist|unknown|not available)|unknown model|no such model|invalid model/i;

/** A `ModelError` for whatever a request died of, its message one line that says what to do. */
export function classify(error: unknown, where: Where): ModelError {
  if (isModelError(error)) return error;
  if (isNetworkError(error)) return lost(error, where);
  if (error instanceof APIError) return judge(failureOf(error), where, error);
  const words = oneLine(error instanceof Error ? error.message : String(error));
  if (hasReason(error) && error.code === "ERR_INVALID_URL")
    return refuse("invalid_request", { ...NOTHING, words: "not a URL" }, where, error);
  return refuse("server", { ...NOTHING, words: `the answer can't be read (${words})` }, where, error);
}

/** Here only their reason is told, for we know more about whom we talk to. */
const PLAIN: readonly NetworkErrorCode[] = ["unreachable", "dns"];

/** There was no answer. Where it lies at the way there, the network has said already what to do. */
function lost(error: NetworkError, where: Where): ModelError {
  if (PLAIN.includes(error.code)) return refuse("network", { ...NOTHING, words: reasonOf(error) }, where, error);
  const message = redact(`Can't reach ${where.url}: ${error.message}`, where);
  return modelError(error.code === "settings" ? "invalid_request" : "network", { message, cause: error });
}

export function judge(failure: Failure, where: Where, cause?: unknown): ModelError {
  return refuse(ROWS.find(({ fits }) => fits(failure))?.code ?? "invalid_request", failure, where, cause);
}

export function refuse(code: ModelErrorCode, failure: Failure, where: Where, cause?: unknown): ModelError {
  const { retryAfterMs } = failure;
  const room = code === "context_overflow" ? roomIn(failure) : undefined;
  return modelError(code, {
    message: advise(code, failure, where),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(failure.status !== undefined && { status: failure.status }),
    ...(room !== undefined && { room }),
    ...(cause !== undefined && { cause }),
  });
}

export const NOTHING: Failure = { status: undefined, type: "", cause: "", words: "", requestId: "", retryAfterMs: undefined };

/**
 * Output tokens that fit beside the input: from "A + B > C" of the API,
 * or from a context length and a number of input tokens (vLLM, OpenRouter) where the input alone would fit.
 */
function roomIn({ words }: Failure): number | undefined {
  const sum = /(\d[\d,]*) \+ \d[\d,]* > (\d[\d,]*)/.exec(words);
  if (sum) return count(sum[2]) - count(sum[1]);
  const limit = /context (?:length|window|limit)\D{1,20}(\d[\d,]*)/i.exec(words);
  const input = /(\d[\d,]*) (?:input tokens|in the messages|of text input|of input)/i.exec(words);
  return limit && input ? count(limit[1]) - count(input[1]) : undefined;
}

const count = (digits = ""): number => Number(digits.replaceAll(",", ""));

/** The innermost name of what broke (`ECONNREFUSED`): the outer errors only say that something did. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && error.cause instanceof Error) return reasonOf(error.cause);
  return hasReason(error) ? error.code : oneLine(error instanceof Error ? error.message : String(error));
}

const hasReason = (error: unknown): error is { readonly code: string } =>
  typeof error === "object" && error !== null && "code" in error && typeof error.code === "string";
