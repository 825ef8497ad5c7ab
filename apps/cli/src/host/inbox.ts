import type { Prompt } from "./incoming.ts";

/**
 * A prompt on its way. `stop` ends it while it is under way. `steers`: it is for the run before it, if that still has a step to go. `ids`: in the
 * log, its own and those of what stands before it.
 */
export type Waiting = Prompt & { readonly stop: AbortController; readonly steers: boolean; readonly ids: readonly string[] };

/**
 * Prompts in the order they came. The first is under way from the moment it stands there, so that an interrupt that follows it always meets it;
 * it leaves when the reader comes back for the next.
 */
export class Inbox {
  #prompts: readonly Waiting[] = [];
  #aside: readonly Prompt[] = [];
  #closed = false;
  #wake = (): void => {};

  /** False when too many wait already. One that comes now ends what is under way, and is the next. */
  add(prompt: Prompt, steers = false): boolean {
    if (this.isFull) return false;
    if (!prompt.asks) {
      this.#aside = [...this.#aside, prompt];
      return true;
    }
    const all = [...this.#aside, prompt];
    const content = all.flatMap((each) => each.content);
    const ids = all.flatMap(({ accepted }) => accepted ?? []);
    this.#aside = [];
    const waiting: Waiting = { ...prompt, content, ids, steers, stop: new AbortController() };
    const [first, ...behind] = this.#prompts;
    this.#prompts = prompt.priority === "now" && first ? [first, waiting, ...behind] : [...this.#prompts, waiting];
    if (prompt.priority === "now") first?.stop.abort();
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

  /** Those that the run under way is steered by: they wait no longer. */
  takeSteering(): readonly Waiting[] {
    const [first, ...behind] = this.#prompts;
    const out = behind.filter(({ steers }) => steers);
    if (first && out.length > 0) this.#prompts = [first, ...behind.filter(({ steers }) => !steers)];
    return out;
  }

  /** What was to stand before a next prompt, and none came. */
  get aside(): readonly Prompt[] {
    return this.#aside;
  }

  get isFull(): boolean {
    return this.#prompts.length >= MOST;
  }

  /** Something is under way, or about to be. */
  get isBusy(): boolean {
    return this.#prompts.length > 0;
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
  withdraw(isMeant: (prompt: Prompt) => boolean): readonly Waiting[] {
    const [first, ...behind] = this.#prompts;
    const out = behind.filter(isMeant);
    this.#prompts = first ? [first, ...behind.filter((prompt) => !out.includes(prompt))] : [];
    return out;
  }
}

const MOST = 1_000;
