/** What a session hands to the blocks that look at the web. */
import type { Block } from "@keelson/protocol";

export type Web = {
  /**
   * Sends a GET and follows no redirect. The connection goes to one of `addresses`, whatever the name means by then; without them,
   * where a proxy takes it. Rejects with an error whose message says what to do next, or with the signal's reason.
   */
  readonly fetch: (url: string, request: WebRequest) => Promise<WebAnswer>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** All addresses of a name; the system's resolver without it. Rejects where there is none. */
  readonly resolve?: (host: string) => Promise<readonly string[]>;
  /** True: a proxy resolves the name and connects. What this network's own names mean can't be seen then. */
  readonly proxied?: (url: URL) => boolean | Promise<boolean>;
  /** A rule spells this host out: it may stand on this machine or in its network. */
  readonly allowPrivate?: (host: string) => boolean;
  /** A model of its own, without tools, that reads what was fetched in the session's place. Without it the session reads it itself. */
  readonly summarise?: (asked: Summary, signal: AbortSignal) => Promise<Summarised>;
  /** Without it there is no WebSearch. */
  readonly search?: (asked: WebQuery, signal: AbortSignal) => Promise<WebFound>;
  /** Milliseconds that a page may take, its redirects included; 30 000 unless said. */
  readonly timeoutMs?: number;
};

export type WebRequest = {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal;
  readonly addresses?: readonly string[];
};
/** `body` may be left before its end; that ends the connection. */
export type WebAnswer = {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  readonly body: AsyncIterable<Uint8Array> | null;
};

/** `content`: the page, and behind it what is wanted of it. */
export type Summary = { readonly system: string; readonly content: readonly Block[] };
export type Summarised = { readonly ok: true; readonly text: string } | { readonly ok: false; readonly error: string };

export type WebQuery = { readonly query: string; readonly allowedDomains: readonly string[]; readonly blockedDomains: readonly string[] };
/** `text`: what the search service says itself, where it says something. `error`: one line, what to do next. */
export type WebFound =
  | { readonly ok: true; readonly results: readonly WebResult[]; readonly text?: string }
  | { readonly ok: false; readonly error: string };
export type WebResult = { readonly title: string; readonly url: string; readonly snippet?: string };
