/** One command that goes on while the session does something else. It is read all the time, so that it is never held back. */
import { setTimeout as sleep } from "node:timers/promises";
import type { ProcessChunk, ProcessEnd } from "@keelson/protocol";
import { ended } from "../output/ended.ts";
import type { Feed } from "../output/feed.ts";

/** What was asked for. `kind`: what its id begins with; `bash` unless said. */
export type Asked = { readonly command: string; readonly timeoutMs: number | undefined; readonly kind?: string };
export type Job = Asked & {
  readonly id: string;
  readonly output: Pick<Feed, "file" | "full" | "take" | "where">;
  /** Undefined while it runs. */
  readonly end: ProcessEnd | undefined;
  /** Settles when it has ended and all its output is taken in. */
  readonly done: Promise<void>;
  /** Ends all that it has started; settles when nobody is left. */
  kill(): Promise<void>;
};
export type Begin = (signal: AbortSignal) => AsyncGenerator<ProcessChunk, ProcessEnd>;

const REST = 5; // milliseconds between pieces that nobody will read: what talks without end must not take the processor
const KILLED: ProcessEnd = { code: null, signal: "SIGTERM", timedOut: false };

export async function startJob(id: string, asked: Asked, feed: Feed, begin: Begin): Promise<Job> {
  await feed.open();
  const stop = new AbortController();
  let end: ProcessEnd | undefined;
  const attend = async (): Promise<void> => {
    let last = KILLED;
    try {
      for await (const chunk of ended(begin(stop.signal), (result) => (last = result))) {
        await feed.add(chunk);
        if (feed.full) await sleep(REST);
      }
    } catch (error) {
      if (!stop.signal.aborted) last = { ...KILLED, signal: null, failed: error instanceof Error ? error.message : String(error) };
    }
    await feed.close();
    end = last;
  };
  const attended = attend();
  return {
    ...asked,
    id,
    output: feed,
    done: attended,
    get end() {
      return end;
    },
    async kill() {
      stop.abort();
      await attended;
    },
  };
}
