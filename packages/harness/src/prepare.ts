import { messagesOf, type Event, type LoopState, type Ports } from "@keelson/protocol";
import type { Bound, Ledger } from "./budget/ledger.ts";
import type { Dials } from "./dials.ts";
import type { Prefix } from "./live/prefix.ts";
import type { Meter } from "./meter.ts";

/** What is known about the model that is asked next. */
export type ModelFacts = { readonly window: number; readonly outputLimit: number; readonly known: boolean };
export type Preparing = {
  readonly facts: (model: string) => ModelFacts;
  readonly prefix: { readonly ask: (model: string) => ReturnType<Prefix["ask"]> };
  readonly meter: Meter;
  readonly dials: Dials;
  readonly ledger: Ledger;
  /** Dollars, as far as prices are known. */
  readonly price: (model: string, input: number, output: number) => number | undefined;
};

const BYTES_PER_TOKEN = 4;

/** The request without its messages. A conversation that can't fit the window isn't sent at all. */
export function preparing({ facts, prefix, meter, dials, ledger, price }: Preparing): Ports["prepare"] {
  return async function* (state, signal) {
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
    const maxOutputTokens = Math.min(state.maxOutputTokens, outputLimit);
    const input = meter.context || (ledger.isBound ? estimate(state) : 0);
    const reserved = await ledger.reserve({ usd: price(model, input, maxOutputTokens) ?? 0, tokens: input + maxOutputTokens }, signal);
    yield* nearing(ledger);
    if (typeof reserved === "string") return { go: "end", reason: "budget_exhausted" };
    if (reserved) meter.expect(reserved);
    const { body, tools } = prefix.ask(model);
    return { go: "send", change: { model, maxOutputTokens }, body, tools };
  };
}

const MINUTE_MS = 60_000;

const SHOWN: Readonly<Record<Bound, (amount: number) => string>> = {
  usd: (amount) => `$${amount.toFixed(2)}`,
  tokens: (amount) => `${Math.round(amount)} tokens`,
  calls: (amount) => `${amount} calls`,
  ms: (amount) => (amount < 2 * MINUTE_MS ? `${Math.round(amount / 1_000)} seconds` : `${Math.round(amount / MINUTE_MS)} minutes`),
};

/** What has come near its bound, or past it, since the last look. */
export const nearing = (ledger: Ledger): readonly Event[] =>
  [...ledger.warnings()].map(({ bound, spent, limit }) => {
    const text = `${SHOWN[bound](spent)} of the budget of ${SHOWN[bound](limit)} are spent.`;
    return { type: "notice.raised", severity: "warning", code: "budget_warning", text };
  });

/** Tokens, roughly; asked for once, before any reply has told the real number. */
function estimate({ view }: LoopState): number {
  return Math.ceil(Buffer.byteLength(JSON.stringify(messagesOf(view))) / BYTES_PER_TOKEN);
}
