import { isToolResult, isToolUse, type Block, type Message } from "@keelson/protocol";
import { spelling } from "./prompt/prompt.ts";

/** What a reply may speak about: the tool results in the order they came, and the last words of the user. */
export type Conversation = { readonly prompt: string | undefined; readonly results: readonly Result[] };
type Result = { readonly tool: string | undefined; readonly text: string };

export function conversationOf(messages: readonly Message[]): Conversation {
  const names = new Map(messages.flatMap(({ content }) => content.filter(isToolUse).map(({ id, name }) => [id, name])));
  const said = messages.filter(({ role }) => role === "user").flatMap(({ content }) => content);
  return {
    prompt: said.flatMap((block) => (isReminder(block) ? [] : textsOf(block))).at(-1),
    results: said.filter(isToolResult).map((block) => ({ tool: names.get(block.tool_use_id), text: resultText(block) })),
  };
}

/** What the user said first: it tells conversations apart, and stays when they grow. */
export function beginningOf(messages: readonly Message[]): string {
  const content = messages[0]?.content ?? [];
  const words = content.flatMap((block) => (isReminder(block) ? [] : textsOf(block)));
  return words.length > 0 ? words.join("\n") : content.map((block) => spelling(block)).join("\n");
}

/** Words of the user, and of nobody else. */
export const isSpoken = (block: Block): boolean => textsOf(block).length > 0 && !isReminder(block);

/** Agents put words of their own beside the user's, in this tag. */
const isReminder = (block: Block): boolean => textsOf(block).some((text) => text.trimStart().startsWith("<system-reminder>"));

function textsOf(block: Block): readonly string[] {
  const { type, text } = block;
  return type === "text" && typeof text === "string" ? [text] : [];
}

function resultText({ content }: Block): string {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return "";
  return content.flatMap((inner: Block) => textsOf(inner)).join("\n");
}
