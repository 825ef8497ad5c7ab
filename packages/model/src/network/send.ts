// One request over `node:http` or `node:https`. It touches neither the global `fetch` nor `Headers`: any of them costs a start 33 ms.
import type { ClientRequest, RequestOptions } from "node:http";
import { answer } from "./answer.ts";
import type { FetchInit, FetchResponse } from "./fetch.ts";
import { networkError, reasonOf, type NetworkError } from "./network-error.ts";
import { Phases, type Limits } from "./phases.ts";

/** How a request goes out: straight, or by a proxy. */
export type Route = {
  /** Whom it goes to, for people. */
  readonly whom: string;
  /** The connection begins with a handshake. */
  readonly secure: boolean;
  /** Sent beside the request's own headers. */
  readonly headers: Readonly<Record<string, string>>;
  readonly open: (options: Opening) => ClientRequest;
  /** What it broke of before there was an answer. */
  readonly explain: (error: unknown) => NetworkError;
  /** An answer that is the way's, and not from whom it was to come. */
  readonly refused: (status: number) => NetworkError | undefined;
};
/** `left` is aborted when the request is over: whatever its connection still waits for is given up. */
export type Opening = RequestOptions & { readonly left: AbortSignal; readonly addresses?: readonly string[] };

export type Order = {
  readonly url: URL;
  readonly init: FetchInit;
  readonly route: Route;
  readonly limits: Limits;
  /** Ends each request that is under way. */
  readonly ends: Set<(why: unknown) => void>;
};
type Sent = { readonly response: FetchResponse } | { readonly error: unknown; readonly stale: boolean };

const REPEATABLE = ["GET", "HEAD", "OPTIONS", "PUT", "DELETE"];
const MOST_TRIES = 4; // several kept connections may be closed at once
/** What a kept connection dies of when the other side has closed it meanwhile. */
const STALE = ["ECONNRESET", "EPIPE"];

/** Without a reason an abort would make an error of its own, which nobody looks at. */
const OVER = "over";
/** Without an encoding the bytes of a stream come as they are written. */
const DEFAULTS = { accept: "*/*", "accept-encoding": "identity" };

/** Rejects with a `NetworkError`, or with the signal's reason. */
export async function send(order: Order): Promise<FetchResponse> {
  const { method = "GET", replay = REPEATABLE.includes(method) } = order.init;
  for (let left = replay ? MOST_TRIES : 1; ; left--) {
    const sent = await once(order, method);
    if ("response" in sent) return sent.response;
    if (!sent.stale || left === 1) throw sent.error;
  }
}

function once({ url, init, route, limits, ends }: Order, method: string): Promise<Sent> {
  const { body, signal, addresses } = init;
  return new Promise((resolve) => {
    if (signal?.aborted) return resolve({ error: signal.reason, stale: false });
    const left = new AbortController();
    const request = route.open({
      method,
      headers: { ...DEFAULTS, ...named(init.headers), ...route.headers },
      left: left.signal,
      ...(addresses && { addresses }),
    });
    let ended: { readonly why: unknown } | undefined;
    const end = (why: unknown): void => {
      ended = { why };
      over();
      request.destroy();
      resolve({ error: why, stale: false });
    };
    const abort = (): void => end(signal?.reason);
    const phases = new Phases(route.whom, limits, end);
    const over = (): void => {
      phases.leave();
      left.abort(OVER);
      ends.delete(end);
      signal?.removeEventListener("abort", abort);
    };
    ends.add(end);
    signal?.addEventListener("abort", abort);
    phases.enter("connect");
    request.once("socket", (socket) => {
      if (request.reusedSocket) phases.enter("headers");
      else socket.once(route.secure ? "secureConnect" : "connect", () => phases.enter("headers"));
    });
    request.on("error", (error) => {
      over();
      resolve({ error: route.explain(error), stale: request.reusedSocket && STALE.includes(reasonOf(error)) });
    });
    request.once("response", (incoming) => {
      phases.leave();
      incoming.once("close", over);
      const refusal = route.refused(incoming.statusCode ?? 0);
      if (refusal) return end(refusal);
      const cut = (error: unknown): NetworkError =>
        networkError("cut", `The connection to ${route.whom} broke in the middle of the answer. Try again.`, error);
      resolve({ response: answer(incoming, { url, method, phases, whyEnded: (error) => (ended ? ended.why : cut(error)) }) });
    });
    request.end(body ?? undefined);
  });
}

/** By names in lower case, so that a name given twice is one. */
function named(headers: FetchInit["headers"] = {}): Readonly<Record<string, string>> {
  const pairs = Symbol.iterator in headers ? [...headers] : Object.entries(headers);
  return Object.fromEntries(pairs.map(([name, value]) => [name.toLowerCase(), value]));
}
