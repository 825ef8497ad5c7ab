import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { setTimeout as wait } from "node:timers/promises";
import type { Clock } from "@keelson/protocol";
import { failure } from "./failure.ts";
import { parseBody } from "./request.ts";
import type { SeenRequest } from "./script.ts";
import { send } from "./send.ts";
import type { Step } from "./step.ts";

/** An HTTP server on the loopback interface that takes the steps it is told to, and remembers what it was asked. */
export type ServeOptions = {
  /** 0, the default: any free one. */
  readonly port?: number;
  readonly clock?: Clock;
  /** How many requests `requests` remembers, the newest; all by default. */
  readonly keep?: number;
};
/** A running server, base URL without a slash at its end. `requests` grows while it runs. Dispose ends every answer and closes every socket. */
export type Simulation = AsyncDisposable & { readonly url: string; readonly requests: readonly SeenRequest[] };

export type Asked = {
  readonly seen: SeenRequest;
  readonly requestId: string;
  /** The query too, as it came. */
  readonly target: string;
  /** Aborted when the reader leaves, or the server closes. */
  readonly signal: AbortSignal;
};
export type Answer = (asked: Asked) => AsyncIterable<Step> | Promise<readonly Step[]>;

/** Rejects when the port is taken. */
export async function serve(answer: Answer, options: ServeOptions): Promise<Simulation> {
  const { port = 0, clock = machineClock, keep = Infinity } = options;
  const opened = clock.now();
  const since = (): number => clock.now() - opened;
  const requests: Recorded[] = [];
  let received = 0;

  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const left = new AbortController();
    response.once("close", () => left.abort());
    const at = since();
    const raw = await read(incoming);
    if (raw === undefined) return;
    const requestId = `req_sim_${String(++received).padStart(4, "0")}`;
    const seen = record(incoming, raw, at);
    requests.push(seen);
    if (requests.length > keep) requests.shift();
    response.sendDate = false; // the same answer, byte for byte, on every day
    const asked = { seen, requestId, target: incoming.url ?? "/", signal: left.signal };
    await send(response, await stepsFor(asked, answer), clock, left.signal).catch(async (error: unknown) => {
      const end: readonly Step[] = response.headersSent ? [{ do: "cut" }] : broken(error, requestId);
      await send(response, end, clock, left.signal);
    });
    seen.answeredAt = since();
  };

  const server = createServer((incoming, response) => void respond(incoming, response));
  server.keepAliveTimeout = 0; // a client that thinks for a minute finds its connection open
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The simulator listens on no port.");
  return {
    url: `http://127.0.0.1:${address.port}`,
    requests,
    [Symbol.asyncDispose]: async () => {
      if (!server.listening) return;
      const closed = once(server, "close");
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
}

type Recorded = SeenRequest & { answeredAt: number | undefined };

async function stepsFor(asked: Asked, answer: Answer): Promise<AsyncIterable<Step> | readonly Step[]> {
  if (asked.seen.bytes > LIMIT) return failure({ status: 413 }, asked.requestId);
  try {
    return await answer(asked);
  } catch (error) {
    return broken(error, asked.requestId);
  }
}

const broken = (error: unknown, requestId: string): readonly Step[] =>
  failure({ status: 500, message: `The simulator failed: ${error instanceof Error ? error.message : String(error)}` }, requestId);

/** The API's own limit for a request body. */
const LIMIT = 32 * 1024 * 1024;

/** Undefined when the client left before its request was whole. What is over the limit is counted, not kept. */
async function read(incoming: IncomingMessage): Promise<{ readonly text: string; readonly bytes: number } | undefined> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const chunk of incoming) {
      const part = Buffer.from(chunk);
      bytes += part.length;
      if (bytes <= LIMIT) chunks.push(part);
    }
  } catch {
    return undefined;
  }
  return { text: Buffer.concat(chunks).toString(), bytes };
}

function record(incoming: IncomingMessage, { text, bytes }: { text: string; bytes: number }, at: number): Recorded {
  const { method = "GET", url = "/" } = incoming;
  const headers = Object.fromEntries(Object.entries(incoming.headers).map(([name, value]) => [name, String(value)]));
  const parsed = parseBody(text);
  const body = parsed.ok ? parsed.body : {};
  return { method, path: url.replace(/\?.*$/s, ""), headers, text, bytes, body, at, answeredAt: undefined };
}

export const machineClock: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => wait(ms, undefined, { signal }).catch(() => undefined),
  random: () => 0.5,
};
