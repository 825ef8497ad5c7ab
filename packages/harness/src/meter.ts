import type { Clock, Event, Model, ModelPart, ModelRequest, Usage } from "@keelson/protocol";
import type { Ledger, Reservation } from "./budget/ledger.ts";

type Called = Extract<Event, { type: "model.called" }>;

/**
 * Counts what every model that is handed out costs: one meter for all models and all purposes of a session.
 * A reply that dies is counted as far as its endpoint told.
 */
export class Meter {
  readonly #clock: Clock;
  readonly #price: (model: string, usage: Usage) => number | undefined;
  readonly #ledger: Pick<Ledger, "add">;
  #held: Reservation | undefined;
  #called: readonly Called[] = [];
  #usd = 0;
  #context = 0;

  constructor(clock: Clock, price: (model: string, usage: Usage) => number | undefined, ledger: Pick<Ledger, "add">) {
    this.#clock = clock;
    this.#price = price;
    this.#ledger = ledger;
  }

  /** What was reserved for the next request of the loop; one before it, that came to nothing, is given back. */
  expect(reservation: Reservation): void {
    this.#held?.({});
    this.#held = reservation;
  }

  /** Dollars, as far as prices are known. */
  get usd(): number {
    return this.#usd;
  }

  /** Tokens that the last reply left in the context: its input and its output; 0 before the first. */
  get context(): number {
    return this.#context;
  }

  /** What has been called since the last look, for the log. */
  drain(): readonly Called[] {
    const called = this.#called;
    this.#called = [];
    return called;
  }

  measure(model: Model, purpose: string): Model {
    return (request, signal) => this.#follow(model(request, signal), request, purpose);
  }

  async *#follow(parts: AsyncIterable<ModelPart>, request: ModelRequest, purpose: string): AsyncGenerator<ModelPart> {
    const began = this.#clock.now();
    let usage: Usage | undefined;
    try {
      for await (const part of parts) {
        if (part.type === "started") usage = part.usage;
        if (part.type === "done") {
          usage = undefined; // before the yield: the reader leaves here
          this.#add(request.model, part.usage, purpose, this.#clock.now() - began);
        }
        yield part;
      }
    } finally {
      if (usage) this.#add(request.model, usage, purpose, this.#clock.now() - began);
    }
  }

  #add(model: string, usage: Usage, purpose: string, ms: number): void {
    const usd = this.#price(model, usage);
    this.#usd += usd ?? 0;
    const spent = { usd: usd ?? 0, tokens: promptTokens(usage) + usage.output };
    if (purpose === "main" && this.#held) this.#held(spent);
    else this.#ledger.add(spent);
    this.#held = purpose === "main" ? undefined : this.#held;
    this.#context = promptTokens(usage) + usage.output;
    this.#called = [
      ...this.#called,
      { type: "model.called", purpose, model, usage, ms: Math.round(ms), ...(usd !== undefined && { usd }) },
    ];
  }
}

const promptTokens = ({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): number => input + cacheRead + cacheWrite5m + cacheWrite1h;
