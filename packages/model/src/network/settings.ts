import type { Limits } from "./phases.ts";

/** How the outside is reached. What is a certificate or a key is PEM text, or the path of a file with it. */
export type NetworkSettings = {
  /** The proxy for each kind of address: a URL, its login in it. */
  readonly proxy?: { readonly http?: string; readonly https?: string };
  /** Who is reached without it, as in NO_PROXY. */
  readonly noProxy?: string;
  /** Certificate authorities beside those that Node knows. */
  readonly ca?: string;
  readonly clientCert?: string;
  readonly clientKey?: string;
  readonly clientKeyPassphrase?: string;
  readonly limits?: Partial<Limits>;
};

/** The variables that are read, and what for. */
export const NETWORK_VARIABLES = {
  HTTPS_PROXY: "the proxy for https: addresses, as http://user:password@host:port; also in lower case",
  http_proxy: "the proxy for http: addresses; in lower case only",
  ALL_PROXY: "the proxy where neither of these is set; also in lower case",
  NO_PROXY: "hosts that are reached without the proxy, between commas; * for all; also in lower case",
  SSL_CERT_FILE: "a PEM file of certificate authorities to trust, beside those that Node knows",
  KEEL_CLIENT_CERT: "a PEM file with the client certificate",
  KEEL_CLIENT_KEY: "a PEM file with its key",
  KEEL_CLIENT_KEY_PASSPHRASE: "what its key is locked with",
} as const;

/**
 * As curl reads them: lower case goes before upper case, and an empty one is none. HTTP_PROXY isn't read:
 * under CGI it would be a header that anyone can send (httpoxy). NODE_EXTRA_CA_CERTS is Node's own, and holds beside SSL_CERT_FILE.
 */
export function networkFromEnv(env: Readonly<Record<string, string | undefined>>): NetworkSettings {
  const one = (...names: readonly string[]): string | undefined => names.map((name) => env[name]?.trim()).find((value) => value);
  const all = one("all_proxy", "ALL_PROXY");
  const http = one("http_proxy") ?? all;
  const https = one("https_proxy", "HTTPS_PROXY") ?? all;
  const proxy = { ...(http !== undefined && { http }), ...(https !== undefined && { https }) };
  const rest = {
    noProxy: one("no_proxy", "NO_PROXY"),
    ca: one("SSL_CERT_FILE"),
    clientCert: one("KEEL_CLIENT_CERT"),
    clientKey: one("KEEL_CLIENT_KEY"),
    clientKeyPassphrase: one("KEEL_CLIENT_KEY_PASSPHRASE"),
  };
  return { ...(Object.keys(proxy).length > 0 && { proxy }), ...present(rest) };
}

function present(record: Readonly<Record<string, string | undefined>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
