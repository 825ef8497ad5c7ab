import type { Prompt } from "./incoming.ts";

/** A prompt on its way. `stop` ends it while it is under way. */
export type Waiting = Prompt & { readonly stop: AbortController };

/**
 * Prompts in the order they came. The first is under way from the moment it stands there, so that an interrupt that follows it always meets it;
 * it leaves when the reader comes back for the next.
 */
export class Inbox {
  #prompts: readonly Waiting[] = [];
  #aside: readonly Prompt[] = [];
  #closed = false;
  #wake = (): void => {};

  /** False when too many wait already. */
  add(prompt: Prompt): boolean {
    if (this.#prompts.length >= MOST) return false;
    if (!prompt.asks) {
      this.#aside = [...this.#aside, prompt];
      return true;
    }
    const content = [...this.#aside.flatMap((each) => each.content), ...prompt.content];
    this.#aside = [];
    this.#prompts = [...this.#prompts, { ...prompt, content, stop: new AbortController() }];
    this.#wake();
    return true;
  }

  /** No more will come; what waits is still given out. */
  close(): void {
    this.#closed = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Waiting, void> {
    for (;;) {
      const [first] = this.#prompts;
      if (first) {
        yield first;
        this.#prompts = this.#prompts.slice(1);
      } else if (this.#closed) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What was to stand before a next prompt, and none came. */
  get aside(): readonly Prompt[] {
    return this.#aside;
  }

  /** How many wait behind the one under way. */
  get behind(): number {
    return Math.max(this.#prompts.length - 1, 0);
  }

  /** Ends what is under way; what waits behind it stays. */
  interrupt(): readonly string[] {
    const [first, ...behind] = this.#prompts;
    first?.stop.abort();
    return behind.flatMap(({ uuid }) => uuid ?? []);
  }

  /** Takes those that wait, and that the test is true for, out again. */
  withdraw(isMeant: (prompt: Prompt) => boolean): readonly string[] {
    const [first, ...behind] = this.#prompts;
    const out = behind.filter(isMeant);
    this.#prompts = first ? [first, ...behind.filter((prompt) => !out.includes(prompt))] : [];
    return out.flatMap(({ uuid }) => uuid ?? []);
  }
}

const MOST = 1_000;
