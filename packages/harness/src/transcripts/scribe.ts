/**
 * Writes a conversation from elsewhere as the events that our own loop would have left, so that it folds, resumes and forks like any
 * other. Thinking is left out: its signature is bound to the request it was made in.
 */
import {
  EMPTY,
  isThinking,
  isToolUse,
  messagesOf,
  remember,
  resultOf,
  text,
  type Block,
  type Event,
  type JsonObject,
  type ToolUse,
  type Usage,
  type View,
} from "@keelson/protocol";

/** `at`: ms since the epoch. */
export type Told = { readonly at: number; readonly event: Event };
export type Result = { readonly callId: string; readonly content: readonly Block[]; readonly isError: boolean };

const UNCOUNTED: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

export class Scribe {
  readonly #told: Told[] = [];
  readonly #calls = new Map<string, ToolUse>();
  #view: View = EMPTY;
  #inputs = 0;
  #turns = 0;
  #open: string | undefined; // the reply that is being told
  #asks = false;

  get told(): readonly Told[] {
    return this.#told;
  }

  user(content: readonly Block[], at: number, from: "user" | "harness" = "user"): void {
    if (content.length === 0) return;
    this.#close(at);
    const inputId = `imported-${++this.#inputs}`;
    if (from === "user") this.#tell({ type: "input.received", inputId, kind: "prompt", from, content }, at);
    this.#tell({ type: "context.added", from, content, ...(from === "user" && { inputId }) }, at);
  }

  /** One block of a reply; blocks of one id are one reply. */
  block(messageId: string, block: Block, at: number): void {
    if (isThinking(block)) return;
    if (this.#open !== messageId) {
      this.#close(at);
      this.#tell({ type: "turn.started", turn: this.#turns++, because: this.#turns === 1 ? "prompt" : "tool_results" }, at);
      this.#open = messageId;
      this.#asks = false;
    }
    const sound = isToolUse(block) ? { ...block, id: soundId(block.id), input: inputOf(block.input) } : block;
    if (isToolUse(sound)) {
      this.#calls.set(sound.id, sound);
      this.#asks = true;
    }
    this.#tell({ type: "block.completed", messageId, index: 0, block: sound }, at);
  }

  /** The answer of a call that was told; one that nobody asked for is left out. */
  result({ callId, content, isError }: Result, at: number): void {
    const id = soundId(callId);
    const use = this.#calls.get(id);
    if (!use) return;
    this.#close(at);
    this.#calls.delete(id);
    this.#tell({ type: "call.started", callId: id, input: use.input, replay: "never" }, at);
    this.#tell(
      { type: "call.completed", callId: id, outcome: isError ? "error" : "ok", result: resultOf(id, content, isError), ms: 0 },
      at,
    );
  }

  /** What was said before is summed up from here on. */
  summary(words: string, at: number): void {
    this.#close(at);
    const to = messagesOf(this.#view).length;
    if (to === 0) return this.user([text(words)], at, "harness");
    this.#tell({ type: "context.edited", tier: "imported", edits: [{ op: "fold", from: 0, to, summary: words }] }, at);
  }

  /** A call that nobody answered may have run: it isn't run again. */
  end(at: number): void {
    this.#close(at);
    for (const { id, input } of this.#calls.values()) this.#tell({ type: "call.started", callId: id, input, replay: "never" }, at);
    if (this.#calls.size === 0 && this.#turns > 0)
      this.#tell({ type: "run.ended", reason: "completed", totals: { turns: this.#turns } }, at);
  }

  #close(at: number): void {
    const messageId = this.#open;
    if (messageId === undefined) return;
    this.#open = undefined;
    this.#tell({ type: "reply.completed", messageId, stopReason: this.#asks ? "tool_use" : "end_turn", usage: UNCOUNTED }, at);
  }

  #tell(event: Event, at: number): void {
    this.#told.push({ at, event });
    this.#view = remember(this.#view, event);
  }
}

/** What the Messages API takes as the id of a call. */
const soundId = (id: string): string => id.replaceAll(/[^a-zA-Z0-9_-]/g, "_") || "call";

function inputOf(input: unknown): JsonObject {
  return typeof input === "object" && input !== null && !Array.isArray(input) ? (input as JsonObject) : { input: String(input) };
}
