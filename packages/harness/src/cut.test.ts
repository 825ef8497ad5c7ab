import assert from "node:assert/strict";
import { loop } from "@keelson/core";
import { connect, DIALECTS } from "@keelson/model";
import { isToolResult, isToolUse, messagesOf, refusal, remember, type Message } from "@keelson/protocol";
import { effect, ended, fresh, named, OPTIONS, player, ports, realClock, scriptedClock, tool } from "@keelson/testing";
import { test } from "vitest";

/** An endpoint whose first reply is cut at every byte in turn; it then answers what the history says, as a model would. */
type Part = { readonly thinking: string } | { readonly text: string } | { readonly write: string };

const STREAMS: Readonly<Record<string, readonly Part[]>> = {
  "a text": [{ text: "All is well: naïve ✓" }],
  "thinking, a text and a call": [{ thinking: "hm" }, { text: "I write." }, { write: "a" }],
  "two calls": [{ write: "a" }, { write: "ünï" }],
};

for (const [name, parts] of Object.entries(STREAMS)) {
  test(`${name}, cut at every byte: it comes to the same end, and no effect is lost or happens twice`, { timeout: 120_000 }, async () => {
    const whole = await play(parts, Infinity);
    assert.deepEqual(
      whole.ran,
      parts.flatMap((part) => ("write" in part ? [part.write] : [])),
    );
    for (let at = 0; at < wireOf(parts, 0).length; at++) {
      const cut = await play(parts, at);
      assert.deepEqual(cut.ran, whole.ran, `cut at ${at}`);
      assert.equal(cut.last, whole.last, `cut at ${at}`);
      assert.equal(cut.end, "completed", `cut at ${at}`);
      assert.deepEqual(cut.refusals, [], `cut at ${at}`);
      assert.ok(cut.requests <= whole.requests + 1, `cut at ${at}: ${cut.requests} requests`);
    }
  });
}

async function play(parts: readonly Part[], cutAt: number) {
  const ran: string[] = [];
  const refusals: string[] = [];
  let requests = 0;
  const write = tool("write", (ctx, input) => effect(() => ran.push(String(input["name"])))(ctx, input));
  const endpoint: typeof fetch = async (_, init) => {
    const { messages } = JSON.parse(String(init?.body)) as { readonly messages: readonly Message[] };
    const refused = refusal(messages);
    if (refused !== undefined) refusals.push(refused);
    const bytes = wireOf(answerTo(messages, parts), requests);
    return new Response(requests++ === 0 && cutAt < bytes.length ? cutShort(bytes, cutAt) : bytes, {
      headers: { "content-type": "text/event-stream" },
    });
  };
  const model = connect({
    dialect: DIALECTS.compatible,
    baseUrl: "http://127.0.0.1:1",
    clock: realClock,
    fetch: endpoint,
    stallMs: Infinity,
  });
  const start = fresh();
  const events = await player(loop)(ports(model, named(write), { clock: scriptedClock() }), start, { ...OPTIONS, models: ["big"] });
  const last = messagesOf(events.reduce(remember, start.view)).at(-1);
  return { ran, refusals, requests, end: ended(events), last: JSON.stringify(last?.content.map((block) => block["text"])) };
}

/** Asks for what has no result yet; ends when all is done. */
function answerTo(messages: readonly Message[], parts: readonly Part[]): readonly Part[] {
  const blocks = messages.flatMap(({ content }) => content);
  const answered = new Set(blocks.filter(isToolResult).map((result) => result.tool_use_id));
  const done = new Set(
    blocks
      .filter(isToolUse)
      .filter(({ id }) => answered.has(id))
      .map(({ input }) => input["name"]),
  );
  if (done.size === 0) return parts;
  const left = parts.filter((part) => "write" in part && !done.has(part.write));
  return left.length > 0 ? left : [{ text: "done" }];
}

function cutShort(bytes: Uint8Array, at: number): ReadableStream<Uint8Array> {
  const chunks = [bytes.subarray(0, at)];
  return new ReadableStream({
    pull(controller) {
      const chunk = chunks.shift();
      if (chunk && chunk.length > 0) controller.enqueue(chunk);
      else if (at % 2 === 0) controller.error(new TypeError("terminated")); // a dropped socket
      else controller.close(); // an end that looks like one
    },
  });
}

function wireOf(parts: readonly Part[], request: number): Uint8Array {
  const stop = parts.some((part) => "write" in part) ? "tool_use" : "end_turn";
  const events = [
    {
      type: "message_start",
      message: { id: `msg_${request}`, type: "message", role: "assistant", content: [], usage: { input_tokens: 1, output_tokens: 1 } },
    },
    ...parts.flatMap((part, index) => blockOf(part, index, request)),
    { type: "message_delta", delta: { stop_reason: stop }, usage: { output_tokens: 5 } },
    { type: "message_stop" },
  ];
  return new TextEncoder().encode(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
}

function blockOf(part: Part, index: number, request: number): { readonly type: string }[] {
  const around = (block: object, ...deltas: readonly object[]) => [
    { type: "content_block_start", index, content_block: block },
    ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
    { type: "content_block_stop", index },
  ];
  if ("thinking" in part)
    return around(
      { type: "thinking", thinking: "", signature: "" },
      { type: "thinking_delta", thinking: part.thinking },
      { type: "signature_delta", signature: "sig" },
    );
  if ("text" in part)
    return around(
      { type: "text", text: "" },
      { type: "text_delta", text: part.text.slice(0, 4) },
      { type: "text_delta", text: part.text.slice(4) },
    );
  const json = JSON.stringify({ name: part.write });
  return around(
    { type: "tool_use", id: `toolu_${request}_${index}`, name: "write", input: {} },
    { type: "input_json_delta", partial_json: json.slice(0, 5) },
    { type: "input_json_delta", partial_json: json.slice(5) },
  );
}
