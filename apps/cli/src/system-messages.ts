import type { Decision, Event } from "@keelson/protocol";
import { changedLine } from "./change-line.ts";
import { TRIES } from "./recovery-line.ts";
import type { Call } from "./speaker.ts";
import { retryOf, type Message } from "./wire.ts";

/** What isn't said by the model or a tool: `system` messages, one for each event that a program may want to know. */
type Of<Type extends Event["type"]> = Extract<Event, { type: Type }>;

export const statusMessage = (permissionMode: string): Message => ({ type: "system", subtype: "status", status: null, permissionMode });

/** No end is no number, and the field wants one: the largest that every reader takes. */
const ENDLESS = 2 ** 31 - 1;

export function retryMessage({ because, attempt, waitMs, status }: Of<"recovery.attempted">, unattended: boolean): Message {
  const most = unattended ? ENDLESS : TRIES;
  return {
    type: "system",
    subtype: "api_retry",
    attempt,
    max_retries: most,
    retry_delay_ms: Math.round(waitMs),
    ...retryOf(because),
    ...(status !== undefined && { error_status: status }),
  };
}

/** A summary in place of what was said. Smaller edits of the context are nobody's business. */
export function compactMessages({ edits, tokensBefore, tokensAfter }: Of<"context.edited">): readonly Message[] {
  if (!edits.some(({ op }) => op === "fold")) return [];
  const metadata = { trigger: "auto", pre_tokens: tokensBefore ?? 0, ...(tokensAfter !== undefined && { post_tokens: tokensAfter }) };
  return [{ type: "system", subtype: "compact_boundary", compact_metadata: metadata }];
}

export function deniedMessage({ callId, decision }: Of<"call.judged">, call: Call | undefined): Message {
  return {
    type: "system",
    subtype: "permission_denied",
    tool_name: call?.name ?? "",
    tool_use_id: callId,
    decision_reason_type: reasonTypeOf(decision),
    decision_reason: decision.reason,
    message: decision.reason,
  };
}

/** Why it was asked or denied, as a word that programs decide by. An explicit word without a rule is a safety check's. */
export function reasonTypeOf({ rule, explicit, stage }: Pick<Decision, "rule" | "explicit"> & Partial<Pick<Decision, "stage">>): string {
  if (rule) return "rule";
  if (stage === "hooks") return "hook";
  if (stage === "classifier") return "classifier";
  if (stage === "user") return "other";
  return explicit ? "safetyCheck" : "mode";
}

/** An error stands in the result; here it would be told twice. */
export function informational({ severity, text }: Of<"notice.raised">): readonly Message[] {
  return severity === "error"
    ? []
    : [{ type: "system", subtype: "informational", content: text, level: severity === "info" ? "notice" : severity }];
}

export const changedMessage = (event: Of<"catalog.changed">): Message => ({
  type: "system",
  subtype: "informational",
  content: changedLine(event),
  level: "notice",
});

export function progressMessage(callId: string, { name, started }: Call, at: number): Message {
  return { type: "tool_progress", tool_use_id: callId, tool_name: name, elapsed_time_seconds: Math.round((at - started) / 1_000) };
}
