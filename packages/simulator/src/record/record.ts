import { open } from "node:fs/promises";
import { failure } from "../failure.ts";
import { machineClock, serve, type Asked, type ServeOptions, type Simulation } from "../serve.ts";
import type { Step } from "../step.ts";
import { factsOf, openMemory, secretsOf, told } from "./facts.ts";
import { ask, hidden, keptHeaders, passedHeaders, withoutLogin, type Heard } from "./proxy.ts";
import type { Exchange, Head } from "./recording.ts";

export type RecordOptions = ServeOptions & {
  /** The base URL of the real endpoint, without `/v1`. */
  readonly upstream: string;
  /** A new file: one that is there is left alone. */
  readonly file: string;
  readonly fetch?: typeof fetch;
  /** Hidden too, wherever it is said: the user's home folder, as an absolute path. */
  readonly home?: string;
};

/**
 * A proxy on the loopback interface: what it is asked goes on to a real endpoint, the answer comes back as it comes in, and both are written down.
 * Keys pass through it and aren't written. Rejects when the file can't be made or the port is taken. Dispose waits until all is written.
 */
export async function record(options: RecordOptions): Promise<Simulation> {
  const { home, clock = machineClock, fetch: send = fetch } = options;
  const upstream = options.upstream.replace(/\/+$/, "");
  const paper = await openPaper(options.file, { "keel-recording": 1, upstream: withoutLogin(upstream) });
  const isNew = openMemory();
  let asked = 0;

  async function* forward({ seen, target, requestId, signal }: Asked): AsyncGenerator<Step> {
    using _open = paper.expect();
    const n = ++asked;
    const own = secretsOf(seen, home);
    const facts = factsOf(seen, own);
    const request = { method: seen.method, path: seen.path, ...(facts && told(facts, isNew(facts), own)) };
    const since = clock.now();
    const answered = await ask(`${upstream}${target}`, { seen, signal, send });
    if (!answered.ok) {
      if (!signal.aborted) yield* failure({ status: 502, message: `Can't reach ${upstream}: ${answered.why}` }, requestId);
      return;
    }
    const { response } = answered;
    yield { do: "head", status: response.status, headers: passedHeaders(response) };
    const heard: Heard[] = [];
    let end: Exchange["answer"]["end"] = "left";
    try {
      for await (const chunk of response.body ?? []) {
        const bytes = Buffer.from(chunk);
        heard.push({ ms: Math.round(clock.now() - since), bytes });
        yield { do: "send", bytes };
      }
      end = "whole";
    } catch {
      if (!signal.aborted) end = "cut"; // else the reader left, and the request with it
    } finally {
      const answer = { status: response.status, headers: keptHeaders(response), chunks: hidden(heard, own), end };
      paper.write({ n, ...(facts && { conversation: facts.conversation }), request, answer });
    }
    if (end === "cut") yield { do: "cut" };
  }

  const server = await serve(forward, options).catch(async (error: unknown) => {
    await paper[Symbol.asyncDispose]();
    throw error;
  });
  return {
    ...server,
    [Symbol.asyncDispose]: async () => {
      await server[Symbol.asyncDispose]();
      await paper[Symbol.asyncDispose]();
    },
  };
}

/** Lines in a new file that only its owner reads. What couldn't be written is thrown at the end, which waits for all that is expected. */
async function openPaper(path: string, head: Head) {
  const file = await open(path, "wx", 0o600);
  const waiting: (() => void)[] = [];
  let expected = 0;
  let written = Promise.resolve();
  const write = (line: Head | Exchange): void => {
    written = written.then(() => file.appendFile(`${JSON.stringify(line)}\n`));
    written.catch(() => undefined); // whoever closes hears of it
  };
  write(head);
  return {
    write,
    expect: (): Disposable => {
      expected++;
      return {
        [Symbol.dispose]: () => {
          if (--expected === 0) for (const go of waiting.splice(0)) go();
        },
      };
    },
    [Symbol.asyncDispose]: async () => {
      if (expected > 0) await new Promise<void>((go) => waiting.push(go));
      try {
        await written;
      } finally {
        await file.close();
      }
    },
  };
}
