import type { IncomingMessage } from "node:http";
import type { FetchHeaders, FetchResponse } from "./fetch.ts";
import type { Phases } from "./phases.ts";

/** `whyEnded`: what an answer broke of. Node calls one that was cut, one that was aborted and one that was given up by the same name. */
export type Asked = {
  readonly url: URL;
  readonly method: string;
  readonly phases: Phases;
  readonly whyEnded: (error: unknown) => unknown;
};

const BODILESS = [204, 205, 304];

/** An answer whose headers are there; its body comes as it is read. */
export function answer(incoming: IncomingMessage, asked: Asked): FetchResponse {
  const status = incoming.statusCode ?? 0;
  const bodiless = asked.method === "HEAD" || BODILESS.includes(status);
  if (bodiless) incoming.resume(); // else its connection is never free again
  const body = bodiless ? null : bodyOf(incoming, asked);
  const text = async (): Promise<string> => {
    const chunks: Uint8Array[] = [];
    for await (const chunk of body ?? []) chunks.push(chunk);
    return new TextDecoder().decode(Buffer.concat(chunks));
  };
  return {
    ok: status >= 200 && status < 300,
    status,
    statusText: incoming.statusMessage ?? "",
    url: asked.url.href,
    headers: headersOf(incoming),
    body,
    text,
    json: async () => JSON.parse(await text()),
  };
}

/** A reader that leaves closes the connection, even one that leaves before it has read anything: a generator's own `return` wouldn't. */
function bodyOf(incoming: IncomingMessage, asked: Asked): AsyncIterable<Uint8Array> {
  const chunks = read(incoming, asked);
  const iterator: AsyncIterator<Uint8Array, void> = {
    next: () => chunks.next(),
    return: () => {
      incoming.destroy();
      return chunks.return();
    },
  };
  return { [Symbol.asyncIterator]: () => iterator };
}

/** By hand: the stream's own iterator costs each answer more than its reading does. */
async function* read(incoming: IncomingMessage, { phases, whyEnded }: Asked): AsyncGenerator<Uint8Array, void> {
  let ring = (): void => {};
  const rung = (): void => ring();
  for (const event of ["readable", "end", "close"]) incoming.on(event, rung);
  let broken: unknown;
  incoming.on("error", (error) => (broken = error)); // a close follows
  try {
    for (;;) {
      const chunk: Buffer | null = incoming.read();
      if (chunk !== null) yield chunk;
      else if (broken !== undefined) throw whyEnded(broken);
      else if (incoming.readableEnded) return;
      else if (incoming.closed) throw whyEnded(undefined);
      else {
        phases.enter("idle");
        await new Promise<void>((resolve) => (ring = resolve));
        phases.leave();
      }
    }
  } finally {
    phases.leave();
    if (!incoming.readableEnded) incoming.destroy();
  }
}

function headersOf({ headers }: IncomingMessage): FetchHeaders {
  const values = new Map(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(", ") : (value ?? "")]));
  return {
    get: (name) => values.get(name.toLowerCase()) ?? null,
    has: (name) => values.has(name.toLowerCase()),
    entries: () => values.entries(),
    [Symbol.iterator]: () => values.entries(),
  };
}
