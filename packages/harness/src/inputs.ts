/** Words on their way to the model: in the log when they are accepted, in the context when it reads them. In memory the same, as the log tells it. */
import type { Event } from "@keelson/protocol";

export type Input = Extract<Event, { type: "input.received" }>;

export class Inputs {
  #waiting: readonly Input[];
  readonly #held = new Set<string>();

  constructor(waiting: readonly Input[]) {
    this.#waiting = waiting;
  }

  /** Received, and not yet in the context. */
  get waiting(): readonly Input[] {
    return this.#waiting;
  }

  /** Those that the model can be given now. */
  get due(): readonly Input[] {
    return this.#held.size === 0 ? this.#waiting : this.#waiting.filter(({ inputId }) => !this.#held.has(inputId));
  }

  /** Before the log has it: whoever looks in between finds it. */
  add(input: Input): void {
    this.#waiting = [...this.#waiting, input];
  }

  /** It waits for a run of its own, or for its program to give it. */
  hold(inputId: string): void {
    this.#held.add(inputId);
  }

  /** Waits no longer for that. False for one that never did. */
  free(inputId: string): boolean {
    return this.#held.delete(inputId);
  }

  /** Says which of them are still there to be taken back. */
  drop(inputIds: readonly string[]): readonly string[] {
    const out = this.#waiting.filter(({ inputId }) => inputIds.includes(inputId)).map(({ inputId }) => inputId);
    this.#waiting = this.#waiting.filter(({ inputId }) => !out.includes(inputId));
    return out;
  }

  note(event: Event): void {
    this.#waiting = waiting(this.#waiting, event);
  }
}

/** Received, and neither in the context nor withdrawn. */
export function waiting(inputs: readonly Input[], event: Event): readonly Input[] {
  switch (event.type) {
    case "input.received":
      return inputs.some(({ inputId }) => inputId === event.inputId) ? inputs : [...inputs, event];
    case "context.added":
      return event.inputId === undefined ? inputs : inputs.filter(({ inputId }) => inputId !== event.inputId);
    case "session.changed": {
      const { withdrawn } = event.change;
      return Array.isArray(withdrawn) ? inputs.filter(({ inputId }) => !withdrawn.includes(inputId)) : inputs;
    }
  }
  return inputs;
}

/** Accepted, and not yet seen by the model: delivered now, once. */
export const taken = ({ inputId, from, content }: Input): Event => ({ type: "context.added", inputId, from, content });

/** Whoever said it has taken it back before it was read. */
export const withdrawnEvent = (inputIds: readonly string[]): Event => ({ type: "session.changed", change: { withdrawn: inputIds } });
