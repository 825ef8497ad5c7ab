import { randomUUID } from "node:crypto";
import { loop } from "@keelson/core";
import {
  DURABLE,
  EMPTY,
  remember,
  type Block,
  type Claim,
  type Envelope,
  type Event,
  type JsonObject,
  type LoopOptions,
  type LoopState,
  type Ports,
  type SessionStore,
  type View,
} from "@keelson/protocol";
import { withHeartbeats } from "./heartbeat.ts";
import { Journal, type Stamp } from "./journal.ts";
import type { Meter } from "./meter.ts";

/** The parts of a session that live as long as it does. */
export type SessionParts = {
  readonly store: SessionStore;
  readonly claim: Claim;
  /** Afresh for each run: some of them count. */
  readonly ports: () => Ports;
  readonly options: () => LoopOptions;
  /** What a run came to, beside its turns. */
  readonly totals: (view: View) => JsonObject;
  readonly meter: Pick<Meter, "drain">;
  readonly wall: () => number;
  /** The first events of a new session. */
  readonly opening: readonly Event[];
};

const FIRST_OUTPUT_TOKENS = 16_000;

/**
 * Runs prompts over one log. Its memory is the fold of that log: while a run goes on, the loop's own as of its last turn,
 * and behind it what was written since.
 */
export class Conversation {
  readonly #parts: SessionParts;
  readonly #journal: Journal;
  #folded: View = EMPTY;
  #since: Event[] = [];
  #undelivered: readonly Input[] = [];
  #opening: readonly Event[];

  private constructor(parts: SessionParts) {
    this.#parts = parts;
    this.#journal = new Journal(parts.store, parts.claim);
    this.#opening = parts.opening;
  }

  /** Reads the log as far as it goes. */
  static async read(parts: SessionParts): Promise<Conversation> {
    const conversation = new Conversation(parts);
    for await (const { event } of parts.store.read(parts.claim.ref, 0)) {
      conversation.#folded = remember(conversation.#folded, event);
      conversation.#note(event);
    }
    return conversation;
  }

  async *run(prompt: readonly Block[], signal: AbortSignal): AsyncGenerator<Envelope, void> {
    const { meter, totals } = this.#parts;
    const options = this.#parts.options();
    const run = randomUUID();
    yield* this.#take(prompt, run);
    const ports = this.#following(this.#parts.ports());
    const events = loop(startOf(this.#view, options), ports, options, signal);
    for await (const event of options.unattended ? withHeartbeats(events, ports.clock) : events) {
      for (const called of meter.drain()) yield* await this.#record(called, run);
      if (event.type === "agent.relayed") yield event.envelope;
      else if (event.type === "run.ended") yield* await this.#record({ ...event, totals: { ...event.totals, ...totals(this.#view) } }, run);
      else if (DURABLE[event.type]) yield* await this.#record(event, run);
      else yield this.#journal.seal(event, this.#stamp(run)); // a delta waits for no disk
    }
  }

  async add(content: readonly Block[]): Promise<void> {
    for await (const _ of this.#take(content, randomUUID()));
  }

  /** First on disk, then in the context, with whatever was accepted before and never delivered. */
  async *#take(content: readonly Block[], run: string): AsyncGenerator<Envelope> {
    const input: Input = { type: "input.received", inputId: randomUUID(), kind: "prompt", from: "user", content };
    const opening = this.#opening;
    this.#opening = []; // said once, also when the reader leaves at it
    for (const event of [...opening, input]) yield* await this.#record(event, run);
    for (const event of this.#undelivered.map(taken)) yield* await this.#record(event, run);
  }

  async #record(event: Event, run: string): Promise<readonly Envelope[]> {
    const written = await this.#journal.write(event, this.#stamp(run));
    for (const envelope of written) {
      this.#since.push(envelope.event);
      this.#note(envelope.event);
    }
    return written;
  }

  #stamp(run: string): Stamp {
    return { session: this.#parts.claim.ref.session, run, wall: this.#parts.wall };
  }

  get #view(): View {
    this.#folded = this.#since.reduce(remember, this.#folded);
    this.#since = [];
    return this.#folded;
  }

  /** The loop folds what it yields, so nobody else has to: at the beginning of a turn its view is that of the whole log. */
  #following(ports: Ports): Ports {
    return {
      ...ports,
      prepare: (state, signal) => {
        this.#folded = state.view;
        this.#since = [];
        return ports.prepare(state, signal);
      },
    };
  }

  #note(event: Event): void {
    if (event.type === "input.received") this.#undelivered = [...this.#undelivered, event];
    if (event.type === "context.added" && event.inputId !== undefined)
      this.#undelivered = this.#undelivered.filter(({ inputId }) => inputId !== event.inputId);
  }
}

type Input = Extract<Event, { type: "input.received" }>;

/** Accepted, and not yet seen by the model: delivered now, once. */
const taken = ({ inputId, from, content }: Input): Event => ({ type: "context.added", inputId, from, content });

function startOf(view: View, { models, outputLimit }: LoopOptions): LoopState {
  return {
    view,
    model: models[0] ?? "",
    turn: 0,
    because: "prompt",
    maxOutputTokens: Math.min(FIRST_OUTPUT_TOKENS, outputLimit),
    outputRoom: Infinity,
    outputResumes: 0,
    tries: {},
    rescues: 0,
    stopBlocks: 0,
    slowUntil: 0,
    pinned: 1,
    pauses: 0,
    malformedReplies: 0,
  };
}
