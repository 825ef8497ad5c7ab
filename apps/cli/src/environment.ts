/** A variable that is read, and what for: the whole list, for `--help` and for docs/reference/environment.md. */
export type Variable = { readonly name: string; readonly meaning: string };

export const ENVIRONMENT: readonly Variable[] = [
  { name: "ANTHROPIC_API_KEY", meaning: "the key that requests are signed with" },
  { name: "ANTHROPIC_AUTH_TOKEN", meaning: "a bearer token, in place of a key" },
  { name: "ANTHROPIC_BASE_URL", meaning: "another endpoint, as --base-url" },
  { name: "ANTHROPIC_MODEL", meaning: "the model, as --model" },
  { name: "KEEL_HOME", meaning: "your settings and sessions, instead of ~/.keel" },
  { name: "HTTPS_PROXY", meaning: "the proxy for https: addresses, as http://user:password@host:port; also in lower case" },
  { name: "http_proxy", meaning: "the proxy for http: addresses; in lower case only" },
  { name: "ALL_PROXY", meaning: "the proxy where neither of these is set; also in lower case" },
  { name: "NO_PROXY", meaning: "hosts that are reached without the proxy, between commas; * for all; also in lower case" },
  { name: "SSL_CERT_FILE", meaning: "a PEM file of certificate authorities to trust, beside those that Node knows" },
  { name: "KEEL_CLIENT_CERT", meaning: "a PEM file with the client certificate" },
  { name: "KEEL_CLIENT_KEY", meaning: "a PEM file with its key" },
  { name: "KEEL_CLIENT_KEY_PASSPHRASE", meaning: "what its key is locked with" },
  { name: "KEEL_TELEMETRY", meaning: "1: spans and token metrics go out by OpenTelemetry, as the OTEL_… variables say" },
  {
    name: "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT",
    meaning: "true: prompts, replies, inputs and results stand in the spans too",
  },
  { name: "OTEL_SERVICE_NAME", meaning: "what keel is called there" },
  { name: "OTEL_RESOURCE_ATTRIBUTES", meaning: "what else it is to say of itself, as key=value,key=value" },
  { name: "OTEL_NODE_RESOURCE_DETECTORS", meaning: "detectors of OpenTelemetry that tell of the machine; unless set, none does" },
  { name: "NO_COLOR", meaning: "set to anything: no colours" },
  { name: "TERM", meaning: "dumb: no colours" },
];
