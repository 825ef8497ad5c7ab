import { networkError, type NetworkError } from "./network-error.ts";

/** Milliseconds that each part of a request may take; Infinity for no limit. */
export type Limits = {
  /** Until the connection stands, a proxy's tunnel and TLS included. */
  readonly connect: number;
  /** From there to the answer's headers. */
  readonly headers: number;
  /** Between two pieces of the answer, while its reader waits. */
  readonly idle: number;
};

/** A model may read a long prompt for minutes before it says anything; whoever talks to one watches it on its own. */
export const LIMITS: Limits = { connect: 30_000, headers: Infinity, idle: Infinity };

const MISSED: Readonly<Record<keyof Limits, (whom: string, within: string) => string>> = {
  connect: (whom, within) => `No connection to ${whom} within ${within}. Check the network; behind a proxy, set HTTPS_PROXY.`,
  headers: (whom, within) => `${whom} gave no answer within ${within}. Try again.`,
  idle: (whom, within) => `${whom} said nothing for ${within} in the middle of its answer. Try again.`,
};

/** One timer for a request, wound anew for each of its phases. */
export class Phases {
  readonly #whom: string;
  readonly #limits: Limits;
  readonly #end: (missed: NetworkError) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(whom: string, limits: Limits, end: (missed: NetworkError) => void) {
    this.#whom = whom;
    this.#limits = limits;
    this.#end = end;
  }

  enter(phase: keyof Limits): void {
    clearTimeout(this.#timer);
    const ms = this.#limits[phase];
    if (ms === Infinity) return;
    this.#timer = setTimeout(() => this.#end(networkError("slow", MISSED[phase](this.#whom, `${ms / 1_000} s`))), ms);
  }

  leave(): void {
    clearTimeout(this.#timer);
  }
}
