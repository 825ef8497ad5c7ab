import { messagesOf, type JsonObject, type LoopState, type Ports, type Tool } from "@keelson/protocol";
import type { Dials } from "./dials.ts";
import type { Meter } from "./meter.ts";

/** What is known about the model that is asked next. */
export type ModelFacts = { readonly window: number; readonly outputLimit: number; readonly known: boolean };
export type Preparing = {
  readonly facts: (model: string) => ModelFacts;
  readonly body: (model: string) => JsonObject;
  readonly tools: ReadonlyMap<string, Tool>;
  readonly meter: Meter;
  readonly dials: Dials;
};

const BYTES_PER_TOKEN = 4;

/** The request without its messages. A conversation that can't fit the window isn't sent at all. */
export function preparing({ facts, body, tools, meter, dials }: Preparing): Ports["prepare"] {
  const bodies = new Map<string, JsonObject>(); // one per model: the bytes before the messages stay the same all session
  return async function* (state) {
    const chosen = yield* dials.drain();
    const model = chosen ?? state.model;
    // Another model's signatures; also where the choice was made between two runs, and this one began with it.
    if (chosen !== undefined) yield { type: "context.edited", tier: "model_changed", edits: [{ op: "strip", what: "thinking" }] };
    const { window, outputLimit, known } = facts(model);
    const needed = known ? meter.context || estimate(state) : 0; // a window that is a guess isn't worth a look at the whole history
    if (needed > window) {
      const text = `The conversation needs about ${needed} tokens and ${model} takes ${window}. Start a new session, or choose a model with a larger window.`;
      yield { type: "notice.raised", severity: "error", code: "blocking_limit", text };
      return { go: "end", reason: "blocking_limit" };
    }
    const sent = bodies.get(model) ?? body(model);
    bodies.set(model, sent);
    return { go: "send", change: { model, maxOutputTokens: Math.min(state.maxOutputTokens, outputLimit) }, body: sent, tools };
  };
}

/** Tokens, roughly; asked for once, before any reply has told the real number. */
function estimate({ view }: LoopState): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(messagesOf(view))) / BYTES_PER_TOKEN);
}
