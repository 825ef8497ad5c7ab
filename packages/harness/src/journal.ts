import { DURABLE, isStoreError, type Claim, type Envelope, type Event, type SessionStore } from "@keelson/protocol";

/** These must outlive a loss of power before anything goes on: an edit before it counts, a question before it is shown, the end. */
export const BARRIERS: readonly Event["type"][] = ["context.edited", "ask.opened", "run.ended"];

/** An effect that must not happen twice waits for the disk itself; another one may be lost with the power, for it can be run again. */
const isBarrier = (event: Event): boolean => BARRIERS.includes(event.type) || (event.type === "call.started" && event.replay === "never");

/** What each line of one run carries beside its event. */
export type Stamp = {
  readonly session: string;
  readonly run: string;
  readonly path: readonly string[];
  readonly wall: () => number;
};

/**
 * Puts each durable event on disk before it is handed on.
 * A disk that can't be written doesn't stop the run: what waits is kept in order and tried again with the next event.
 */
export class Journal {
  readonly #store: SessionStore;
  readonly #claim: Claim;
  #head: number;
  #waiting: readonly Envelope[] = [];
  #writing: Promise<unknown> | undefined;

  constructor(store: SessionStore, claim: Claim) {
    this.#store = store;
    this.#claim = claim;
    this.#head = claim.head;
  }

  get head(): number {
    return this.#head;
  }

  /** How many events are in memory only. */
  get unsaved(): number {
    return this.#waiting.length;
  }

  /**
   * The events' envelopes, once they are stored, by one write; behind them a notice when storing began to fail or works again. A run that
   * ends unsaved says so before its end, which is the last of them. Whoever writes beside somebody else stands behind what that one writes.
   */
  write(events: readonly Event[], stamp: Stamp): Promise<readonly Envelope[]> {
    if (!events.some(({ type }) => DURABLE[type])) return this.#write(events, stamp);
    const put = (): Promise<readonly Envelope[]> => this.#write(events, stamp);
    const writing = this.#writing ? this.#writing.then(put, put) : put();
    const over = (): void => {
      if (this.#writing === writing) this.#writing = undefined;
    };
    this.#writing = writing;
    writing.then(over, over);
    return writing;
  }

  async #write(events: readonly Event[], stamp: Stamp): Promise<readonly Envelope[]> {
    const failing = this.#waiting.length > 0;
    const envelopes: Envelope[] = [];
    for (const event of events) {
      const envelope = this.seal(event, stamp);
      envelopes.push(envelope);
      if (DURABLE[event.type]) this.#waiting = [...this.#waiting, envelope];
    }
    const added = envelopes.filter(({ seq }) => seq !== undefined).length;
    if (added === 0) return envelopes;
    const trouble = await this.#flush(events.some(isBarrier), added);
    if (trouble !== undefined && events.at(-1)?.type === "run.ended")
      return envelopes.toSpliced(-1, 0, this.seal(lossOf(this.#waiting.length, trouble), stamp));
    if (trouble === undefined && events.some(({ type }) => type === "turn.started")) this.#settleSoon();
    if (failing === (trouble !== undefined)) return envelopes;
    const notice = this.seal(noticeOf(trouble), stamp);
    this.#waiting = [...this.#waiting, notice];
    await this.#flush(false, 1);
    return [...envelopes, notice];
  }

  /**
   * What is said and the results go to the disk while the model reads them, so not before the request is out. Nothing waits for that but what is
   * written next: a log loses its end alone, and a request that outlives its results has changed nothing.
   */
  #settleSoon(): void {
    setImmediate(() => {
      if (this.#waiting.length > 0) return; // the disk is at it, or takes nothing
      const { ref, fence } = this.#claim;
      this.#store.append(ref, fence, this.#head, [], { barrier: true }).catch(() => {}); // what is written next meets the same disk, and says so
    });
  }

  /** `added`: how many of what waits came last. Says what is wrong with the disk. */
  async #flush(barrier: boolean, added: number): Promise<string | undefined> {
    try {
      const { head } = await this.#store.append(this.#claim.ref, this.#claim.fence, this.#head, this.#waiting, { barrier });
      this.#head = head;
      this.#waiting = [];
      return undefined;
    } catch (error) {
      if (isStoreError(error) && error.code === "unwritable") return error.message;
      this.#waiting = this.#waiting.slice(0, -added); // what can never be stored must not keep what comes after it from being stored
      throw error; // another writer has the session, or a bug: going on would fork the log
    }
  }

  /** As it is handed on; one that isn't durable has no number. */
  seal(event: Event, { session, run, path, wall }: Stamp): Envelope {
    const seq = this.#head + this.#waiting.length + 1;
    return { v: 1, ...(DURABLE[event.type] && { seq }), at: wall(), session, run, path, event };
  }
}

function lossOf(unsaved: number, trouble: string): Event {
  const text = `${trouble} The last ${unsaved} events of this session are in memory only: once keel ends, it can be resumed from before them.`;
  return { type: "notice.raised", severity: "error", code: "log_unsaved", text };
}

function noticeOf(trouble: string | undefined): Event {
  return trouble === undefined
    ? {
        type: "notice.raised",
        severity: "info",
        code: "log_saved",
        text: "The session's log is being saved again; nothing is missing from it.",
      }
    : {
        type: "notice.raised",
        severity: "warning",
        code: "log_unwritable",
        text: `${trouble} The run goes on; what isn't saved yet is kept in memory and tried again.`,
      };
}
