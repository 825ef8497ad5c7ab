/**
 * What may be spent and what is, for a session and all its agents: a child's ledger draws on its parent's.
 * Reserved before it is spent. What isn't covered in the worst case goes alone, so that a bound is overrun by one request at most.
 */
export const BOUNDS = ["usd", "tokens", "calls", "ms"] as const;
export type Bound = (typeof BOUNDS)[number];
/** Dollars, tokens of all kinds, calls started, milliseconds of running. */
export type Spending = Readonly<Record<Bound, number>>;
export type Bounds = { readonly [bound in Bound]?: number };

export const NOTHING: Spending = { usd: 0, tokens: 0, calls: 0, ms: 0 };
const WARN_AT = 0.8;

/** Give back what was held, and say what was spent in its place. Once. */
export type Reservation = (spent: Partial<Spending>) => void;

export class Ledger {
  readonly bounds: Bounds;
  readonly #parent: Ledger | undefined;
  readonly #now: () => number;
  #began: number | undefined;
  readonly #warned = new Set<Bound>();
  readonly #held = new Set<Partial<Spending>>();
  #before: Spending;
  #waiting: (() => void)[] = [];

  /** `before`: what earlier runs of the session came to. `now`: milliseconds, monotonic. */
  constructor(
    bounds: Bounds,
    now: () => number,
    { before = NOTHING, parent }: { readonly before?: Spending; readonly parent?: Ledger } = {},
  ) {
    this.bounds = bounds;
    this.#now = now;
    this.#began = now();
    this.#before = before;
    this.#parent = parent;
  }

  get spent(): Spending {
    return { ...this.#before, ms: this.#before.ms + (this.#began === undefined ? 0 : this.#now() - this.#began) };
  }

  /** Time is spent from now on. */
  start(): void {
    this.#began ??= this.#now();
  }

  /** No more is, until it starts again: who waits for a prompt doesn't run. */
  stop(): void {
    this.#before = this.spent;
    this.#began = undefined;
  }

  /** Whether anything is bounded, here or above. */
  get isBound(): boolean {
    return BOUNDS.some((bound) => this.bounds[bound] !== undefined) || this.#parent?.isBound === true;
  }

  /** The first bound that is used up, here or above. */
  exceeded(): Bound | undefined {
    const { spent, bounds } = this;
    return BOUNDS.find((bound) => spent[bound] >= (bounds[bound] ?? Infinity)) ?? this.#parent?.exceeded();
  }

  /** A share of this one. What it spends counts here too. */
  share(bounds: Bounds): Ledger {
    return new Ledger(bounds, this.#now, { parent: this });
  }

  /** Counts what needs no reservation. */
  add(spent: Partial<Spending>): void {
    this.#before = sum(this.#before, spent);
    this.#parent?.add(spent);
  }

  /** Waits until `worst` is covered, or until nothing else is held. The bound that is used up instead; undefined after an abort. */
  async reserve(worst: Partial<Spending>, signal: AbortSignal): Promise<Reservation | Bound | undefined> {
    for (;;) {
      if (signal.aborted) return undefined;
      const over = this.exceeded();
      if (over !== undefined) return over;
      const narrow = this.#narrow(worst);
      if (narrow === undefined) return this.#hold(worst);
      await narrow.#release(signal);
    }
  }

  /** What has come near its bound since the last look: each is told once. */
  *warnings(): Generator<{ readonly bound: Bound; readonly spent: number; readonly limit: number }> {
    const { spent } = this;
    for (const bound of BOUNDS) {
      const limit = this.bounds[bound];
      if (limit === undefined || spent[bound] < limit * WARN_AT || this.#warned.has(bound)) continue;
      this.#warned.add(bound);
      yield { bound, spent: spent[bound], limit };
    }
    if (this.#parent) yield* this.#parent.warnings();
  }

  /** The ledger, here or above, that `worst` must wait at: it isn't covered there, and something else is held. */
  #narrow(worst: Partial<Spending>): Ledger | undefined {
    const reserved = [...this.#held, worst].reduce(sum, this.spent);
    const covered = BOUNDS.every((bound) => reserved[bound] <= (this.bounds[bound] ?? Infinity));
    if (!covered && this.#held.size > 0) return this;
    return this.#parent && this.#parent.#narrow(worst);
  }

  #hold(worst: Partial<Spending>): Reservation {
    this.#held.add(worst);
    const above = this.#parent && this.#parent.#hold(worst);
    return (spent) => {
      if (!this.#held.delete(worst)) return;
      this.#before = sum(this.#before, spent);
      above?.(spent);
      for (const wake of this.#waiting.splice(0)) wake();
    };
  }

  /** Until something that is held here is given back. */
  async #release(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        signal.removeEventListener("abort", wake);
        resolve();
      };
      this.#waiting.push(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }
}

export function sum(one: Spending, other: Partial<Spending>): Spending {
  return {
    usd: one.usd + (other.usd ?? 0),
    tokens: one.tokens + (other.tokens ?? 0),
    calls: one.calls + (other.calls ?? 0),
    ms: one.ms + (other.ms ?? 0),
  };
}
