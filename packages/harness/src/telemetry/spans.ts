/**
 * A session's envelopes told as OpenTelemetry's GenAI spans and metrics: `invoke_agent` around a run, one `chat` a reply, one
 * `execute_tool` a call. It only reads what goes by. No words of people, models or files unless content is asked for.
 * Source: the GenAI semantic conventions (gen-ai-spans, gen-ai-agent-spans, gen-ai-metrics).
 */
import type { Attributes, Context, Histogram, Span } from "@opentelemetry/api";
import { isToolUse, type Block, type Envelope, type Event, type Usage } from "@keelson/protocol";
import { inputTokens, messagesText, outputText } from "./content.ts";

type Api = typeof import("@opentelemetry/api");
export type Instruments = {
  readonly api: Pick<Api, "trace" | "context" | "SpanKind" | "SpanStatusCode">;
  readonly version: string;
  /** Tokens. */
  readonly usage: Histogram;
  /** Seconds. */
  readonly duration: Histogram;
  /** Prompts, replies, inputs and results stand in the spans too. */
  readonly content: boolean;
};
export type About = { readonly session: string; readonly agent: string; readonly host: string | undefined };

const PROVIDER = "anthropic";
const SCOPE = "keelson";

/** The same envelopes, in the same order. Spans that are open when the reader leaves are ended. */
export async function* traced(envelopes: AsyncIterable<Envelope>, instruments: Instruments, about: About): AsyncGenerator<Envelope, void> {
  const agents = new Map<string, AgentSpans>();
  try {
    for await (const envelope of envelopes) {
      spansOf(envelope, agents, instruments, about).see(envelope.event, envelope.at);
      yield envelope;
    }
  } finally {
    for (const agent of [...agents.values()].toReversed()) agent.leave();
  }
}

/** Each agent has spans of its own, beneath those of the agent that started it. */
function spansOf({ path, at }: Envelope, agents: Map<string, AgentSpans>, instruments: Instruments, about: About): AgentSpans {
  const key = path.join("/");
  const known = agents.get(key);
  if (known) return known;
  const parent = agents.get(path.slice(0, -1).join("/"));
  const opened = new AgentSpans(instruments, { ...about, agent: path.at(-1) ?? about.agent }, { at, parent: parent?.context });
  agents.set(key, opened);
  return opened;
}

class AgentSpans {
  readonly context: Context;
  readonly #instruments: Instruments;
  readonly #about: About;
  readonly #agent: Span;
  readonly #tools = new Map<string, Span>();
  readonly #names = new Map<string, string>();
  #asked = 0; // ms: when the model was asked last
  #chat: { readonly span: Span; readonly at: number } | undefined;
  #said: readonly Block[] = [];
  #usage: Usage = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

