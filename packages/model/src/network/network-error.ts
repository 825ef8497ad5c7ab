import { hasCode } from "@keelson/protocol";

const NETWORK_ERROR_CODES = [
  "unreachable",
  "dns",
  "slow",
  "cut",
  "certificate",
  "client_certificate",
  "not_tls",
  "proxy",
  "proxy_login",
  "redirected",
  "settings",
  "closed",
] as const;
export type NetworkErrorCode = (typeof NETWORK_ERROR_CODES)[number];
/** `message` is one line that says what to do next, and has no password in it. */
export type NetworkError = Error & { readonly code: NetworkErrorCode };

export function networkError(code: NetworkErrorCode, message: string, cause?: unknown): NetworkError {
  return Object.assign(new Error(message, { cause }), { code });
}

export function isNetworkError(error: unknown): error is NetworkError {
  return hasCode(error, NETWORK_ERROR_CODES);
}

type Row = { readonly code: NetworkErrorCode; readonly names: RegExp; readonly tell: (whom: string, reason: string) => string };

/** What Node and OpenSSL call it, and what we say: the first row that fits. */
const ROWS: readonly Row[] = [
  {
    code: "dns",
    names: /^(ENOTFOUND|EAI_\w+)$/,
    tell: (whom, reason) => `No address is known for ${whom} (${reason}). Check the name and the network.`,
  },
  {
    code: "certificate",
    names: /^(CERT_HAS_EXPIRED|CERT_NOT_YET_VALID)$/,
    tell: (whom, reason) =>
      `The certificate of ${whom} isn't valid today (${reason}). Check this machine's clock; else whoever runs ${whom} must renew it.`,
  },
  {
    code: "certificate",
    names: /^ERR_TLS_CERT_ALTNAME_INVALID$/,
    tell: (whom, reason) => `The certificate that ${whom} shows is another host's (${reason}). Check the address.`,
  },
  {
    code: "certificate",
    names: /^(UNABLE_TO_|SELF_SIGNED_CERT|DEPTH_ZERO_SELF_SIGNED|CERT_)/,
    tell: (whom, reason) =>
      `The certificate of ${whom} is signed by nobody who is trusted here (${reason}). If your network has a certificate authority of its own, set SSL_CERT_FILE to its PEM file.`,
  },
  {
    code: "client_certificate",
    names: /^ERR_SSL_.*ALERT_(\w*CERTIFICATE|UNKNOWN_CA|ACCESS_DENIED|HANDSHAKE_FAILURE)/,
    tell: (whom, reason) =>
      `${whom} wants a client certificate, or refuses the one it got (${reason}). Check KEEL_CLIENT_CERT and KEEL_CLIENT_KEY.`,
  },
  {
    code: "not_tls",
    names: /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG)$/,
    tell: (whom, reason) => `${whom} doesn't speak TLS (${reason}). Check the port, or write http: instead of https:.`,
  },
  {
    code: "unreachable",
    names: /^/,
    tell: (whom, reason) => `Can't reach ${whom} (${reason}). Check that it runs, and the network; behind a proxy, set HTTPS_PROXY.`,
  },
];

/** What a connection broke of before it was answered. */
export function explain(error: unknown, whom: string): NetworkError {
  if (isNetworkError(error)) return error;
  const reason = reasonOf(error);
  const row = ROWS.find(({ names }) => names.test(reason));
  return networkError(row?.code ?? "unreachable", row?.tell(whom, reason) ?? reason, error);
}

/** The name of what broke (`ECONNREFUSED`), else its words. While it writes, Node calls whatever OpenSSL says EPROTO; while it reads, by its name. */
export function reasonOf(error: unknown): string {
  const words = error instanceof Error ? error.message : String(error);
  const [, said] = /:SSL routines:[^:]*:([^:]+):/.exec(words) ?? [];
  const code = typeof error === "object" && error !== null && "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code === "EPROTO" && said !== undefined) return `ERR_SSL_${said.toUpperCase().replaceAll(" ", "_")}`;
  return code ?? words.replaceAll(/\s+/g, " ");
}
