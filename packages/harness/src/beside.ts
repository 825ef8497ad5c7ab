import type { Event } from "@keelson/protocol";

/** What happens beside the loop and belongs into the log: drained with the next event. */
export class Beside {
  #events: Event[] = [];
  #wake: () => void = () => {};

  push(...events: readonly Event[]): void {
    this.#events.push(...events);
    this.#wake();
  }

  /** Settles when something is there. One waits at a time. */
  async heard(): Promise<undefined> {
    if (this.#events.length === 0) await new Promise<void>((wake) => (this.#wake = wake));
    return undefined;
  }

  drain(): readonly Event[] {
    if (this.#events.length === 0) return NONE;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

const NONE: readonly Event[] = [];
