import type { Clock } from "@keelson/protocol";

/**
 * Ends a request when the endpoint says nothing for too long. Only the time spent waiting for it counts:
 * a reader that is slow, or paused, is no silence of the endpoint's. Any byte is a sign of life, a ping too.
 */
export class Silence implements AsyncDisposable {
  readonly #clock: Clock;
  readonly #limitMs: number;
  readonly #over = new AbortController();
  #watching: Promise<unknown>;
  #since: number | undefined;
  #stalled = false;

  /** `limitMs`: Infinity for no limit. */
  constructor(clock: Clock, limitMs: number) {
    this.#clock = clock;
    this.#limitMs = limitMs;
    this.#since = clock.now();
    this.#watching = limitMs === Infinity ? Promise.resolve() : this.#watch();
  }

  /** Aborted when it has lasted too long, and when this is disposed: nothing of the request outlives it. */
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
    const { signal } = this.#over;
    this.#watching = Promise.all([this.#watching, this.#clock.sleep(ms, signal).then(() => this.#over.abort())]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#over.abort();
    await this.#watching;
  }

  /** One sleep for many chunks: a timer for each would cost more than the chunk. */
  async #watch(): Promise<void> {
    for (let left = this.#limitMs; left > 0; left = this.#limitMs - this.#lasted()) {
      await this.#clock.sleep(left, this.#over.signal);
      if (this.#over.signal.aborted) return;
    }
    this.#stalled = true;
    this.#over.abort();
  }

  #lasted(): number {
    return this.#since === undefined ? 0 : this.#clock.now() - this.#since;
  }
}
