/**
 * Many writers, one reader. A write is acknowledged when the reader comes back for the next item,
 * so a writer never runs ahead: write-ahead, back-pressure and pause are this one promise.
 */
export class Channel<T> {
  readonly #waiting: { readonly item: T; readonly acknowledge: () => void }[] = [];
  #wake = (): void => {};
  #closed = false;

  /** Settles when the reader has taken the item and asks for another; at once on a closed channel. */
  send(item: T): Promise<void> {
    if (this.#closed) return Promise.resolve();
    return new Promise((acknowledge) => {
      this.#waiting.push({ item, acknowledge });
      this.#wake();
    });
  }

  /** Reads until `work` has settled and nothing waits; returns or throws what `work` did. */
  async *during<R>(work: Promise<R>): AsyncGenerator<T, R> {
    let over = false;
    const finish = (): void => {
      over = true;
      this.#wake();
    };
    work.then(finish, finish);
    for (;;) {
      const next = this.#waiting[0];
      if (next) {
        yield next.item;
        this.#waiting.shift();
        next.acknowledge();
      } else if (over) {
        return await work;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  /** Lets every writer go; nobody will read. */
  close(): void {
    this.#closed = true;
    for (const { acknowledge } of this.#waiting.splice(0)) acknowledge();
  }
}
