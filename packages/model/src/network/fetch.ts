/**
 * The global `fetch`, as far as the house uses it: whoever is handed one needs no more.
 * It differs in three things: redirects aren't followed unless asked for, nothing is guessed about a body's type,
 * and a body that isn't read to its end keeps its connection until the signal is aborted.
 */
export type Fetch = (url: string | URL, init?: FetchInit) => Promise<FetchResponse>;

export type FetchInit = {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>> | Headers;
  readonly body?: Uint8Array<ArrayBuffer> | string | null;
  readonly signal?: AbortSignal | null;
  /** `manual` unless said: the answer that redirects is the answer. */
  readonly redirect?: "manual" | "follow" | "error";
  /**
   * IP addresses: a straight connection goes to one of them, whatever the name means by then, and is nobody else's. TLS and Host keep the name.
   * A proxy connects where it will: see `Network.proxied`.
   */
  readonly addresses?: readonly string[];
  /** It may be sent a second time when a kept connection turns out to be closed. Holds of itself for methods that change nothing twice. */
  readonly replay?: boolean;
};

export type FetchResponse = {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly url: string;
  readonly headers: FetchHeaders;
  /** Null where an answer has none. Can be read once. */
  readonly body: AsyncIterable<Uint8Array> | null;
  text(): Promise<string>;
  json(): Promise<unknown>;
};

/** Names in any case. */
export type FetchHeaders = Iterable<[string, string]> & {
  get(name: string): string | null;
  has(name: string): boolean;
  entries(): IterableIterator<[string, string]>;
};
