/** What differs between endpoints that speak the Messages API, as data: everything else treats them alike. */
export type Dialect = {
  readonly name: DialectName;
  /** Where requests go when no base URL is set. */
  readonly home?: string;
  readonly anthropicVersion: string;
  /** The header an API key travels in. A bearer token is always `authorization`. */
  readonly auth: "x-api-key" | "bearer";
  readonly needsKey: boolean;
  readonly supportsCacheControl: boolean;
  readonly supportsThinking: boolean;
  /** `tool_choice` is understood. Forcing a tool is refused by the 5.5 generation all the same. */
  readonly supportsToolChoice: boolean;
  readonly supportsCountTokens: boolean;
  /** How long a prompt's beginning that nobody asks for stays in the endpoint's cache, in ms; a local server keeps it until something else takes its place. */
  readonly cacheMs: number;
  /** Silence after which a reply counts as stalled, in ms. */
  readonly stallMs: number;
};
export type DialectName = "anthropic" | "compatible";

/**
 * `compatible` is what llama.cpp, Ollama and vLLM have in common. Ollama knows no tool_choice, cache_control or count_tokens;
 * vLLM reads keys from `authorization` alone; llama.cpp sends not even headers before the whole prompt is read, which takes minutes on a CPU.
 */
export const DIALECTS: Readonly<Record<DialectName, Dialect>> = {
  anthropic: {
    name: "anthropic",
    home: "https://api.anthropic.com",
    anthropicVersion: "2026-10-21",
    auth: "x-api-key",
    needsKey: true,
    supportsCacheControl: true,
    supportsThinking: true,
    supportsToolChoice: true,
    supportsCountTokens: true,
    cacheMs: 300_000,
    stallMs: 120_000,
  },
  compatible: {
    name: "compatible",
    anthropicVersion: "2023-06-01",
    auth: "bearer",
    needsKey: false,
    supportsCacheControl: false,
    supportsThinking: false,
    supportsToolChoice: false,
    supportsCountTokens: false,
    cacheMs: Infinity,
    stallMs: 600_000,
  },
};

/** A gateway that passes everything through is `anthropic` too, but only its owner can know: name the dialect then. */
export function dialectFor(baseUrl: string | undefined): Dialect {
  if (baseUrl === undefined) return DIALECTS.anthropic;
  const host = URL.parse(baseUrl)?.hostname ?? "";
  return host === "anthropic.com" || host.endsWith(".anthropic.com") ? DIALECTS.anthropic : DIALECTS.compatible;
}
