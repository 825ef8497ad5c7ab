import {
  type Bound,
  type EndReason,
  type Event,
  isModelError,
  isToolUse,
  type LoopOptions,
  type ModelError,
  modelError,
  type ModelPart,
  type OpenCall,
  type Ports,
  text,
  type Tool,
  type ToolUse,
  type Usage,
} from "@keelson/protocol";
import { call, complete, interrupted, type Site } from "./call.ts";
import { Channel } from "./channel.ts";
import { Grace } from "./grace.ts";
import { Room } from "./room.ts";

/** `stopReason` is the model's, or ours: salvaged, aborted, dropped. */
export type Reply = { readonly messageId: string; readonly stopReason: string; readonly error?: ModelError };
/** `malformed`: how many of the calls had an input that isn't JSON. */
export type Answers = { readonly asked: number; readonly malformed: number; readonly end: EndReason | undefined };

const SHOWN_INPUT = 1_000;
const NO_USAGE: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

/**
 * One reply of the model together with the calls it starts while it still streams.
 * Concurrency-safe calls overlap; any other waits for all before it and holds back all after it.
 */
export class Turn implements AsyncDisposable {
  readonly #tools: ReadonlyMap<string, Tool>;
  readonly #site: Site;
  readonly #events = new Channel<Event>();
  readonly #left = new AbortController();
  readonly #calls: Promise<void>[] = [];
  #barrier: Promise<unknown> = Promise.resolve();
  #streaming: Promise<unknown> = Promise.resolve();
  #end: EndReason | undefined;
  #over = false;
  #malformed = 0;
  #draft = { id: "", usage: NO_USAGE, index: 0, words: "" };

  constructor(
    tools: ReadonlyMap<string, Tool>,
    ports: Pick<Ports, "permit" | "clock" | "remains">,
    options: LoopOptions,
    signal: AbortSignal,
  ) {
    this.#tools = tools;
    const grace = new Grace(signal, options.graceMs, ports.clock);
    this.#site = { ports, options, events: this.#events, room: new Room(), grace, left: this.#left.signal };
  }

