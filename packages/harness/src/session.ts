import { randomUUID } from "node:crypto";
import { loop } from "@keelson/core";
import {
  DURABLE,
  isStoreError,
  remember,
  text,
  type Block,
  type Claim,
  type Envelope,
  type Event,
  type JsonObject,
  type LoopOptions,
  type LoopState,
  type Ports,
  type Provenance,
  type SessionStore,
  type Settled,
  type View,
} from "@keelson/protocol";
import { withHeartbeats } from "./heartbeat.ts";
import { Journal, type Stamp } from "./journal.ts";
import { Inputs, taken, withdrawnEvent, type Input } from "./inputs.ts";
import { listening } from "./listening.ts";
import { startOf } from "./loop-state.ts";
import type { Rites } from "./hooking/rites.ts";
import { stopNotice } from "./hooking/spoken.ts";
import type { Expanded } from "./lore/lore.ts";
import { blocking, refusalIn, type Refused } from "./refused.ts";
import type { Recollection } from "./recollection.ts";
import type { Moment } from "./servers/ports.ts";
import type { Past } from "./past.ts";
import { keepSnapshot } from "./snapshot.ts";

/** The parts of a session that live as long as it does. */
export type SessionParts = {
  readonly store: SessionStore;
  readonly claim: Claim;
  /** Afresh for each run: some of them count. */
  readonly ports: () => Ports;
  readonly options: () => LoopOptions;
  /** What a run came to, beside its turns. */
  readonly totals: (view: View) => JsonObject;
  /** What happened beside the loop since the last look. */
  readonly drain: () => readonly Event[];
  /** What is to be said before a run's end. */
  readonly closing: () => readonly Event[];
  /** Waits for what still goes on in the background; false when nothing does. */
  readonly attend: (signal: AbortSignal) => Promise<boolean>;
  /** After an interrupt: waits until what went on in the background has ended. */
  readonly ended: () => Promise<void>;
  /** Ends such a wait. */
  readonly nudge: () => void;
  /** While something goes on in the background: settles when it has said something. Undefined when nothing does. */
  readonly heard: () => Promise<undefined> | undefined;
  readonly rites: Rites;
  /** What servers that run beside the session have come to say. */
  readonly news: (at: Moment, signal: AbortSignal) => Promise<readonly Event[]>;
  /** What a new session is told before its first prompt. */
  readonly introduce: () => Promise<readonly Event[]>;
  /** What a prompt that begins with a slash stands for; undefined for one that doesn't. */
  readonly expand: (words: string) => Promise<Expanded | undefined>;
  readonly wall: () => number;
  /** Agents from the root; empty for the root's own. */
  readonly path: readonly string[];
};
const WORTH_KEEPING = 500; // events: what is read in a few ms isn't worth a file
const WORTH_A_STOP = 2_000; // in the middle of a run, in case it is killed: some 300 turns, so that a stop of 0.1 s for a long one is no cost

/**
 * Runs prompts over one log. Its memory is the fold of that log: while a run goes on, the loop's own as of its last turn,
 * and behind it what was written since.
 */
export class Conversation {
  readonly #parts: SessionParts;
  readonly #journal: Journal;
  readonly #recollection: Recollection;
  readonly #aside: Event[] = [];
  #running: AbortSignal = AbortSignal.abort();
  #folded: View;
  #since: Event[] = [];
  readonly #inputs: Inputs;
  #opening: readonly Event[];
  #introduced: boolean;
  #run: string = randomUUID();
  #written: readonly Envelope[] = []; // beside a run, and not yet shown
  #kept: number;

  constructor(parts: SessionParts, recollection: Recollection, { view, undelivered, opening, kept }: Past) {
    this.#parts = parts;
    this.#recollection = recollection;
    this.#journal = new Journal(parts.store, parts.claim);
    this.#folded = view;
    this.#inputs = new Inputs(undelivered);
    this.#opening = opening;
    this.#introduced = opening.length === 0;
    this.#kept = kept;
  }

