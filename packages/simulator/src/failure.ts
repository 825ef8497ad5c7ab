import type { WireError } from "./reply.ts";
import { json, type Step } from "./step.ts";

/** Errors as the Messages API spells them: what a scenario leaves out follows from the status. */
export function failure(error: WireError, requestId: string): readonly Step[] {
  const known = KINDS[error.status] ?? (error.status >= 500 ? SERVER : REQUEST);
  const { type = known.type, message = known.message, details, retryAfter = error.status === 429 ? 1 : null } = error;
  const body = { type: "error", error: { type, message, ...(details && { details }) }, request_id: requestId };
  return json(error.status, requestId, body, retryAfter === null ? {} : { "retry-after": String(retryAfter) });
}

export const refused = (message: string, requestId: string): readonly Step[] => failure({ status: 400, message }, requestId);

/** The status that an error has when it comes before the stream. */
export function statusOf(type: string): number {
  return Number(Object.entries(KINDS).find(([, kind]) => kind.type === type)?.[0] ?? 500);
}

type Kind = { readonly type: string; readonly message: string };
const REQUEST: Kind = { type: "invalid_request_error", message: "Invalid request" };
const SERVER: Kind = { type: "api_error", message: "Internal server error" };

const KINDS: Readonly<Record<number, Kind>> = {
  400: REQUEST,
  401: { type: "authentication_error", message: "invalid x-api-key" },
  402: { type: "billing_error", message: "Your credit balance is too low to access the API." },
  403: { type: "permission_error", message: "Your API key does not have permission to use the specified resource." },
  404: { type: "not_found_error", message: "Not found" },
  413: { type: "request_too_large", message: "Request exceeds the maximum size" },
  429: { type: "rate_limit_error", message: "This request would exceed your rate limit. Please try again later." },
  500: SERVER,
  503: { type: "api_error", message: "Service unavailable" },
  504: { type: "timeout_error", message: "The request timed out" },
  529: { type: "overloaded_error", message: "Overloaded" },
};
