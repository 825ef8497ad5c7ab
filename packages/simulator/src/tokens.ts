import type { JsonObject } from "@keelson/protocol";

/** An estimate that never changes: four bytes a token, and at least one. */
export function tokensIn(text: string): number {
  return Math.max(1, Math.ceil(Buffer.byteLength(text) / 4));
}

/** Of a request: what the model reads, and nothing that only steers the call. */
export function promptTokens({ system = null, tools = [], messages = [] }: JsonObject): number {
  return tokensIn(JSON.stringify([tools, system, messages]));
}
