import type { Block, Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { follow, type Followed } from "./follow.ts";

/** Words that are said while a run is under way, and whether the model has them yet. */
export class Steering {
  readonly #session: Pick<Session, "run" | "steer">;
  readonly #waiting = new Set<string>();
  #said = 0;

  constructor(session: Pick<Session, "run" | "steer">) {
    this.#session = session;
  }

  say(content: readonly Block[]): void {
    this.#said++;
    this.#session.steer(content);
  }

  /** As `follow`; words that came too late for the last step are taken up behind it. */
  async follow(prompt: readonly Block[], { from, each }: Parameters<typeof follow>[2], signal: AbortSignal): Promise<Followed> {
    const seen: typeof each = async (envelope, tally) => {
      this.#note(envelope);
      await each(envelope, tally);
    };
    let followed = await follow(prompt, this.#session, { from, each: seen }, signal);
    while (this.#owes && followed.tally.end === "completed" && !signal.aborted)
      followed = await follow([], this.#session, { from: followed.tally, each: seen }, signal);
    return followed;
  }

  get #owes(): boolean {
    return this.#said > 0 || this.#waiting.size > 0;
  }

  #note({ event, path }: Envelope): void {
    if (path.length > 0) return;
    if (event.type === "input.received" && event.kind === "steer" && event.from === "user") {
      this.#said--;
      this.#waiting.add(event.inputId);
    }
    if (event.type === "context.added" && event.inputId !== undefined) this.#waiting.delete(event.inputId);
  }
}
