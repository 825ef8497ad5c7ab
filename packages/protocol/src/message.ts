/** The nouns a model and a person share. Blocks are spelled as on the wire, on disk too: a kind we don't know travels through unchanged. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };
export type JsonObject = { readonly [key: string]: Json };

export type Block = { readonly type: string; readonly [key: string]: Json };
export type ToolUse = Block & { readonly type: "tool_use"; readonly id: string; readonly name: string; readonly input: JsonObject };
export type ToolResult = Block & { readonly type: "tool_result"; readonly tool_use_id: string };
export type Message = { readonly role: "user" | "assistant"; readonly content: readonly Block[] };

/** Who wrote a block. Only `user` can satisfy a consent. */
export type Provenance = "user" | "hook" | "task" | "plugin" | "repo" | "peer" | "harness";
/** Tokens. */
export type Usage = {
  readonly input: number;
  readonly output: number;
  readonly cacheRead: number;
  readonly cacheWrite5m: number;
  readonly cacheWrite1h: number;
};

export const text = (words: string): Block => ({ type: "text", text: words });
export const isToolUse = (block: Block): block is ToolUse => block.type === "tool_use";
export const isThinking = (block: Block): boolean => block.type === "thinking" || block.type === "redacted_thinking";
export const isToolResult = (block: Block): block is ToolResult => block.type === "tool_result";

/** Adds content at the end. Neighbours of one role become one message, so that roles always alternate. */
export function say(messages: readonly Message[], role: Message["role"], content: readonly Block[]): readonly Message[] {
  if (content.length === 0) return messages;
  const last = messages.at(-1);
  if (last?.role !== role) return [...messages, { role, content }];
  return [...messages.slice(0, -1), { role, content: [...last.content, ...content] }];
}
