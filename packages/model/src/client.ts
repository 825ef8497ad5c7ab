import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { Dialect } from "./dialect.ts";
import type { Fetch, FetchResponse } from "./network/fetch.ts";

export type Credentials = {
  readonly dialect: Dialect;
  readonly baseUrl: string;
  readonly key: string;
  /** The key is a token, whatever the dialect's header for keys is. */
  readonly bearer: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: Fetch;
};
export type Client = {
  /** Asks for one reply; the answer may be an error. Rejects with what `fetch` rejects with. */
  ask(body: Uint8Array<ArrayBuffer>, signal: AbortSignal): Promise<FetchResponse>;
  /** What it reads answers with. */
  readonly sdk: BaseAnthropic;
};

const SILENT = { error: ignore, warn: ignore, info: ignore, debug: ignore };
const PLACEHOLDER = "none"; // a local server wants the header, and doesn't read it

/**
 * The SDK spells where requests go and what they carry beside their bodies, the same for each; they go out by the house's own network:
 * no second try, no log, no redirect (it would carry the key elsewhere), no limit that would end a slow local model.
 * No key comes from the environment or from files, where the SDK looks when it is given none. Only ANTHROPIC_CUSTOM_HEADERS can't be turned
 * off; the credential is set in both headers so that those can't replace it.
 */
export function openClient({ dialect, baseUrl, key, bearer, headers, fetch }: Credentials): Client {
  const secret = key === "" ? PLACEHOLDER : key;
  const asToken = bearer || dialect.auth === "bearer";
  const sdk = new BaseAnthropic({
    baseURL: baseUrl,
    authToken: secret,
    webhookKey: null,
    logLevel: "off",
    logger: SILENT,
    openTelemetry: false,
    defaultHeaders: {
      ...headers,
      "anthropic-version": dialect.anthropicVersion,
      "x-api-key": bearer ? null : secret, // where keys travel as tokens, a gateway may still look for its own header
      authorization: asToken ? `Bearer ${secret}` : null,
    },
    fetch: fetch as unknown as typeof globalThis.fetch, // it asks nothing by itself; without one it would load Node's
  });
  let head: Head | undefined;
  return {
    sdk,
    async ask(body, signal) {
      head ??= await headOf(sdk);
      // A reply changes nothing at the endpoint, so that a request may go out again when it met a closed connection.
      return await fetch(head.url, { method: "POST", headers: head.headers, body, signal, redirect: "manual", replay: true });
    },
  };
}

type Head = { readonly url: string; readonly headers: Readonly<Record<string, string>> };

async function headOf(sdk: BaseAnthropic): Promise<Head> {
  const { req, url } = await sdk.buildRequest({ method: "post", path: "/v1/messages", stream: true });
  return { url, headers: { ...Object.fromEntries(req.headers.entries()), "content-type": "application/json" } };
}

function ignore(): void {}
