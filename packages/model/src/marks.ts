import type { Block, Json, JsonObject, Message } from "@keelson/protocol";

/** Where the endpoint keeps the prompt's beginning for five minutes. It refuses a request with more than four. */
export const MARK = { type: "ephemeral" } as const;
const MOST_MARKS = 4;

/** Kinds that take a mark and stand in user messages. */
const CACHEABLE = ["text", "image", "document", "search_result", "tool_result"];

/**
 * Marks the end of the last user message, for the next turn to read, and of the one before it, where this turn finds what the last one wrote:
 * the endpoint looks back 20 blocks from a mark, and many results at once go further. Copies what it marks.
 */
export function markMessages(messages: readonly Message[], body: JsonObject): readonly Message[] {
  const room = MOST_MARKS - marksIn(body) - messages.flatMap(({ content }) => content).filter(isMarked).length;
  const last = messages.flatMap(({ role }, at) => (role === "user" ? [at] : [])).slice(-Math.min(2, Math.max(0, room)));
  if (room <= 0 || last.length === 0) return messages;
  return messages.map((message, at) => (last.includes(at) ? { ...message, content: markLast(message.content) } : message));
}

function markLast(content: readonly Block[]): readonly Block[] {
  const end = content.findLastIndex((block) => CACHEABLE.includes(block.type) && block["text"] !== "");
  return content.map((block, at) => (at === end ? { ...block, cache_control: MARK } : block));
}

/** Of the tools, the system blocks, and the mark that a whole request may carry. */
function marksIn(body: JsonObject): number {
  return [body, ...listed(body["tools"]), ...listed(body["system"])].filter(isMarked).length;
}

const listed = (value: Json | undefined): readonly Json[] => (Array.isArray(value) ? value : []);
const isMarked = (value: Json): boolean => typeof value === "object" && value !== null && "cache_control" in value;
