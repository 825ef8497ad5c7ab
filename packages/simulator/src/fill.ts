import type { Json, JsonObject } from "@keelson/protocol";
import type { Conversation } from "./conversation.ts";
import { quote } from "./quote.ts";
import type { Expectation, MessageReply, ReplyBlock } from "./reply.ts";

/** Every string of a reply that may hold templates, replaced by what `fill` makes of it; the keys of an input stay as they are. */
export function fillReply(reply: MessageReply, fill: (text: string) => string): MessageReply {
  return { ...reply, blocks: reply.blocks.map((block) => fillBlock(block, fill)) };
}

export function fillBlock(block: ReplyBlock, fill: (text: string) => string): ReplyBlock {
  if ("text" in block) return { ...block, text: fill(block.text) };
  if ("thinking" in block) return { ...block, thinking: fill(block.thinking) };
  if ("rawInput" in block) return { ...block, rawInput: fill(block.rawInput) };
  if ("input" in block) return { ...block, input: fillObject(block.input, fill) };
  if ("result" in block) return { ...block, result: fillJson(block.result, fill) };
  return block;
}

const fillObject = (object: JsonObject, fill: (text: string) => string): JsonObject =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, fillJson(value, fill)]));

function fillJson(value: Json, fill: (text: string) => string): Json {
  if (typeof value === "string") return fill(value);
  if (value === null || typeof value !== "object") return value;
  return isList(value) ? value.map((item) => fillJson(item, fill)) : fillObject(value, fill);
}

const isList = (value: Json): value is readonly Json[] => Array.isArray(value);

/** How the conversation differs from what a reply expects; undefined when it doesn't. */
export function difference(expect: Expectation, { prompt, results }: Conversation, fill: (text: string) => string): string | undefined {
  const last = results.at(-1);
  if (expect.promptIncludes !== undefined && !prompt?.includes(fill(expect.promptIncludes)))
    return `the prompt to include ${quote(fill(expect.promptIncludes))}, and it is ${prompt === undefined ? "missing" : quote(prompt)}`;
  if (expect.tool !== undefined && last?.tool !== expect.tool)
    return `the last tool result to come from ${expect.tool}, and ${last ? `it comes from ${last.tool ?? "no tool it knows"}` : "there is none"}`;
  if (expect.lastResultIncludes !== undefined && !last?.text.includes(fill(expect.lastResultIncludes)))
    return `the last tool result to include ${quote(fill(expect.lastResultIncludes))}, and ${last ? `it is ${quote(last.text)}` : "there is none"}`;
  return undefined;
}
