/** A time limit on work that may be deaf to its signal. Dispose ends the timer. */
import type { Clock } from "@keelson/protocol";

export type Deadline = Disposable & {
  /** Aborted when the time is over, or with the outer one. */
  readonly signal: AbortSignal;
  readonly passed: boolean;
  /** Rejects as soon as the signal is aborted, whether the work heard it or not. */
  race<T>(work: Promise<T>): Promise<T>;
};

export function deadline(ms: number, clock: Clock, outer: AbortSignal): Deadline {
  const own = new AbortController();
  const done = new AbortController();
  let passed = false;
  const signal = AbortSignal.any([outer, own.signal]);
  void clock.sleep(ms, done.signal).then(() => {
    if (done.signal.aborted) return;
    passed = !outer.aborted;
    own.abort();
  });
  return {
    signal,
    get passed() {
      return passed;
    },
    race: async (work) => {
      signal.throwIfAborted();
      let leave = (): void => {};
      const aborted = new Promise<never>((_, reject) => {
        leave = () => reject(signal.reason);
      });
      signal.addEventListener("abort", leave, { once: true });
      work.catch(() => {}); // nobody waits for it after an abort
      try {
        return await Promise.race([work, aborted]);
      } finally {
        signal.removeEventListener("abort", leave);
      }
    },
    [Symbol.dispose]: () => done.abort(),
  };
}
