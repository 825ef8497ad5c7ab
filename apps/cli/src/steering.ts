import type { Block, Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { follow, type Followed } from "./follow.ts";

/** Words that are said while a run is under way, and whether the model has them yet. */
export class Steering {
  readonly #session: Pick<Session, "run" | "steer">;
  readonly #waiting = new Map<string, readonly Block[]>();
  #said: readonly (readonly Block[])[] = []; // and not in the log yet

  constructor(session: Pick<Session, "run" | "steer">) {
    this.#session = session;
  }

  say(content: readonly Block[]): void {
    this.#said = [...this.#said, content];
    this.#session.steer(content);
  }

  /** As `follow`; words that came too late for the last step are taken up behind it. */
  async follow(prompt: readonly Block[], { from, each }: Parameters<typeof follow>[2], signal: AbortSignal): Promise<Followed> {
    const seen: typeof each = async (envelope, tally) => {
      this.#note(envelope);
      await each(envelope, tally);
    };
    let followed = await follow(prompt, this.#session, { from, each: seen }, signal);
    while (this.waiting.length > 0 && followed.tally.end === "completed" && !signal.aborted)
      followed = await follow([], this.#session, { from: followed.tally, each: seen }, signal);
    return followed;
  }

  /** What the model doesn't have yet: an interrupted run leaves it to the next one. */
  get waiting(): readonly (readonly Block[])[] {
    return [...this.#waiting.values(), ...this.#said];
  }

  #note({ event, path }: Envelope): void {
    if (path.length > 0) return;
    if (event.type === "input.received" && event.kind === "steer" && event.from === "user") {
      this.#said = this.#said.slice(1);
      this.#waiting.set(event.inputId, event.content);
    }
    if (event.type === "context.added" && event.inputId !== undefined) this.#waiting.delete(event.inputId);
  }
}
