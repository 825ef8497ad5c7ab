/** Wakes who waits for something to happen. A ring that nobody waited for isn't lost: the next wait ends at once. */
export class News {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  /** Ends at the next ring, or at an abort. */
  async next(signal: AbortSignal): Promise<void> {
    if (!this.#rung && !signal.aborted)
      await new Promise<void>((done) => {
        this.#wake = done;
        signal.addEventListener("abort", () => done(), { once: true });
      });
    this.#wake = undefined;
    this.#rung = false;
  }
}