  /** Leaves a snapshot where the log has grown, so that a long one is taken up without being read. */
  async keep(worth = WORTH_KEEPING): Promise<void> {
    const { head, unsaved } = this.#journal;
    if (unsaved > 0 || head - this.#kept < worth) return;
    this.#kept = head;
    await keepSnapshot(this.#parts, head, { view: this.view, undelivered: this.#inputs.waiting, recollection: this.#recollection.print() });
  }

  /** What the model would be sent now. */
  get view(): View {
    this.#folded = this.#since.reduce(remember, this.#folded);
    this.#since = [];
    return this.#folded;
  }

  /** Words for the model, from another part of the session: it reads them after its next step, or with the next prompt. */
  receive(content: readonly Block[], from: Provenance): void {
    const input: Input = { type: "input.received", inputId: randomUUID(), kind: "steer", from, content };
    this.#inputs.add(input);
    this.#aside.push(input);
    this.#parts.nudge();
  }

  /** The same from the user: on disk when it settles. `inputId`: of words that were accepted before. */
  async steer(content: readonly Block[], inputId: string = randomUUID()): Promise<void> {
    const freed = this.#inputs.free(inputId);
    const kept = freed ? undefined : this.#accept({ type: "input.received", inputId, kind: "steer", from: "user", content });
    this.#parts.nudge();
    await kept;
  }

  /** Words of the user that wait until they are given by their id, to a run of their own or to one under way. On disk when it settles. */
  async accept(content: readonly Block[], kind: "prompt" | "steer"): Promise<string> {
    const inputId = randomUUID();
    this.#inputs.hold(inputId);
    await this.#accept({ type: "input.received", inputId, kind, from: "user", content });
    return inputId;
  }

  /** Takes back what was accepted and isn't read yet. */
  async withdraw(inputIds: readonly string[]): Promise<void> {
    const out = this.#inputs.drop(inputIds);
    if (out.length > 0) await this.#keepNow(withdrawnEvent(out));
  }

  async #accept(input: Input): Promise<void> {
    this.#inputs.add(input);
    await this.#keepNow(input);
  }

  /** Beside whatever is being written: the reader is shown it with what comes next. */
  async #keepNow(event: Event): Promise<void> {
    try {
      const written = await this.#record([...this.#begin(), event], this.#run);
      this.#written = [...this.#written, ...written];
    } catch (error) {
      if (!isStoreError(error)) throw error; // what is written next meets the same trouble, and says so
    }
  }

