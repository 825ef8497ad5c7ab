/**
 * What a conversation has come to, for hooks that are bound in the middle of it. Rule: settled messages, and each event since: a call that
 * is open isn't taken for one that was cut.
 */
import { messagesOf, type Event, type Message, type View } from "@keelson/protocol";

export class Recent {
  readonly #now: () => View;
  #settled: readonly Message[];
  #since: Event[] = [];

  /** `now`: with all that was noted. */
  constructor(now: () => View) {
    this.#now = now;
    this.#settled = messagesOf(now());
  }

  note(event: Event): void {
    if (event.type !== "turn.started") return void this.#since.push(event);
    this.#settled = messagesOf(this.#now()); // all calls before it are answered
    this.#since = [];
  }

  get past(): { readonly settled: readonly Message[]; readonly since: readonly Event[] } {
    return { settled: this.#settled, since: this.#since };
  }
}