  /** `likely`: tools made ready while the model reads. A failure is a value. What was said until then is kept when a call was asked for (salvaged) or the user interrupted, else dropped. */
  async *stream(ask: (signal: AbortSignal) => AsyncIterable<ModelPart>, likely: readonly string[]): AsyncGenerator<Event, Reply> {
    const { grace } = this.#site;
    const { signal } = grace;
    const pump = grace.wait(this.#pump(ask(signal)));
    this.#streaming = pump;
    if (likely.length > 0) setImmediate(() => signal.aborted || likely.forEach((name) => this.#warm(name))); // once the request is out
    try {
      return { stopReason: yield* this.#events.during(pump), messageId: this.#draft.id };
    } catch (error) {
      if (!signal.aborted && !isModelError(error)) throw error;
      const stopReason = signal.aborted ? "aborted" : this.#calls.length > 0 ? "salvaged" : "dropped";
      yield* this.#close(stopReason, isModelError(error) ? error.code : "aborted");
      return { stopReason, messageId: this.#draft.id, ...(isModelError(error) && { error }) };
    }
  }

  /** Takes up the calls that a log ends with. One that may have happened, and must not happen twice, is told to the model instead. */
  resume(open: readonly OpenCall[]): void {
    for (const { use, started, malformed } of open) {
      if (started === "never") this.#calls.push(interrupted(use.id, this.#site));
      else this.#begin(use, malformed);
    }
  }

  /** Waits for the calls; `end` when one of them, or an abort, ends the run. */
  async *answers(): AsyncGenerator<Event, Answers> {
    yield* this.#events.during(Promise.all(this.#calls));
    this.#over = true;
    return { asked: this.#calls.length, malformed: this.#malformed, end: this.#site.grace.signal.aborted ? "aborted_tools" : this.#end };
  }

  /** Stops whatever still runs; a turn that has its answers disposes at once, and aborts nothing. */
  async [Symbol.asyncDispose](): Promise<void> {
    using grace = this.#site.grace;
    if (this.#over && !grace.signal.aborted) return; // after an abort something deaf may still run
    this.#left.abort();
    grace.begin(this.#left.signal.reason);
    this.#events.close();
    await Promise.allSettled([this.#streaming, ...this.#calls]);
  }

  async #pump(parts: AsyncIterable<ModelPart>): Promise<string> {
    const { grace, ports } = this.#site;
    const { signal } = grace;
    for await (const part of parts) {
      signal.throwIfAborted();
      if (part.type === "started") this.#draft = { ...this.#draft, id: part.messageId, usage: part.usage };
      if (part.type === "delta" && part.kind === "text")
        this.#draft = { ...this.#draft, index: part.index, words: this.#draft.words + part.delta };
      if (part.type === "block.completed") this.#draft = { ...this.#draft, words: "" };
      if (part.type === "block.started" && isToolUse(part.block)) this.#warm(part.block.name);
      const event = eventOf(part, this.#draft.id, ports.clock.now());
      if (event) await this.#events.send(event);
      if (part.type === "block.completed" && isToolUse(part.block)) this.#begin(part.block, part.malformed);
      if (part.type === "done") return part.stopReason;
    }
    signal.throwIfAborted(); // an aborted stream may end in silence
    throw modelError("stream_cut", { message: "The reply ended before it was complete." });
  }

  *#close(stopReason: "salvaged" | "aborted" | "dropped", because: string): Generator<Event> {
    const { id: messageId, usage, index, words } = this.#draft;
    if (messageId === "") return; // it died before it began
    if (stopReason === "aborted" && words !== "") yield { type: "block.completed", messageId, index, block: text(words) };
    yield stopReason === "dropped"
      ? { type: "reply.dropped", messageId, because }
      : { type: "reply.completed", messageId, stopReason, usage };
  }

  #warm(name: string): void {
    this.#tools.get(name)?.warm?.();
  }

  #bind({ name, input }: ToolUse): Bound {
    return (
      this.#tools.get(name)?.bind(input, this.#site.options.cwd) ?? {
        ok: false,
        error: `No tool is named ${name}. There are: ${[...this.#tools.keys()].join(", ")}.`,
      }
    );
  }

  #begin(use: ToolUse, malformed: string | undefined): void {
    if (malformed !== undefined) this.#malformed++;
    const bound = malformed === undefined ? this.#bind(use) : notJson(malformed);
    const safe = !bound.ok || bound.call.concurrencySafe; // what can't run harms nobody
    const gate = safe ? this.#barrier : Promise.all([this.#barrier, ...this.#calls]);
    const done = gate.then(async () => {
      if (this.#end === "tool_deferred") return; // it stands behind a deferred call, and will again
      if (this.#end !== undefined) return complete(use.id, "aborted", "Not run: the run ends here.", 0, this.#site);
      const end = await call(use, bound, this.#site);
      this.#end ??= end;
    });
    if (!safe) this.#barrier = done;
    this.#calls.push(done);
  }
}

function notJson(written: string): Bound {
  return { ok: false, error: `Nothing ran: the input of this call isn't a JSON object. It was: ${written.slice(0, SHOWN_INPUT)}` };
}

function eventOf(part: ModelPart, messageId: string, at: number): Event | undefined {
  switch (part.type) {
    case "started":
      return undefined;
    case "delta":
      return { type: "block.delta", messageId, index: part.index, kind: part.kind, delta: part.delta, at };
    case "block.started":
      return { type: part.type, messageId, index: part.index, block: part.block };
    case "block.completed":
      return {
        type: part.type,
        messageId,
        index: part.index,
        block: part.block,
        ...(part.malformed !== undefined && { malformed: part.malformed }),
      };
    case "done":
      return {
        type: "reply.completed",
        messageId,
        stopReason: part.stopReason,
        usage: part.usage,
        ...(part.details && { details: part.details }),
      };
  }
}
