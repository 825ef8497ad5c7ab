import type { Block, Envelope, Event, JsonObject, Usage } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { DELTAS, NO_USAGE, retryOf, stopOf, usageOf, type Message } from "./wire.ts";

/**
 * Envelopes as the messages of `--output-format stream-json`: the names are those that public SDKs read (with wire.ts and result.ts, nothing else knows them).
 * The blocks of a reply wait for its end, at most as long as it streams: all carry its one true usage, and a reply that is taken back was never said.
 */
export type About = Pick<Session, "id" | "cwd" | "model" | "mode" | "tools" | "plugins" | "credentials">;
export type Mapper = { readonly opening: () => Message; readonly next: (envelope: Envelope) => readonly Message[] };

export function mapper(about: About, version: string, options: { readonly partial: boolean; readonly uuid: () => string }): Mapper {
  const { partial, uuid } = options;
  const speakers = new Map<string, Speaker>();
  const seal = (message: Message): Message => ({ ...message, session_id: about.id, uuid: uuid() });
  return {
    opening: () => seal(initOf(about, version)),
    next: (envelope) => {
      const path = envelope.path.join("/");
      const speaker = speakers.get(path) ?? new Speaker(about.model, parentOf(speakers, envelope));
      speakers.set(path, speaker);
      return [...(partial ? speaker.partials(envelope.event) : []), ...speaker.wholes(envelope.event)].map(seal);
    },
  };
}

/** What is said at one place: by the session itself, or by one sub-agent. */
class Speaker {
  readonly #parent: string | null;
  readonly agents = new Map<string, string>();
  #model: string;
  #open = "";
  #held: readonly Held[] = [];

  constructor(model: string, parent: string | null) {
    this.#model = model;
    this.#parent = parent;
  }

  wholes(event: Event): readonly Message[] {
    switch (event.type) {
      case "model.called":
        if (event.purpose === "main") this.#model = event.model;
        return [];
      case "agent.started":
        if (event.callId !== undefined) this.agents.set(event.agentId, event.callId);
        return [];
      case "block.completed":
        this.#held = [...this.#held, { reply: event.messageId, block: event.block }];
        return [];
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
        return [
          {
            type: "system",
            subtype: "api_retry",
            attempt: event.attempt,
            max_retries: 3,
            retry_delay_ms: event.waitMs,
            ...retryOf(event.because),
          },
        ];
      case "heartbeat":
        return [{ type: "keep_alive" }];
      case "run.ended":
        return this.#release("", NO_USAGE);
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
        const delta = { stop_reason: stopOf(event.stopReason), stop_sequence: null };
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
type Held = { readonly reply: string; readonly block: Block } | { readonly message: Message };

/** A sub-agent's messages name the call that started it. */
function parentOf(speakers: ReadonlyMap<string, Speaker>, { path }: Envelope): string | null {
  const agent = path.at(-1);
  return agent === undefined ? null : (speakers.get(path.slice(0, -1).join("/"))?.agents.get(agent) ?? null);
}

const raw = (event: JsonObject): Message => ({ type: "stream_event", event });

function initOf({ cwd, model, mode, tools, plugins, credentials }: About, version: string): Message {
  return {
    type: "system",
    subtype: "init",
    cwd,
    model,
    tools: [...tools],
    mcp_servers: [],
    slash_commands: [],
    skills: [],
    agents: [],
    plugins: plugins.map(({ name, root }) => ({ name, path: root })),
    permissionMode: mode,
    output_style: "default",
    apiKeySource: credentials,
    keel_version: version,
  };
}
