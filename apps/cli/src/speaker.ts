import { isToolUse, type Block, type EndReason, type Envelope, type Event, type JsonObject, type Usage } from "@keelson/protocol";
import { ENDINGS } from "./ending.ts";
import type { About } from "./stream-json.ts";
import {
  changedMessage,
  compactMessages,
  deniedMessage,
  informational,
  progressMessage,
  retryMessage,
  statusMessage,
} from "./system-messages.ts";
import { DELTAS, errorOf, NO_USAGE, readable, stopOf, usageOf, type Message } from "./wire.ts";

/** A call that is known by its block. `told`: when its progress was last told, in ms since the epoch. */
export type Call = { readonly name: string; readonly started: number; readonly told: number };
type Failure = Pick<Extract<Event, { type: "notice.raised" }>, "code" | "text">;

/**
 * What is said at one place: by the session itself, or by one sub-agent.
 * The blocks of a reply wait for its end, at most as long as it streams: all carry its one true usage, and a reply that is taken back was never said.
 */
export class Speaker {
  readonly #about: Pick<About, "permissionMode">;
  readonly #parent: string | null;
  readonly #unattended: boolean;
  readonly agents = new Map<string, string>();
  readonly #calls = new Map<string, Call>();
  #model: string;
  #open = "";
  #held: readonly Held[] = [];
  #failure: Failure | undefined;

  constructor({ about, parent, unattended }: Place) {
    this.#about = about;
    this.#model = about.model;
    this.#parent = parent;
    this.#unattended = unattended;
  }

  wholes({ event, at }: Envelope): readonly Message[] {
    switch (event.type) {
      case "model.called":
        if (event.purpose === "main") this.#model = event.model;
        return [];
      case "context.edited":
        return compactMessages(event);
      case "session.changed":
        if (typeof event.change["model"] === "string") this.#model = event.change["model"];
        return "mode" in event.change ? [statusMessage(this.#about.permissionMode)] : [];
      case "agent.started":
        if (event.callId !== undefined) this.agents.set(event.agentId, event.callId);
        return [];
      case "block.completed":
        if (isToolUse(event.block)) this.#calls.set(event.block.id, { name: event.block.name, started: at, told: at });
        this.#held = [...this.#held, { reply: event.messageId, block: readable(event.block) }];
        return [];
      case "call.judged":
        return event.decision.behavior === "deny" ? this.#behindTheReply(deniedMessage(event, this.#calls.get(event.callId))) : [];
      case "call.started":
      case "call.progress":
        return this.#progress(event, at);
      case "call.completed":
        return this.#behindTheReply(
          this.#say("user", {
            message: { role: "user", content: [event.result] },
            ...(event.display && { tool_use_result: event.display }),
          }),
        );
      case "reply.completed":
        return this.#release(event.messageId, event.usage);
      case "reply.dropped":
        this.#held = this.#held.filter((held) => !("reply" in held) || held.reply !== event.messageId);
        return [];
      case "recovery.attempted":
        return [retryMessage(event, this.#unattended)];
      case "catalog.changed":
        return [changedMessage(event)];
      case "notice.raised":
        if (event.severity === "error") this.#failure = event;
        return informational(event);
      case "heartbeat":
        return [{ type: "keep_alive" }];
      case "run.ended":
        return [...this.#release("", NO_USAGE), ...this.#fail(event.reason)];
    }
    return [];
  }

  /** The raw events of the API, as far as ours carry them. */
  partials(event: Event): readonly Message[] {
    switch (event.type) {
      case "block.started":
        return [...this.#begin(event.messageId), raw({ type: "content_block_start", index: event.index, content_block: event.block })].map(
          (each) => this.#from(each),
        );
      case "block.delta":
        return [this.#from(raw({ type: "content_block_delta", index: event.index, delta: DELTAS[event.kind](event.delta) }))];
      case "block.completed":
        return [this.#from(raw({ type: "content_block_stop", index: event.index }))];
      case "reply.completed": {
        const delta = { stop_reason: stopOf(event.stopReason), stop_sequence: null, ...(event.details && { stop_details: event.details }) };
        const end = [raw({ type: "message_delta", delta, usage: usageOf(event.usage) }), raw({ type: "message_stop" })];
        const all = [...this.#begin(event.messageId), ...end];
        this.#open = "";
        return all.map((each) => this.#from(each));
      }
      case "reply.dropped":
        this.#open = "";
        return [];
    }
    return [];
  }

  #begin(messageId: string): readonly Message[] {
    if (this.#open === messageId) return [];
    this.#open = messageId;
    return [raw({ type: "message_start", message: this.#message(messageId, [], NO_USAGE) })];
  }

  /** A tool that talks a lot is told of once a second. */
  #progress(event: Extract<Event, { type: "call.started" | "call.progress" }>, at: number): readonly Message[] {
    const call = this.#calls.get(event.callId);
    if (!call) return [];
    if (event.type === "call.started") this.#calls.set(event.callId, { ...call, started: at, told: at });
    if (event.type === "call.started" || at - call.told < SECOND_MS) return [];
    this.#calls.set(event.callId, { ...call, told: at });
    return [this.#from(progressMessage(event.callId, call, at))];
  }

  /** A model that can't be asked, or was cut short, is told in the place of its answer, under a name that programs know. */
  #fail(reason: EndReason): readonly Message[] {
    const failure = reason === "output_limit" ? { code: reason, text: ENDINGS[reason] } : this.#failure;
    this.#failure = undefined;
    const error = failure && reason !== "completed" ? errorOf(failure.code) : undefined;
    if (!failure || error === undefined) return [];
    const message = { ...this.#message(`msg_${failure.code}`, [{ type: "text", text: failure.text }], NO_USAGE), model: "<synthetic>" };
    return [this.#say("assistant", { message, error })];
  }

  /** What belongs to a call waits until the reply that asks for it is told. */
  behind(call: string | undefined, messages: readonly Message[]): readonly Message[] {
    const isUntold = this.#held.some((held) => "block" in held && isToolUse(held.block) && held.block.id === call);
    if (!isUntold) return messages;
    this.#held = [...this.#held, ...messages.map((message) => ({ message }))];
    return [];
  }

  #behindTheReply(message: Message): readonly Message[] {
    if (this.#held.length === 0) return [message];
    this.#held = [...this.#held, { message }];
    return [];
  }

  #release(reply: string, usage: Usage): readonly Message[] {
    const held = this.#held;
    this.#held = [];
    return held.map((each) =>
      "message" in each
        ? each.message
        : this.#say("assistant", { message: this.#message(each.reply, [each.block], each.reply === reply ? usage : NO_USAGE) }),
    );
  }

  #message(id: string, content: readonly Block[], usage: Usage): JsonObject {
    return {
      id,
      type: "message",
      role: "assistant",
      model: this.#model,
      content,
      stop_reason: null,
      stop_sequence: null,
      usage: usageOf(usage),
    };
  }

  #say(type: "assistant" | "user", rest: JsonObject): Message {
    return this.#from({ type, ...rest });
  }

  #from(message: Message): Message {
    return { ...message, parent_tool_use_id: this.#parent };
  }
}
type Place = { readonly about: Pick<About, "model" | "permissionMode">; readonly parent: string | null; readonly unattended: boolean };
type Held = { readonly reply: string; readonly block: Block } | { readonly message: Message };

const SECOND_MS = 1_000;
const raw = (event: JsonObject): Message => ({ type: "stream_event", event });
