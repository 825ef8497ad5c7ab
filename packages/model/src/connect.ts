// One request, one reply: the only place that decides between silence (aborted), a failure and a whole reply.
import { modelError, type Clock, type Model, type ModelError, type ModelPart, type ModelRequest } from "@keelson/protocol";
import { Reply } from "./accumulate.ts";
import type { Where } from "./advice.ts";
import { classify, NOTHING, refuse } from "./classify.ts";
import { openClient, type Client } from "./client.ts";
import type { Dialect } from "./dialect.ts";
import { Drafts } from "./drafts.ts";
import type { Fetch } from "./network/fetch.ts";
import { openNetwork } from "./network/open-network.ts";
import { Silence } from "./stall.ts";
import { openStream } from "./stream.ts";

export type Connection = {
  readonly dialect: Dialect;
  /** Ends before `/v1`; the dialect's home when absent. */
  readonly baseUrl?: string;
  readonly apiKey?: string;
  /** A bearer token; where both are given, the key is used. */
  readonly authToken?: string;
  /** Sent with each request (`anthropic-beta`, a gateway's own). */
  readonly headers?: Readonly<Record<string, string>>;
  /** Must run in real time: where `sleep` returns at once, every reply has stalled. */
  readonly clock: Clock;
  /** Silence of the endpoint that ends a reply, in ms; Infinity for none; the dialect's when absent. */
  readonly stallMs?: number;
  /** A network's; without it, requests go straight, whatever proxy the environment names. */
  readonly fetch?: Fetch;
};

type Endpoint = {
  readonly client: Client;
  readonly drafts: Drafts;
  readonly connection: Connection;
  readonly url: string;
  readonly secrets: readonly string[];
};

/** How long an endpoint may keep the connection open behind its last word. Read to its end, the connection serves the next request. */
const FAREWELL_MS = 250;

/**
 * A client of one endpoint. One call is one HTTP request, sent again only where a kept connection was closed before it was answered.
 * What was aborted, left or given up closes its connection. Conversations may take turns or run at once: each keeps what was written of it.
 */
export function connect(connection: Connection): Model {
  const { dialect, apiKey, authToken, headers = {}, fetch = openNetwork().fetch } = connection;
  const baseUrl = connection.baseUrl ?? dialect.home ?? "";
  const key = (apiKey ?? authToken ?? "").trim();
  const client = openClient({ dialect, baseUrl, key, bearer: apiKey === undefined, headers, fetch });
  const secrets = [key, URL.parse(baseUrl)?.password ?? ""].filter((secret) => secret !== "");
  const endpoint: Endpoint = { client, drafts: new Drafts(), connection, url: withoutLogin(baseUrl), secrets };
  return (request, signal) => ask(endpoint, request, signal);
}

async function* ask(endpoint: Endpoint, request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelPart> {
  const { clock, dialect, stallMs = dialect.stallMs } = endpoint.connection;
  const where: Where = { dialect, url: endpoint.url, model: request.model, secrets: endpoint.secrets };
  if (signal.aborted) return;
  const missing = refusalOf(where);
  if (missing) throw missing;

  await using silence = new Silence(clock, stallMs, signal);
  using body = endpoint.drafts.write(request, dialect.supportsCacheControl);
  const reply = new Reply(body.callIds);
  try {
    const events = await openStream(endpoint.client, body.bytes, { where, silence });
    for await (const event of events) {
      if (signal.aborted) return;
      if (reply.whole) continue; // what follows the end means nothing
      for (const part of reply.take(event)) yield part; // not `yield*`: it awaits each part twice more
      if (reply.whole) silence.endWithin(FAREWELL_MS);
    }
    silence.ended();
  } catch (error) {
    if (!reply.whole && !silence.stalled && !signal.aborted) throw classify(error, where);
  }
  if (signal.aborted) return;
  if (!reply.whole) throw refuse(silence.stalled ? "stalled" : "stream_cut", NOTHING, where);
  yield reply.done();
}

/** What needs no request to be seen. */
function refusalOf({ url, dialect, secrets }: Where): ModelError | undefined {
  if (url === "")
    return modelError("invalid_request", { message: "No base URL is set. Set one: this dialect has no endpoint of its own." });
  if (dialect.needsKey && secrets.length === 0) return modelError("auth", { message: `No key is set for ${url}. Set ANTHROPIC_API_KEY.` });
  if (secrets.some((secret) => !/^[\x21-\x7e]+$/.test(secret)))
    return modelError("auth", { message: `The key for ${url} has a character that no key has. Copy it again.` });
  return undefined;
}

function withoutLogin(baseUrl: string): string {
  const url = URL.parse(baseUrl);
  if (!url || (url.username === "" && url.password === "")) return baseUrl.replace(/\/+$/, "");
  return `${url.origin}${url.pathname}`.replace(/\/+$/, "");
}
