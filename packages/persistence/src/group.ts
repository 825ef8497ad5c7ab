/**
 * One piece of work at a time; all who ask while it runs share the next one. When it fails, it fails for those too:
 * what they added stands behind what wasn't stored.
 */
export class Group {
  readonly #work: () => Promise<void>;
  /** The one that was asked for last, until it is done. */
  #last: Promise<void> | undefined;
  #begun = true;

  /** `work` sets right what its failure means before it rejects. */
  constructor(work: () => Promise<void>) {
    this.#work = work;
  }

  get last(): Promise<void> | undefined {
    return this.#last;
  }

  ask(): Promise<void> {
    if (this.#last && !this.#begun) return this.#last;
    const before = this.#last;
    this.#begun = before === undefined;
    const mine = before ? before.then(() => this.#begin()) : this.#begin();
    const done = (): void => {
      if (this.#last === mine) this.#last = undefined;
    };
    void mine.then(done, done);
    this.#last = mine;
    return mine;
  }

  async #begin(): Promise<void> {
    this.#begun = true;
    try {
      await this.#work();
    } catch (error) {
      this.#last = undefined; // at once: who asks from now on begins anew
      throw error;
    }
  }
}
