import { isToolUse, type Block, type Json, type Usage } from "@keelson/protocol";

/** All that the model read, cached or not: the conventions count it so. */
export const inputTokens = ({ input, cacheRead, cacheWrite5m, cacheWrite1h }: Usage): number =>
  input + cacheRead + cacheWrite5m + cacheWrite1h;

/** One message as the conventions' JSON schema of messages spells it. */
export function messagesText(role: "user" | "assistant", content: readonly Block[], finish?: string): string {
  const parts = content.map(partOf);
  return JSON.stringify([{ role, parts, ...(finish !== undefined && { finish_reason: finish }) }]);
}

/** A tool's result: its words, without pictures' bytes. */
export function outputText(content: Json | undefined): string {
  if (!Array.isArray(content)) return JSON.stringify(content ?? null);
  return JSON.stringify(content.map((block: Block) => partOf(block)));
}

function partOf(block: Block): Json {
  if (block.type === "text") return { type: "text", content: block["text"] ?? "" };
  if (isToolUse(block)) return { type: "tool_call", id: block.id, name: block.name, arguments: block.input };
  return { type: block.type };
}
