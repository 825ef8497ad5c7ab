/** Where effects happen: any number of them beside each other, or one alone. Whoever wants to be alone waits for those inside, and holds back those who come. */
export class Room {
  readonly #inside = new Set<Promise<unknown>>();
  /** Of those who are alone, one after the other. */
  #alone: Promise<unknown> = Promise.resolve();

  async beside<T>(work: () => Promise<T>): Promise<T> {
    for (let last: unknown; last !== this.#alone; await last) last = this.#alone;
    const done = work();
    this.#inside.add(done);
    try {
      return await done;
    } finally {
      this.#inside.delete(done);
    }
  }

  alone<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#alone;
    const done = before.then(() => Promise.allSettled(this.#inside)).then(work);
    this.#alone = done.catch(() => {}); // whoever waits for it goes on, however it ended
    return done;
  }
}
