import { isToolResult, isToolUse, type Message } from "./message.ts";

/** What the Messages API refuses about a history, in words; undefined when it would take it. */
export function refusal(messages: readonly Message[]): string | undefined {
  if (messages[0]?.role !== "user") return "the first message isn't the user's";
  for (const [at, { role, content }] of messages.entries()) {
    const before = messages[at - 1];
    if (content.length === 0) return `message ${at} is empty`;
    if (before?.role === role) return `two ${role} messages in a row`;
    const asked = before?.role === "assistant" ? before.content.filter(isToolUse).map(({ id }) => id) : [];
    const answered = content.filter(isToolResult).map((block) => block.tool_use_id);
    if (role === "user" && asked.join() !== answered.join()) return `asked ${asked.join()}, answered ${answered.join()}`;
    if (role === "user" && content.slice(0, answered.length).some((block) => !isToolResult(block))) return "results don't stand first";
  }
  return undefined;
}
