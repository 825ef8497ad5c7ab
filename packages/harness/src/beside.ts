import type { Event } from "@keelson/protocol";

/** What happens beside the loop and belongs into the log: drained with the next event. */
export class Beside {
  #events: Event[] = [];

  push(...events: readonly Event[]): void {
    this.#events.push(...events);
  }

  drain(): readonly Event[] {
    if (this.#events.length === 0) return NONE;
    const events = this.#events;
    this.#events = [];
    return events;
  }
}

const NONE: readonly Event[] = [];
