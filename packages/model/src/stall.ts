import type { Clock } from "@keelson/protocol";

/**
 * Ends a request when the endpoint says nothing for too long. Only the time spent waiting for it counts:
 * a reader that is slow, or paused, is no silence of the endpoint's. Any byte is a sign of life, a ping too.
 */
export class Silence implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #outer: AbortSignal;
  readonly #over = new AbortController();
  readonly #awake = new AbortController();
  #watching: Promise<unknown>;
  #since: number | undefined;
  #stalled = false;
  #ended = false;

  /** `limitMs`: Infinity for no limit. `outer` isn't aborted yet. */
  constructor(clock: Clock, limitMs: number, outer: AbortSignal) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#outer = outer;
    outer.addEventListener("abort", this.#follow, { once: true });
    this.#since = clock.now();
    this.#watching = limitMs === Infinity ? Promise.resolve() : this.#watch();
  }

  /** Aborted with `outer`, when it has lasted too long, and when this is disposed before the answer ended: nothing of the request outlives it. */
  get signal(): AbortSignal {
    return this.#over.signal;
  }
  get stalled(): boolean {
    return this.#stalled;
  }

  begins(): void {
    this.#since = this.#clock.now();
  }
  ends(): void {
    this.#since = undefined;
  }

  /** The same chunks, listened to. */
  async *listen<T>(chunks: AsyncIterable<T>): AsyncGenerator<T> {
    this.begins();
    for await (const chunk of chunks) {
      this.ends();
      yield chunk;
      this.begins();
    }
    this.ends();
  }

  /** Gives the endpoint a last chance to close by itself. */
  endWithin(ms: number): void {
    this.#watching = Promise.all([this.#watching, this.#sleep(ms).then((slept) => slept && this.#over.abort())]);
  }

  /** The answer was read to its end: there is nothing left to close. */
  ended(): void {
    this.#ended = true;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#outer.removeEventListener("abort", this.#follow);
    if (!this.#ended) this.#over.abort();
    this.#awake.abort(AWAKE);
    await this.#watching;
  }

  /** False when it was cut short. */
  async #sleep(ms: number): Promise<boolean> {
    const { signal } = this.#awake;
    await this.#clock.sleep(ms, signal);
    return !signal.aborted && !this.#over.signal.aborted;
  }

  /** One sleep for many chunks: a timer for each would cost more than the chunk. */
  async #watch(): Promise<void> {
    for (let left = this.#limitMs; left > 0; left = this.#limitMs - this.#lasted()) {
      if (!(await this.#sleep(left))) return;
    }
    this.#stalled = true;
    this.#over.abort();
  }

  #lasted(): number {
    return this.#since === undefined ? 0 : this.#clock.now() - this.#since;
  }

  #follow = (): void => this.#over.abort(this.#outer.reason);
}

/** Without a reason each abort would make an error of its own, stack and all, which nobody looks at. */
const AWAKE = "awake";
