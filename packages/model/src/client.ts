import { BaseAnthropic } from "@anthropic-ai/sdk/client";
import type { Dialect } from "./dialect.ts";

export type Credentials = {
  readonly dialect: Dialect;
  readonly baseUrl: string;
  readonly key: string;
  /** The key is a token, whatever the dialect's header for keys is. */
  readonly bearer: boolean;
  readonly headers: Readonly<Record<string, string>>;
  readonly fetch: typeof fetch | undefined;
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
  return new BaseAnthropic({
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
      "x-api-key": asToken ? null : secret,
      authorization: asToken ? `Bearer ${secret}` : null,
    },
    ...(fetch && { fetch }),
  });
}

function ignore(): void {}
