import { tier, type Tier } from "./cost.ts";

/**
 * What is known about a model: limits in tokens, prices in dollars.
 * A figure that nobody has published, or that nobody has read, is not in here: unknown is a value.
 */
export type ModelInfo = {
  /** What to send as `model`. */
  readonly id: string;
  /** Prompt and reply together. */
  readonly window: number;
  /** The most that may be asked for as `max_tokens`. */
  readonly outputLimit: number;
  /** `always`: it can't be turned off. `adaptive`: when asked for. `budget`: only with a token budget, which isn't asked for. */
  readonly thinking: "always" | "adaptive" | "budget" | "unknown";
  /** By size of the prompt, smallest first. */
  readonly prices?: readonly Tier[];
  readonly known: boolean;
};

const MILLION = 1_000_000;
const LEAST_KNOWN_OUTPUT = 64_000; // of all rows below with a published limit

/** Newest of its line first. Source: the model pages of platform.claude.com, read on 2026-11-20, where no other is named. */
const MODELS: readonly ModelInfo[] = [
  // Price: a reseller's page that quotes the list price. Its output limit wasn't found: the least of all others.
  row("claude-fable-5-2", { outputLimit: LEAST_KNOWN_OUTPUT, thinking: "always", prices: [tier(8, 40, 0.025)] }), // cache reads: a price list of others, October 2026
  row("claude-fable-5-1", { thinking: "always", prices: [tier(10, 50, 0.025)] }), // $0.25 a million on the pricing page
  row("claude-opus-5-5", { thinking: "always", prices: [tier(4, 20, 0.05)] }), // $0.20 a million on the model page
  row("claude-opus-5", { thinking: "adaptive", prices: [tier(5, 25)] }),
  row("claude-sonnet-5-5", { thinking: "adaptive", prices: [tier(2, 10, 0.05)] }), // cache reads: others who quote the pricing page
  row("claude-haiku-5-5", { thinking: "adaptive", prices: [{ ...tier(0.1, 0.5), upTo: 100_000 }, tier(0.5, 2.5)] }),
  row("claude-haiku-4-5", { window: 200_000, outputLimit: 64_000, thinking: "budget", prices: [tier(1, 5)] }),
];

const UNLISTED_WINDOW = 200_000; // for a claude-… without a row (its figures weren't found): the smallest of any row above
const UNKNOWN_WINDOW = 32_000; // what local servers advise as the least for a coding agent; a server may still be started with less
const UNKNOWN_OUTPUT = 8_192; // every current model writes that much
const LINES = ["opus", "sonnet", "haiku", "fable"] as const;

/**
 * By exact id, dated id (`…-20251001`) or name of a line (`opus`: its newest). A `[1m]` at the end is dropped: those windows are the default now.
 * Never fails: an unknown model gets limits that are safe to plan with, and no prices.
 */
export function lookUp(model: string): ModelInfo {
  const id = model.replace(/\[1m\]$/i, "");
  const line = LINES.find((name) => name === id.toLowerCase());
  const found = line ? MODELS.find((info) => info.id.startsWith(`claude-${line}-`)) : MODELS.find((info) => info.id === undated(id));
  if (found) return line ? found : { ...found, id };
  const window = id.startsWith("claude-") ? UNLISTED_WINDOW : UNKNOWN_WINDOW;
  return { id, window, outputLimit: UNKNOWN_OUTPUT, thinking: "unknown", known: false };
}

/** Every name that `lookUp` knows: ids, then lines. */
export function modelNames(): readonly string[] {
  return [...MODELS.map(({ id }) => id), ...LINES];
}

function undated(id: string): string {
  return id.replace(/-20\d{6}$/, "");
}

/** The limits of the 5 generation, unless the row has its own. */
function row(id: string, facts: Partial<ModelInfo> & Pick<ModelInfo, "thinking">): ModelInfo {
  return { id, window: MILLION, outputLimit: 128_000, known: true, ...facts };
}
