import { applyEdits, editBlock } from "./edit.ts";
import type { Envelope, Event } from "./event.ts";
import { isThinking, isToolUse, say, text, type Block, type Message, type ToolResult, type ToolUse } from "./message.ts";
import type { Replay } from "./tool.ts";

/**
 * What the model sees next is a fold over durable events, and nothing else.
 * The running loop folds the events it yields; resume, fork, rewind and takeover fold the log: the same function.
 */
export function fold(envelopes: Iterable<Envelope>): readonly Message[] {
  return messagesOf(viewOf(envelopes));
}

/** Settled messages, and the last reply with the answers it has so far. */
export type View = { readonly messages: readonly Message[]; readonly reply: Reply | undefined };
type Reply = {
  readonly id: string;
  readonly blocks: readonly Block[];
  readonly stopReason: string | undefined; // undefined while it streams, and for ever when it died
  readonly malformed: Readonly<Record<string, string>>;
  readonly started: Readonly<Record<string, Replay>>;
  readonly results: Readonly<Record<string, ToolResult>>;
  readonly added: readonly Block[]; // what came while calls ran: it stands behind the results
};
export const UNKNOWN = "Interrupted, outcome unknown. Look before you do it again.";
export const EMPTY: View = { messages: [], reply: undefined };

export function viewOf(envelopes: Iterable<Envelope>): View {
  const recall = new Recall();
  for (const { event } of envelopes) recall.add(event);
  return recall.view;
}

export const remember = (view: View, event: Event): View => advance(view, event, say);

/** The same for whoever reads a log from its beginning: it adds in place, so that a long one costs its length; what was looked at stays as it was. */
export class Recall {
  #view: View;
  /** Seen by nobody else. */
  #own: Message[] = [];

  /** `from`: what the log came to where the reading begins. */
  constructor(from: View = EMPTY) {
    this.#view = from;
  }

  add(event: Event): void {
    this.#view = advance(this.#view, event, this.#grow);
  }

  get view(): View {
    this.#own = [];
    return this.#view;
  }

  #grow: typeof say = (messages, role, content) => {
    if (content.length === 0) return messages;
    if (messages !== this.#own) this.#own = [...messages];
    const last = this.#own.at(-1);
    if (last?.role === role) this.#own.splice(-1, 1, { role, content: [...last.content, ...content] });
    else this.#own.push({ role, content });
    return this.#own;
  };
}

/** `grow` adds content to messages, as `say` does. */
function advance(view: View, event: Event, grow: typeof say): View {
  const { messages, reply } = view;
  switch (event.type) {
    case "turn.started":
      return settled(view, grow);
    case "block.completed": {
      const open = reply?.id === event.messageId ? view : settled(view, grow);
      const draft = open.reply ?? {
        id: event.messageId,
        blocks: [],
        stopReason: undefined,
        malformed: {},
        started: {},
        results: {},
        added: [],
      };
      const malformed =
        event.malformed === undefined || !isToolUse(event.block)
          ? draft.malformed
          : { ...draft.malformed, [event.block.id]: event.malformed };
      return { ...open, reply: { ...draft, malformed, blocks: [...draft.blocks, event.block] } };
    }
    case "reply.completed":
      return reply?.id === event.messageId ? { messages, reply: { ...reply, stopReason: event.stopReason } } : view;
    case "reply.dropped":
      return reply?.id === event.messageId ? settled({ messages, reply: { ...reply, blocks: [] } }, grow) : view;
    case "call.started":
      return reply ? { messages, reply: { ...reply, started: { ...reply.started, [event.callId]: event.replay } } } : view;
    case "call.completed":
      return reply ? { messages, reply: { ...reply, results: { ...reply.results, [event.callId]: event.result } } } : view;
    case "context.added":
      return reply
        ? { messages, reply: { ...reply, added: [...reply.added, ...event.content] } }
        : { messages: grow(messages, "user", event.content), reply };
    case "context.edited": {
      const base = reply?.stopReason !== undefined && openCalls(view).length === 0 ? settled(view, grow) : view;
      const open = base.reply && {
        ...base.reply,
        results: mapValues(base.reply.results, (result) => event.edits.reduce(editBlock<ToolResult>, result)),
      };
      return { messages: applyEdits(base.messages, event.edits), reply: open };
    }
  }
  return view; // every other event is for people and machines, not for the model
}

/** Always valid to send: a call that has no answer yet gets one that says so. */
export const messagesOf = (view: View): readonly Message[] => closed(view, say);

function closed({ messages, reply }: View, grow: typeof say): readonly Message[] {
  if (!reply) return messages;
  if (!isKept(reply)) return grow(messages, "user", reply.added);
  const results = reply.blocks.filter(isToolUse).map(({ id }) => reply.results[id] ?? resultOf(id, [text(UNKNOWN)], true));
  return grow(grow(messages, "assistant", sendable(reply)), "user", [...results, ...reply.added]);
}

/** A call that a log ends with and that nothing has answered; `started` when its effect may have happened. */
export type OpenCall = { readonly use: ToolUse; readonly started: Replay | undefined; readonly malformed: string | undefined };

export function openCalls({ reply }: View): readonly OpenCall[] {
  if (!reply || !isKept(reply)) return [];
  return reply.blocks
    .filter(isToolUse)
    .filter(({ id }) => !reply.results[id])
    .map((use) => ({ use, started: reply.started[use.id], malformed: reply.malformed[use.id] }));
}

export function resultOf(callId: string, content: readonly Block[], isError: boolean): ToolResult {
  return { type: "tool_result", tool_use_id: callId, content, ...(isError && { is_error: true }) };
}

/** A reply that died counts only when it asked for a call: a complete block is a decision, half an answer isn't. */
const isKept = ({ stopReason, blocks }: Reply): boolean => stopReason !== undefined || blocks.some(isToolUse);

const WHOLE = ["end_turn", "tool_use", "stop_sequence", "pause_turn", "refusal", "compaction"];

/** What the Messages API takes back: not a server's call without its result, unless the server only paused, and no thinking at the end. */
function sendable({ stopReason, blocks }: Reply): readonly Block[] {
  if (stopReason === "pause_turn") return blocks;
  const whole = stopReason !== undefined && WHOLE.includes(stopReason);
  const kept = whole ? blocks : blocks.filter((block) => block.type !== "server_tool_use" || isAnswered(block, blocks));
  return kept.slice(0, kept.findLastIndex((block) => !isThinking(block)) + 1);
}

const isAnswered = (use: Block, blocks: readonly Block[]): boolean => blocks.some((other) => other["tool_use_id"] === use["id"]);

const settled = (view: View, grow: typeof say): View => ({ messages: closed(view, grow), reply: undefined });

function mapValues<A, B>(record: Readonly<Record<string, A>>, change: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
}
