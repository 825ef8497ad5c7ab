import { hasCode } from "./coded.ts";
import type { Envelope } from "./event.ts";

/** `tenant` is `local` in the embedded store. */
export type Ref = { readonly tenant: string; readonly session: string };
/** Held by the one writer; a later claim has a higher epoch. */
export type Fence = { readonly epoch: number; readonly owner: string };
/** `seq` of the last durable event; 0 when there is none. */
export type Head = { readonly head: number; readonly epoch: number };
/** The right to write. Dispose gives it back. */
export type Claim = AsyncDisposable & { readonly ref: Ref; readonly fence: Fence; readonly head: number };

export const STORE_ERROR_CODES = [
  "held",
  "fenced",
  "head_mismatch",
  "too_large",
  "not_found",
  "exists",
  "unwritable",
  "unreadable",
] as const;
export type StoreErrorCode = (typeof STORE_ERROR_CODES)[number];
/** `unwritable`: full, read-only or failing; what was asked for isn't stored, and nothing stored before is harmed. */
export type StoreError = Error & { readonly code: StoreErrorCode };

export function storeError(code: StoreErrorCode, message: string, cause?: unknown): StoreError {
  return Object.assign(new Error(message, { cause }), { code });
}

export function isStoreError(error: unknown): error is StoreError {
  return hasCode(error, STORE_ERROR_CODES);
}

/** The log of a session: durable envelopes, `seq` from 1 without a gap. Rejects with a `StoreError`. */
export type EventLog = {
  /** Takes the only pen and begins a new epoch; what the writer before it adds later is never read. `held` while a living owner has it, `not_found` for an unknown session. */
  claim(ref: Ref, owner: string): Promise<Claim>;
  /**
   * Adds envelopes behind `expectedHead`, which then counts them. Acknowledged means: a killed process doesn't lose it.
   * With `barrier` it and all before it survive the loss of power too. `fenced`, `head_mismatch`, `too_large`, `unwritable`.
   */
  append(
    ref: Ref,
    fence: Fence,
    expectedHead: number,
    envelopes: readonly Envelope[],
    options?: { readonly barrier?: boolean },
  ): Promise<Head>;
  /** Needs no claim. Those with `seq` over `after`, in order; what was torn by a crash is left out. */
  read(ref: Ref, after: number): AsyncIterable<Envelope>;
  head(ref: Ref): Promise<Head>;
};

/** `created`, `updated`: ms since the epoch. `title`: the first prompt's beginning. */
export type SessionSummary = {
  readonly ref: Ref;
  readonly cwd: string;
  readonly created: number;
  readonly updated: number;
  readonly title: string;
};

/** Which sessions there are. Rejects with a `StoreError`. */
export type SessionStore = EventLog & {
  /** `exists` when the id is taken. */
  create(ref: Ref, meta: { readonly cwd: string; readonly parent?: string }): Promise<void>;
  /** `not_found`. */
  get(ref: Ref): Promise<SessionSummary>;
  /** Newest first; those of one folder when `cwd` is given. */
  list(tenant: string, cwd?: string): Promise<readonly SessionSummary[]>;
};