  /** The first events of a log, once. */
  #begin(): readonly Event[] {
    const opening = this.#opening;
    this.#opening = [];
    return opening;
  }

  /** Of the run that is under way, or of the last one. */
  get running(): AbortSignal {
    return this.#running;
  }

  /** `accepted`: the ids of the prompt's words, where they were accepted before. */
  async *run(prompt: readonly Block[], signal: AbortSignal, accepted: readonly string[] = []): AsyncGenerator<Envelope, void> {
    this.#running = signal;
    const run = (this.#run = randomUUID());
    for (const inputId of accepted) this.#inputs.free(inputId);
    const { rites } = this.#parts;
    await rites.begin(signal);
    const expanded = prompt.length === 0 ? undefined : await this.#parts.expand(wordsOf(prompt));
    const refused = refusalIn(expanded) ?? blocking(prompt.length === 0 ? undefined : await rites.submit(prompt, signal));
    yield* await this.#tell(this.#beside(), run);
    if (refused) {
      await this.withdraw(accepted);
      return yield* this.#refuse(refused, run);
    }
    yield* this.#take(prompt, run, accepted);
    if (expanded && "events" in expanded) yield* this.#expand(expanded, run, signal);
    if (prompt.length > 0) yield* await this.#record(await this.#parts.news("prompt", signal), run);
    const options = this.#parts.options(); // a skill may have wished for another model
    const ports = this.#following(this.#parts.ports());
    const events = loop(startOf(this.view, options), ports, options, signal);
    for await (const event of listening(options.unattended ? withHeartbeats(events, ports.clock) : events, this.#parts.heard)) {
      if (event?.type === "turn.started") await this.keep(WORTH_A_STOP);
      if (event?.type === "run.ended") yield* this.#end(event, run);
      else for (const envelope of await this.#tell([...this.#beside(), ...(event ? [event] : [])], run)) yield envelope;
    }
  }

  async close(): Promise<void> {
    await this.#parts.rites.close();
  }

  /** Writes down what was said beside the runs and waits for the next one. */
  async settle(last: Iterable<Event>): Promise<void> {
    const run = randomUUID();
    this.#aside.push(...last);
    await this.#tell(this.#beside(), run);
  }

  async add(content: readonly Block[], accepted: readonly string[] = []): Promise<void> {
    for (const inputId of accepted) this.#inputs.free(inputId);
    for await (const _ of this.#take(content, randomUUID(), accepted));
  }

  /** First on disk, then in the context, with whatever was accepted before and never delivered. Nothing to say: the log's open calls are taken up. */
  async *#take(content: readonly Block[], run: string, accepted: readonly string[]): AsyncGenerator<Envelope> {
    const input: Input = { type: "input.received", inputId: randomUUID(), kind: "prompt", from: "user", content };
    const told = this.#introduced ? [] : await this.#parts.introduce();
    this.#introduced = true;
    yield* await this.#record([...this.#begin(), ...told, ...(content.length > 0 && accepted.length === 0 ? [input] : [])], run);
    yield* await this.#record(this.#inputs.due.map(taken), run);
  }

  /** What a skill behind a slash says, and what comes of one that an agent carries out. */
  async *#expand(
    { events, apart }: Extract<Expanded, { readonly events: unknown }>,
    run: string,
    signal: AbortSignal,
  ): AsyncGenerator<Envelope> {
    yield* await this.#record(events, run);
    for await (const event of apart(signal)) yield* await this.#tell([...this.#beside(), event], run);
  }

  /** The prompt isn't taken: nobody asks the model, and the log says why. */
  async *#refuse({ reason, ...said }: Refused, run: string): AsyncGenerator<Envelope, void> {
    yield* await this.#record([{ type: "notice.raised", severity: "error", ...said }], run);
    yield* this.#end({ type: "run.ended", reason, totals: { turns: 0 } }, run);
  }

  async *#end(event: Extract<Event, { type: "run.ended" }>, run: string): AsyncGenerator<Envelope> {
    const totals = { ...event.totals, ...this.#parts.totals(this.view) };
    await this.#parts.rites.ended(event.reason, this.#running);
    if (this.#running.aborted) await this.#parts.ended();
    yield* await this.#tell([...this.#beside(), ...this.#parts.closing(), { ...event, totals }], run);
  }

  /** What happened beside the loop since it was asked for last. */
  #beside(): readonly Event[] {
    return [...this.#aside.splice(0), ...this.#parts.drain()];
  }

  /** In their order; what an agent relays is in a log of its own. */
  async #tell(events: readonly Event[], run: string): Promise<readonly Envelope[]> {
    const told: Envelope[] = [];
    const own: Event[] = [];
    for (const event of events)
      if (event.type === "agent.relayed") told.push(...(await this.#record(own.splice(0), run)), event.envelope);
      else own.push(event);
    return [...told, ...(await this.#record(own, run))];
  }

  /** By one write. A delta waits for no disk. */
  async #record(events: readonly Event[], run: string): Promise<readonly Envelope[]> {
    const written = await this.#journal.write(events, this.#stamp(run));
    for (const { event } of written) {
      if (!DURABLE[event.type]) continue;
      this.#since.push(event);
      this.#note(event);
    }
    if (this.#written.length === 0) return written;
    const before = this.#written;
    this.#written = [];
    return [...before, ...written];
  }

  #stamp(run: string): Stamp {
    const { claim, path, wall } = this.#parts;
    return { session: claim.ref.session, run, path, wall };
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
      settle: (state, at, signal) => this.#settle(ports, state, at, signal),
    };
  }

  /** What arrived meanwhile comes behind the results, or in place of an end; with something in the background, an end waits for it. */
  async *#settle(ports: Ports, state: LoopState, at: "tools" | "stop", signal: AbortSignal): AsyncGenerator<Event, Settled> {
    for (;;) {
      const ended = at === "tools" ? await this.#parts.rites.batch(state, signal) : undefined;
      if (ended !== undefined) return yield* stopped(ended);
      const news = await this.#parts.news(at, signal);
      yield* news;
      const arrived = this.#inputs.due;
      for (const input of arrived) yield taken(input);
      if (arrived.length > 0 || (at === "stop" && news.length > 0)) return { go: "on", because: "steered" };
      const going = at === "stop" && (await this.#parts.attend(signal));
      yield* this.#parts.drain();
      if (going && signal.aborted) return { go: "end", reason: "aborted_tools" }; // what it waited for was interrupted, too
      if (going) continue;
      const settled = yield* ports.settle(state, at, signal);
      return at === "stop" && settled.go === "end" ? yield* this.#stop(settled, state, signal) : settled;
    }
  }

  /** A hook may hold the end back with words of its own. */
  async *#stop(settled: Settled, state: LoopState, signal: AbortSignal): AsyncGenerator<Event, Settled> {
    const said = await this.#parts.rites.stopping(state, signal);
    yield* this.#parts.drain();
    if (said === undefined) return settled;
    if ("end" in said) {
      yield stopNotice(said.end);
      return { go: "end", reason: "stop_hook_prevented" };
    }
    yield { type: "context.added", from: "hook", content: [text(said.hold)] };
    return { go: "on", because: "stop_hook" };
  }

  #note(event: Event): void {
    this.#recollection.note(event);
    this.#parts.rites.note(event);
    this.#inputs.note(event);
  }
}

const wordsOf = (prompt: readonly Block[]): string =>
  prompt.flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");

/** A hook ends a run between two turns. */
async function* stopped(why: string): AsyncGenerator<Event, Settled> {
  yield stopNotice(why);
  return { go: "end", reason: "hook_stopped" };
}
