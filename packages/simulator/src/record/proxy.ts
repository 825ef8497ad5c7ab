import type { SeenRequest } from "../script.ts";
import { maskDeltas } from "./deltas.ts";
import { mask } from "./mask.ts";
import { spellChunk, type Chunk } from "./recording.ts";

/** A request on its way to the real endpoint, and what its answer is to the client and to the file. */
type Sent = { readonly seen: SeenRequest; readonly signal: AbortSignal; readonly send: typeof fetch };
export type Heard = { readonly ms: number; readonly bytes: Buffer };

/** What a `fetch` answers; its class may be another than ours. */
export type Answered = { readonly ok: true; readonly response: Response } | { readonly ok: false; readonly why: string };

/** A redirect is the client's business: followed here, it would carry its key elsewhere. */
export async function ask(url: string, { seen, signal, send }: Sent): Promise<Answered> {
  const headers = Object.fromEntries(Object.entries(seen.headers).filter(([name]) => !OF_A_REQUEST.includes(name)));
  const { method, text } = seen;
  try {
    const response = await send(url, {
      method,
      headers: { ...headers, "accept-encoding": "identity" },
      signal,
      redirect: "manual",
      ...(text !== "" && { body: text }),
    });
    return { ok: true, response };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return { ok: false, why: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** As they came, but for what belongs to the other connection; `fetch` has unpacked what was packed. */
export function passedHeaders({ headers }: Response): Readonly<Record<string, string>> {
  const gone = [...OF_THE_CONNECTION, ...(headers.has("content-encoding") ? ["content-encoding", "content-length"] : [])];
  return Object.fromEntries([...headers].filter(([name]) => !gone.includes(name)));
}

/** Those that a client acts on, and no other: the rest says who asked. */
export function keptHeaders(response: Response): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(passedHeaders(response)).filter(([name]) => KEPT.includes(name) || name.startsWith("anthropic-ratelimit-")),
  );
}

const KEPT = ["content-type", "content-length", "cache-control", "date", "request-id", "retry-after", "retry-after-ms", "x-should-retry"];
const OF_THE_CONNECTION = ["connection", "keep-alive", "transfer-encoding", "te", "trailer", "upgrade", "proxy-connection"];
const OF_A_REQUEST = [...OF_THE_CONNECTION, "host", "content-length", "accept-encoding", "expect", "proxy-authorization"];

/** The chunks without secrets, each as long as it was. */
export function hidden(heard: readonly Heard[], own: readonly string[]): readonly Chunk[] {
  const text = Buffer.concat(heard.map(({ bytes }) => bytes)).toString("latin1");
  const masked = Buffer.from(maskDeltas(mask(text, own), own), "latin1");
  let at = 0;
  return heard.map(({ ms, bytes }) => spellChunk(ms, masked.subarray(at, (at += bytes.length))));
}

export function withoutLogin(url: string): string {
  const { username = "", password = "", origin = url, pathname = "" } = URL.parse(url) ?? {};
  return username === "" && password === "" ? url : `${origin}${pathname}`.replace(/\/+$/, "");
}
