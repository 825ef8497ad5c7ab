import { hasCode } from "./coded.ts";
import type { Envelope } from "./event.ts";
import type { Json } from "./message.ts";

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
  /**
   * Takes the only pen and begins a new epoch; what the writer before it adds later is never read. `held` while a living owner has it,
   * `not_found` for an unknown session. `takeOver`: from a living owner too, who is `fenced` from then on (it may be stopped, or out of reach).
   */
  claim(ref: Ref, owner: string, options?: { readonly takeOver?: boolean }): Promise<Claim>;
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
  /** Needs no claim. Those with `seq` over `after`, in order and whole, as they were appended; what was torn by a crash is left out. */
  read(ref: Ref, after: number): AsyncIterable<Envelope>;
  head(ref: Ref): Promise<Head>;
};

/**
 * What a log came to at `seq`, so that it need not be read from its beginning. A cache: it can be lost at any time, and is never
 * the truth. `kind`: what made it and in which version; another kind's is as good as none.
 */
export type Snapshot = { readonly seq: number; readonly kind: string; readonly state: Json };

/** The latest snapshot of each session is kept. Rejects with a `StoreError`. */
export type Snapshots = {
  /** Waits for a barrier that is under way. `head_mismatch` unless its `seq` is then the head and acknowledged; `fenced`, `unwritable`. */
  putSnapshot(ref: Ref, fence: Fence, snapshot: Snapshot): Promise<void>;
  /** Needs no claim. Undefined where there is none of this kind, or it isn't of this log as it stands now. */
  snapshot(ref: Ref, kind: string): Promise<Snapshot | undefined>;
};

/** Large things beside a session's log, named by the sha256 of their bytes, in hex. They go when the session goes. Rejects with a `StoreError`. */
export type Blobs = {
  /** The same bytes again cost nothing. Survives the loss of power with the next barrier. `not_found` for an unknown session, `unwritable`. */
  putBlob(ref: Ref, bytes: Uint8Array): Promise<string>;
  /** Undefined where the session has none of this name, or its bytes are no longer those. */
  blob(ref: Ref, digest: string): Promise<Uint8Array | undefined>;
};

/** `active`: a living owner holds it. `waiting`: its last run was put off until something is answered. `interrupted`: its last run has no end. */
export const SESSION_STATUSES = ["active", "waiting", "interrupted", "idle"] as const;
export type SessionStatus = (typeof SESSION_STATUSES)[number];

/** `created`, `updated` (of the last event): ms since the epoch. `title`: the one it was given, else the first prompt's beginning. */
export type SessionSummary = {
  readonly ref: Ref;
  readonly cwd: string;
  readonly created: number;
  readonly updated: number;
  readonly title: string;
  readonly status: SessionStatus;
  readonly parent?: string;
};

/** All that is given must hold. `after`: the last one of the page before. `limit`: no limit when absent. */
export type SessionQuery = {
  readonly tenant: string;
  readonly cwd?: string;
  readonly status?: SessionStatus;
  readonly parent?: string;
  readonly after?: SessionSummary;
  readonly limit?: number;
};

/** `text`: words of which each must begin a word of the same place, in any case. `limit`: sessions, 20 when absent. */
export type SearchQuery = { readonly tenant: string; readonly text: string; readonly cwd?: string; readonly limit?: number };
/** `seq`: the latest event in which it was found. `excerpt`: one line around it, without control characters. */
export type SearchHit = { readonly session: SessionSummary; readonly seq: number; readonly kind: WordsKind; readonly excerpt: string };
export type WordsKind = "prompt" | "reply" | "title" | "output";

/** What may stay. Without a bound everything does; a session that a living owner holds always does. */
export type Retention = { readonly updatedSince?: number; readonly newest?: number };

/** Which sessions there are. Rejects with a `StoreError`. */
export type SessionStore = EventLog &
  Snapshots &
  Blobs & {
    /** `exists` when the id is taken. */
    create(ref: Ref, meta: { readonly cwd: string; readonly parent?: string }): Promise<void>;
    /** `not_found`. */
    get(ref: Ref): Promise<SessionSummary>;
    /** Newest first. */
    list(query: SessionQuery): Promise<readonly SessionSummary[]>;
    /** Sessions that have all words in one prompt, reply, title or output of a tool; newest first. */
    search(query: SearchQuery): Promise<readonly SearchHit[]>;
    /**
     * Makes `child` of the parent's events up to `seq`, without copying them; each goes on alone, and outlives the other.
     * `not_found`, `exists`, `head_mismatch` when the parent hasn't got so far. `parent` in `meta`: whose it is said to be instead.
     */
    fork(parent: Ref, seq: number, child: Ref, meta: { readonly cwd: string; readonly parent?: string }): Promise<void>;
    /** For ever, with its blobs and snapshot. `held` while a living owner has it, `not_found`. */
    delete(ref: Ref): Promise<void>;
    /** Deletes what needn't stay; which those were. */
    retain(tenant: string, retention: Retention): Promise<readonly Ref[]>;
  };
