import type { Block, Json } from "@keelson/protocol";

/** Where the endpoint keeps the prompt's beginning for five minutes. It refuses a request with more than four. */
export const MARK = { type: "ephemeral" } as const;
/** Stands before the closing brace of what it marks. */
export const MARK_BYTES: Uint8Array = Buffer.from(`,"cache_control":${JSON.stringify(MARK)}`);
const MOST_MARKS = 4;
const MOST_IN_MESSAGES = 2;

/** Kinds that take a mark and stand in user messages. */
const CACHEABLE = ["text", "image", "document", "search_result", "tool_result"];
export const takesMark = (block: Block): boolean => CACHEABLE.includes(block.type) && block["text"] !== "";
export const isMarked = (value: Json): boolean => typeof value === "object" && value !== null && "cache_control" in value;

/** Marks in a list of the body's; anything but a list has none. */
export const marksIn = (value: Json | undefined): number => (Array.isArray(value) ? value.filter(isMarked).length : 0);

/**
 * How many of the last user messages get a mark at their end, beside those that are there: the last one, for the next turn to read, and the one
 * before it, where this turn finds what the last one wrote: the endpoint looks back 20 blocks from a mark, and many results at once go further.
 */
export const roomBeside = (marks: number): number => Math.max(0, Math.min(MOST_IN_MESSAGES, MOST_MARKS - marks));
