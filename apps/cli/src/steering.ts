import { randomUUID } from "node:crypto";
import type { Block, Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { follow, type Followed } from "./follow.ts";

/** Words that are said while a run is under way, and whether the model has them yet. */
export class Steering {
  readonly #session: Pick<Session, "run" | "steer">;
  readonly #waiting = new Map<string, readonly Block[]>();

  constructor(session: Pick<Session, "run" | "steer">) {
    this.#session = session;
  }

  /** On disk when it settles. `inputId`: of words that were accepted before. */
  async say(content: readonly Block[], inputId: string = randomUUID()): Promise<void> {
    this.#waiting.set(inputId, content);
    await this.#session.steer(content, inputId);
  }

  /** As `follow`; words that came too late for the last step are taken up behind it. */
  async follow(prompt: readonly Block[], { from, each, accepted }: Parameters<typeof follow>[2], signal: AbortSignal): Promise<Followed> {
    const seen: typeof each = async (envelope, tally) => {
      this.#note(envelope);
      await each(envelope, tally);
    };
    let followed = await follow(prompt, this.#session, { from, each: seen, ...(accepted && { accepted }) }, signal);
    while (this.waiting.length > 0 && followed.tally.end === "completed" && !signal.aborted)
      followed = await follow([], this.#session, { from: followed.tally, each: seen }, signal);
    return followed;
  }

  /** What the model doesn't have yet: an interrupted run leaves it to the next one. */
  get waiting(): readonly (readonly Block[])[] {
    return [...this.#waiting.values()];
  }

  #note({ event, path }: Envelope): void {
    if (path.length === 0 && event.type === "context.added" && event.inputId !== undefined) this.#waiting.delete(event.inputId);
  }
}
