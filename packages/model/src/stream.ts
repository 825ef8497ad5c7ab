import { APIError } from "@anthropic-ai/sdk/core/error";
import { Stream } from "@anthropic-ai/sdk/core/streaming";
import { isModelError, type ModelError } from "@keelson/protocol";
import type { Where } from "./advice.ts";
import { judge, NOTHING, refuse } from "./classify.ts";
import type { Client } from "./client.ts";
import { failureIn, oneLine } from "./failure.ts";
import type { FetchResponse } from "./network/fetch.ts";
import type { Silence } from "./stall.ts";
import { isObject } from "./wire.ts";

/** Far more than any model may write; an endpoint that goes on beyond it is broken. */
const MOST_BYTES = 64 * 1024 * 1024;

/** The events of one reply. Rejects, and ends, with what the SDK or `fetch` throws, or with a `ModelError` where only this place can tell. */
export async function openStream(
  client: Client,
  body: Uint8Array<ArrayBuffer>,
  { where, silence }: { readonly where: Where; readonly silence: Silence },
): Promise<AsyncIterable<unknown>> {
  const response = await client.ask(body, silence.signal);
  silence.begins();
  if (!response.ok) throw await refusal(response);
  const kind = response.headers.get("content-type") ?? "";
  if (/html|json/i.test(kind) || !response.body) throw await misanswered(response, where);
  // The SDK swallows pings, and a cut looks to it like any other error.
  const chunks = silence.listen(unbroken(response.body, where));
  return Stream.fromSSEResponse({ headers: response.headers, body: chunks } as unknown as Response, new AbortController(), client.sdk);
}

/** As the SDK itself says it. */
async function refusal(response: FetchResponse): Promise<APIError> {
  const words = await response.text();
  const body = parsed(words);
  const headers = response.headers as unknown as Headers; // the SDK only reads them
  return APIError.generate(response.status, isObject(body) ? body : undefined, isObject(body) ? undefined : words, headers);
}

async function* unbroken(chunks: AsyncIterable<Uint8Array>, where: Where): AsyncGenerator<Uint8Array> {
  let received = 0;
  try {
    for await (const chunk of chunks) {
      received += chunk.length;
      if (received > MOST_BYTES) throw refuse("invalid_request", { ...NOTHING, words: "its reply is over 64 MB and goes on" }, where);
      yield chunk;
    }
  } catch (error) {
    if (isModelError(error)) throw error;
    throw error instanceof Error && error.name === "AbortError" ? error : refuse("stream_cut", NOTHING, where, error);
  }
}

/** Status 200, and not a stream: a proxy's page, a server that doesn't stream, an error that forgot its status. */
async function misanswered(response: FetchResponse, where: Where): Promise<ModelError> {
  const words = await response.text();
  const body = parsed(words);
  if (isObject(body) && "error" in body) return judge(failureIn(body), where);
  const what = isObject(body)
    ? "it answers with JSON instead of a stream"
    : `it answers with a web page instead of a stream: ${oneLine(words)}`;
  return refuse("invalid_request", { ...NOTHING, words: what }, where);
}

function parsed(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch {
    return undefined;
  }
}