  constructor(instruments: Instruments, about: About, { at, parent }: { readonly at: number; readonly parent: Context | undefined }) {
    this.#instruments = instruments;
    this.#about = about;
    this.context = parent ?? instruments.api.context.active();
    this.#agent = this.#open(`invoke_agent ${about.agent}`, at, {
      "gen_ai.operation.name": "invoke_agent",
      "gen_ai.agent.name": about.agent,
    });
    this.context = instruments.api.trace.setSpan(this.context, this.#agent);
  }

  see(event: Event, at: number): void {
    switch (event.type) {
      case "input.received":
        return this.#tell(this.#agent, "gen_ai.input.messages", messagesText("user", event.content));
      case "turn.started":
        this.#asked = at;
        this.#said = [];
        return;
      case "block.completed":
        this.#said = [...this.#said, event.block];
        if (isToolUse(event.block)) this.#names.set(event.block.id, event.block.name);
        return;
      case "model.called":
        return this.#called(event, at);
      case "reply.completed":
      case "reply.dropped":
        return this.#replied(event, at);
      case "recovery.attempted":
        return this.#failed(event.because, at);
      case "call.started":
        return this.#callStarted(event, at);
      case "call.completed":
        return this.#callCompleted(event, at);
      case "run.ended":
        return this.#ended(event.reason, at);
    }
  }

  /** Nobody reads any more: what is open ends where it was seen last. */
  leave(): void {
    for (const span of [...this.#tools.values(), ...(this.#chat ? [this.#chat.span] : []), this.#agent]) span.end();
  }

  #called({ purpose, model, usage, ms }: Extract<Event, { type: "model.called" }>, at: number): void {
    const { api, version } = this.#instruments;
    const attributes = { ...this.#common("chat"), "gen_ai.request.model": model, "gen_ai.response.model": model, "keel.purpose": purpose };
    const span = api.trace
      .getTracer(SCOPE, version)
      .startSpan(
        `chat ${model}`,
        { kind: api.SpanKind.CLIENT, startTime: at - ms, attributes: { ...attributes, ...tokens(usage) } },
        this.context,
      );
    this.#measure(model, usage, ms);
    if (purpose !== "main") return span.end(at);
    this.#chat?.span.end(this.#chat.at);
    this.#chat = { span, at }; // why it stopped comes next
  }

  #measure(model: string, usage: Usage, ms: number): void {
    const { usage: used, duration } = this.#instruments;
    const { "gen_ai.conversation.id": _session, ...few } = this.#common("chat"); // a metric has few values of each attribute
    const attributes = { ...few, "gen_ai.request.model": model, "gen_ai.response.model": model };
    used.record(inputTokens(usage), { ...attributes, "gen_ai.token.type": "input" });
    used.record(usage.output, { ...attributes, "gen_ai.token.type": "output" });
    duration.record(ms / 1000, attributes);
    this.#usage = add(this.#usage, usage);
  }

  #replied(event: Extract<Event, { type: "reply.completed" | "reply.dropped" }>, at: number): void {
    const span = this.#chat?.span;
    if (!span) return;
    const stop = event.type === "reply.completed" ? event.stopReason : event.because;
    span.setAttributes({ "gen_ai.response.id": event.messageId, "gen_ai.response.finish_reasons": [stop] });
    this.#tell(span, "gen_ai.output.messages", messagesText("assistant", this.#said, stop));
    span.end(Math.max(this.#chat?.at ?? at, at));
    this.#chat = undefined;
  }

  /** A request that came to nothing has a span too, so that retries are seen. */
  #failed(because: string, at: number): void {
    const { api, version } = this.#instruments;
    const span = api.trace
      .getTracer(SCOPE, version)
      .startSpan(
        "chat",
        { kind: api.SpanKind.CLIENT, startTime: this.#asked || at, attributes: { ...this.#common("chat"), "error.type": because } },
        this.context,
      );
    span.setStatus({ code: api.SpanStatusCode.ERROR, message: because });
    span.end(at);
    this.#asked = at;
  }

  #callStarted({ callId, input }: Extract<Event, { type: "call.started" }>, at: number): void {
    const name = this.#names.get(callId) ?? "unknown";
    const span = this.#open(`execute_tool ${name}`, at, {
      "gen_ai.operation.name": "execute_tool",
      "gen_ai.tool.name": name,
      "gen_ai.tool.call.id": callId,
      "gen_ai.tool.type": "function",
    });
    this.#tell(span, "gen_ai.tool.call.arguments", JSON.stringify(input));
    this.#tools.set(callId, span);
  }

  #callCompleted({ callId, outcome, result }: Extract<Event, { type: "call.completed" }>, at: number): void {
    const span = this.#tools.get(callId);
    if (!span) return; // denied or malformed: nothing ran
    this.#tools.delete(callId);
    this.#tell(span, "gen_ai.tool.call.result", outputText(result["content"]));
    if (outcome !== "ok") this.#fault(span, outcome);
    span.end(at);
  }

  #ended(reason: string, at: number): void {
    this.#agent.setAttributes({ ...tokens(this.#usage), "keel.end": reason });
    if (reason !== "completed") this.#fault(this.#agent, reason);
    this.#agent.end(at);
  }

  #fault(span: Span, why: string): void {
    span.setAttribute("error.type", why);
    span.setStatus({ code: this.#instruments.api.SpanStatusCode.ERROR, message: why });
  }

  #tell(span: Span, attribute: string, words: string): void {
    if (this.#instruments.content) span.setAttribute(attribute, words);
  }

  #open(name: string, at: number, attributes: Attributes): Span {
    const { api, version } = this.#instruments;
    const all = { ...this.#common(String(attributes["gen_ai.operation.name"])), ...attributes };
    return api.trace
      .getTracer(SCOPE, version)
      .startSpan(name, { kind: api.SpanKind.INTERNAL, startTime: at, attributes: all }, this.context);
  }

  #common(operation: string): Attributes {
    const { session, host } = this.#about;
    return {
      "gen_ai.operation.name": operation,
      "gen_ai.provider.name": PROVIDER,
      "gen_ai.conversation.id": session,
      ...(host !== undefined && { "server.address": host }),
    };
  }
}

function tokens(usage: Usage): Attributes {
  return {
    "gen_ai.usage.input_tokens": inputTokens(usage),
    "gen_ai.usage.output_tokens": usage.output,
    "gen_ai.usage.cache_read.input_tokens": usage.cacheRead,
    "gen_ai.usage.cache_creation.input_tokens": usage.cacheWrite5m + usage.cacheWrite1h,
  };
}

function add(one: Usage, other: Usage): Usage {
  return {
    input: one.input + other.input,
    output: one.output + other.output,
    cacheRead: one.cacheRead + other.cacheRead,
    cacheWrite5m: one.cacheWrite5m + other.cacheWrite5m,
    cacheWrite1h: one.cacheWrite1h + other.cacheWrite1h,
  };
}
