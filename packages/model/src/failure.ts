import { APIError } from "@anthropic-ai/sdk/core/error";
import type { Json, JsonObject } from "@keelson/protocol";
import { objectIn, textIn } from "./wire.ts";

/** What an endpoint said when it failed, read alike from every server's way to put it. `status` is undefined in the middle of a stream. */
export type Failure = {
  readonly status: number | undefined;
  readonly type: string;
  /** The stable name of the cause, where there is one. */
  readonly cause: string;
  /** One line, possibly empty. */
  readonly words: string;
  readonly requestId: string;
  readonly retryAfterMs: number | undefined;
};

const MOST_WORDS = 400; // letters

export function failureOf(error: APIError): Failure {
  const body = objectIn(error.error);
  const inner = objectIn(body["error"]);
  return {
    status: error.status,
    type: textIn(inner["type"]) || textIn(body["type"]) || (error.type ?? ""),
    cause: error.errorCode ?? "",
    words: oneLine(error.headers?.get("location") ?? (wordsIn(body, inner) || wordsOf(error))),
    requestId: error.requestID ?? "",
    retryAfterMs: error.headers && retryAfter(error.headers),
  };
}

/** The same for a body that came with status 200. */
export function failureIn(body: JsonObject): Failure {
  const inner = objectIn(body["error"]);
  return {
    status: undefined,
    type: textIn(inner["type"]),
    cause: "",
    words: oneLine(wordsIn(body, inner)),
    requestId: "",
    retryAfterMs: undefined,
  };
}

/**
 * Milliseconds. `retry-after` comes as seconds or as a date; a date is read against the answer's own clock, which ours needn't agree with.
 * A time that is over says nothing.
 */
export function retryAfter(headers: Pick<Headers, "get">): number | undefined {
  const seconds = headers.get("retry-after");
  const ms = [
    Number.parseFloat(headers.get("retry-after-ms") ?? ""),
    seconds !== null && /^\s*[\d.]+\s*$/.test(seconds) ? Number.parseFloat(seconds) * 1_000 : Number.NaN,
    Date.parse(seconds ?? "") - Date.parse(headers.get("date") ?? ""),
  ].find((value) => value > 0);
  return ms === undefined ? undefined : Math.ceil(ms);
}

/** On one line, without tags, at most 400 letters. */
export function oneLine(words: string): string {
  const plain = /^\s*</.test(words) ? (/<title>([^<]*)<\/title>/i.exec(words)?.[1] ?? "") : words;
  const line = plain.replaceAll(/\s+/g, " ").trim();
  return line.length <= MOST_WORDS ? line : `${line.slice(0, MOST_WORDS)}…`;
}

/** `{error: {message}}` of the API, `{error: "…"}`, `{message: "…"}`, and FastAPI's `{detail: …}`. */
function wordsIn(body: JsonObject, inner: JsonObject): string {
  const said = [inner["message"], body["error"], body["message"], body["detail"]].map(spelled);
  return said.find((words) => words !== "") ?? "";
}

const spelled = (value: Json | undefined): string => textIn(value) || (Array.isArray(value) ? JSON.stringify(value) : "");

/** A body that isn't JSON stands behind the status; in the middle of a stream it stands alone. */
function wordsOf(error: APIError): string {
  if (typeof error.error === "string") return error.error;
  const words = error.message.replace(/^\d{3} /, "");
  return error.error !== undefined || words === "status code (no body)" ? "" : words;
}
