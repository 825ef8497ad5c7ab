import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { Dialect } from "./dialect.ts";
import type { Fetch, FetchInit, FetchResponse } from "./network/fetch.ts";

export type Credentials = {
  readonly dialect: Dialect;
  readonly baseUrl: string;
  readonly key: string;
  /** The key is a token, whatever the dialect's header for keys is. */
  readonly bearer: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
};

const LONGEST_TIMER_MS = 2 ** 31 - 1; // the SDK's own limit would end a slow local model after ten minutes
const PLACEHOLDER = "none"; // a local server wants the header, and doesn't read it
const SILENT = { error: ignore, warn: ignore, info: ignore, debug: ignore };

/**
 * The SDK with everything off that acts by itself: no second try, no redirect (it would carry the key elsewhere), no log, no span,
 * and no key from the environment or from files, where it looks when it is given none.
 * Only ANTHROPIC_CUSTOM_HEADERS can't be turned off; the credential is set in both headers so that those can't replace it.
 */
export function openClient({ dialect, baseUrl, key, bearer, headers, fetch }: Credentials): BaseAnthropic {
  const secret = key === "" ? PLACEHOLDER : key;
  const asToken = bearer || dialect.auth === "bearer";
  return new Client({
    baseURL: baseUrl,
    authToken: secret,
    webhookKey: null,
    maxRetries: 0,
    timeout: LONGEST_TIMER_MS,
    fetchOptions: { redirect: "manual" },
    logLevel: "off",
    logger: SILENT,
    openTelemetry: false,
    defaultHeaders: {
      ...headers,
      "anthropic-version": dialect.anthropicVersion,
      "x-api-key": bearer ? null : secret, // where keys travel as tokens, a gateway may still look for its own header
      authorization: asToken ? `Bearer ${secret}` : null,
    },
    // The SDK asks no more of an answer than `FetchResponse` has, and of a request sends no more than `FetchInit`.
    fetch: packing(fetch) as unknown as typeof globalThis.fetch,
  });
}

type Built = Awaited<ReturnType<BaseAnthropic["buildRequest"]>>;

/** Requests to one path differ in their bodies alone: address and headers are made once. */
class Client extends BaseAnthropic {
  readonly #built = new Map<string, Built>();

  override async buildRequest(...[options, retry]: Parameters<BaseAnthropic["buildRequest"]>): Promise<Built> {
    const { body, signal = null, path } = options;
    const built = this.#built.get(path) ?? (await super.buildRequest({ ...options, body: undefined, signal: null }, retry));
    this.#built.set(path, built);
    return { ...built, req: { ...built.req, body: body as Uint8Array<ArrayBuffer>, signal } };
  }
}

/** What a request died of, in a wrapping whose words say nothing: where they sound like a timeout, the SDK throws the error away. */
export class Packed extends Error {
  readonly content: unknown;

  constructor(content: unknown) {
    super("no answer");
    this.content = content;
  }
}

/** A reply changes nothing at the endpoint, so that a request may go out again when it met a closed connection. */
function packing(fetch: Fetch): Fetch {
  return async (url: string | URL, init?: FetchInit): Promise<FetchResponse> => {
    try {
      return await fetch(url, { ...init, replay: true });
    } catch (error) {
      throw new Packed(error);
    }
  };
}

function ignore(): void {}
