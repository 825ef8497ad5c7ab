import type { Clock, Event } from "@keelson/protocol";

const EVERY_MS = 30_000;

/** The same events, and a heartbeat whenever nothing has come for 30 s: a tool that runs on, a model that says nothing. Leaving it leaves the source. */
export async function* withHeartbeats(source: AsyncGenerator<Event, unknown>, clock: Clock): AsyncGenerator<Event> {
  try {
    for (;;) {
      const next = source.next();
      let step = await within(next, clock);
      while (step === undefined) {
        yield { type: "heartbeat" };
        step = await within(next, clock);
      }
      if (step.done) return;
      yield step.value;
    }
  } finally {
    await source.return(undefined);
  }
}

/** Undefined when it isn't there in time. */
async function within<T>(work: Promise<T>, clock: Clock): Promise<T | undefined> {
  const over = new AbortController();
  try {
    return await Promise.race([work, clock.sleep(EVERY_MS, over.signal).then(() => undefined)]);
  } finally {
    over.abort();
  }
}
