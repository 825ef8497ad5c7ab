import Anthropic, { RateLimitError } from "@anthropic-ai/sdk";
import { expect, test } from "vitest";
import type { Script } from "./script.ts";
import { simulate } from "./simulate.ts";

// The vendor's own client, with its own stream helper: what it understands, others do.
async function stranger(replies: Script["replies"]) {
  const server = await simulate({ replies });
  const client = new Anthropic({ baseURL: server.url, apiKey: "none", maxRetries: 0 });
  const ask = { model: "claude-sonnet-5-5", max_tokens: 1_000, messages: [{ role: "user" as const, content: "go" }] };
  return { server, client, ask, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

test("the vendor's stream helper puts a whole message together", async () => {
  await using s = await stranger([
    { blocks: [{ thinking: "hm" }, { text: "naïve ✓" }, { tool: "Read", input: { file_path: "a.txt", n: [1, { x: null }] } }] },
  ]);
  const stream = s.client.messages.stream(s.ask);
  const words: string[] = [];
  stream.on("text", (piece) => words.push(piece));
  const message = await stream.finalMessage();
  expect(message.content.map(({ type }) => type)).toEqual(["thinking", "text", "tool_use"]);
  expect(message.content[2]).toMatchObject({ name: "Read", input: { file_path: "a.txt", n: [1, { x: null }] } });
  expect(words.join("")).toBe("naïve ✓");
  expect(message.stop_reason).toBe("tool_use");
  expect(message.usage.output_tokens).toBeGreaterThan(0);
});

test("its errors are of the classes that it has for them, with the wait in their headers", async () => {
  await using s = await stranger([{ error: { status: 429, retryAfter: 2 } }]);
  const error: unknown = await s.client.messages.create(s.ask).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(RateLimitError);
  expect(error instanceof RateLimitError && error.headers?.get("retry-after")).toBe("2");
});

test("a reply that is cut, and an error in the middle of one, fail its helper", async () => {
  await using s = await stranger([
    { blocks: [{ text: "half" }], cut: { inBlock: 1 } },
    { blocks: [{ text: "half" }], errorEvent: { type: "overloaded_error", message: "busy", inBlock: 1 } },
  ]);
  await expect(s.client.messages.stream(s.ask).finalMessage()).rejects.toThrow(/terminated|ended/);
  await expect(s.client.messages.stream(s.ask).finalMessage()).rejects.toThrow(/busy/);
});

test("it counts tokens and lists models", async () => {
  await using s = await stranger([]);
  const { input_tokens: tokens } = await s.client.messages.countTokens({ model: s.ask.model, messages: s.ask.messages });
  expect(tokens).toBeGreaterThan(0);
  const models = await s.client.models.list();
  expect(models.data.length).toBeGreaterThan(0);
});
