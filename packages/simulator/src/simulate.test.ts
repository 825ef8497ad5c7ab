import { expect, describe, it } from "vitest";
import { arrived, ask, blocksIn, bodyOf, conversation, errorOf, eventsIn, post, PROMPT, typesOf, type Loose } from "../test/ask.ts";
import type { ReplyBlock } from "./reply.ts";
import { simulate } from "./simulate.ts";

const INPUT = { file_path: "a/ü.ts", edits: [{ old: '"', new: "\\\n" }], n: 1 };
const EVERYTHING: readonly ReplyBlock[] = [
  { thinking: "I'll have to look at it first." },
  { text: "x🦊🦊🦊🦊🦊🦊🦊🦊 ünd mehr." },
  { tool: "Edit", input: INPUT },
  { raw: { type: "redacted_thinking", data: "opaque" } },
  { tool: "Read", input: {}, id: "mine" },
];

async function streamOf(blocks: readonly ReplyBlock[], more: object = {}): Promise<string> {
  await using server = await simulate({ replies: [{ blocks, ...more }] });
  return await (await ask(server.url)).text(); // before the server closes
}

async function stopOf(blocks: readonly ReplyBlock[], more?: object): Promise<unknown> {
  const end: Loose = eventsIn(await streamOf(blocks, more)).find(({ type }) => type === "message_delta");
  return end.delta.stop_reason;
}

describe("a streamed reply", () => {
  it("is these bytes and no others", async () => {
    const input = Math.ceil('user{"text":"fix the test","type":"text"}'.length / 4);
    const frames = [
      `event: message_start\ndata: {"type":"message_start","message":{"id":"msg_sim_0001","type":"message","role":"assistant","model":"claude-x","content":[],"stop_reason":null,"stop_sequence":null,"stop_details":null,"container":null,"usage":{"input_tokens":${input},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"cache_creation":{"ephemeral_5m_input_tokens":0,"ephemeral_1h_input_tokens":0},"output_tokens":1,"service_tier":"standard"}}}`,
      'event: content_block_start\ndata: {"type":"content_block_start","index":0,"content_block":{"type":"text","text":""}}',
      'event: ping\ndata: {"type":"ping"}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"Hello, "}}',
      'event: content_block_delta\ndata: {"type":"content_block_delta","index":0,"delta":{"type":"text_delta","text":"world"}}',
      'event: content_block_stop\ndata: {"type":"content_block_stop","index":0}',
      `event: message_delta\ndata: {"type":"message_delta","delta":{"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"container":null},"usage":{"input_tokens":${input},"cache_creation_input_tokens":0,"cache_read_input_tokens":0,"output_tokens":4}}`,
      'event: message_stop\ndata: {"type":"message_stop"}',
    ];
    expect(await streamOf([{ text: "Hello, world" }], { pace: { chunk: 7 } })).toBe(frames.map((frame) => `${frame}\n\n`).join(""));
  });

  it("follows the grammar, whatever it is made of", async () => {
    const order = typesOf(eventsIn(await streamOf(EVERYTHING))).join(" ");
    const block = "content_block_start (ping )?(content_block_delta )*content_block_stop ";
    expect(order).toMatch(new RegExp(`^message_start (${block}){5}message_delta message_stop$`));
  });

  it("carries each block whole, in several pieces", async () => {
    const events = eventsIn(await streamOf(EVERYTHING));
    const [thinking, text, edit, raw, read] = blocksIn(events);
    expect(thinking).toEqual({
      type: "thinking",
      thinking: "I'll have to look at it first.",
      signature: expect.stringMatching(/^[\w+/]+=*$/),
    });
    expect(text).toEqual({ type: "text", text: "x🦊🦊🦊🦊🦊🦊🦊🦊 ünd mehr." });
    expect(edit).toEqual({ type: "tool_use", id: "toolu_sim_0001_3", name: "Edit", input: {}, sent: JSON.stringify(INPUT) });
    expect(raw).toEqual({ type: "redacted_thinking", data: "opaque" });
    expect(read).toEqual({ type: "tool_use", id: "mine", name: "Read", input: {}, sent: "{}" });
    for (const index of [0, 1, 2]) {
      const deltas = events.filter((event) => event.type === "content_block_delta" && event.index === index);
      expect(deltas.length).toBeGreaterThan(2);
      for (const { delta } of deltas) expect(JSON.stringify(delta)).not.toMatch(/\\ud[89a-f]/i); // half a character
    }
  });

  it("stops for the reason that its blocks give, or that the scenario names", async () => {
    expect(await stopOf([{ text: "a" }])).toBe("end_turn");
    expect(await stopOf([])).toBe("end_turn");
    expect(await stopOf([{ text: "a" }, { tool: "Read", input: {} }])).toBe("tool_use");
    expect(await stopOf([{ tool: "Read", input: {} }], { stop: "max_tokens" })).toBe("max_tokens");
  });

  it("can ask for a tool with an input that isn't JSON", async () => {
    const text = await streamOf([
      { tool: "Edit", rawInput: '{"broken' },
      { tool: "Read", rawInput: "" },
    ]);
    expect(blocksIn(eventsIn(text)).map(({ sent }) => sent)).toEqual(['{"broken', ""]);
  });

  it("counts tokens by what was sent, unless the scenario counts", async () => {
    const usageOf = async (more?: object): Promise<Loose> =>
      eventsIn(await streamOf([{ text: "x".repeat(40) }], more)).find(({ type }) => type === "message_delta")?.usage;
    expect(await usageOf({ pace: { chunk: 20 } })).toMatchObject({ output_tokens: 10 });
    expect(eventsIn(await streamOf([])).at(-2)?.usage.output_tokens).toBe(1); // a reply costs something, even an empty one
    expect(await usageOf({ usage: { cache_read_input_tokens: 900, output_tokens: 3 } })).toMatchObject({
      cache_read_input_tokens: 900,
      output_tokens: 3,
      cache_creation_input_tokens: 0,
    });
  });

  it("comes as an event stream with a request id", async () => {
    await using server = await simulate({ replies: [{ blocks: [] }] });
    const { status, headers } = await ask(server.url);
    expect([status, headers.get("content-type"), headers.get("request-id")]).toEqual([200, "text/event-stream", "req_sim_0001"]);
  });
});

/** A conversation with a server of its own: every answer's head and body. */
async function answersOf(...bodies: readonly object[]): Promise<readonly string[]> {
  await using server = await simulate({ replies: [{ blocks: EVERYTHING }, { error: { status: 529 } }], after: "repeat_last" });
  const answers: string[] = [];
  for (const body of bodies) {
    const response = await ask(server.url, body);
    answers.push(JSON.stringify([response.status, [...response.headers]]), await response.text());
  }
  return answers;
}

it("the same requests get the same bytes, head and body, on every run and every day", async () => {
  const bodies = [bodyOf(), bodyOf(), bodyOf([PROMPT], { stream: false }), {}];
  const answers = await answersOf(...bodies);
  expect(answers).toEqual(await answersOf(...bodies));
  expect(answers.join()).not.toMatch(/"date"/i);
});

describe("a reply that isn't streamed", () => {
  it("is the message that the stream would have carried", async () => {
    await using server = await simulate({ replies: () => ({ blocks: EVERYTHING, stop: "pause_turn" }) });
    const streamed = eventsIn(await (await ask(server.url)).text());
    const response = await ask(server.url, bodyOf([PROMPT], { stream: undefined }));
    const message: Loose = await response.json();
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(message).toMatchObject({ id: "msg_sim_0002", type: "message", role: "assistant", model: "claude-x", stop_reason: "pause_turn" });
    const [thinking, text, edit, raw, read] = message.content;
    const whole = blocksIn(streamed).map(({ sent, ...block }) => (sent === undefined ? block : { ...block, input: JSON.parse(sent) }));
    expect([text, raw, read]).toEqual([whole[1], whole[3], whole[4]]);
    expect(edit).toEqual({ ...whole[2], id: "toolu_sim_0002_3" });
    expect({ ...thinking, signature: "" }).toEqual({ ...whole[0], signature: "" });
    expect(message.usage.output_tokens).toBe(streamed.at(-2)?.usage.output_tokens);
  });

  it("has an empty input where the one that was written isn't JSON", async () => {
    await using server = await simulate({ replies: [{ blocks: [{ tool: "Edit", rawInput: '{"broken' }] }] });
    const message: Loose = await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json();
    expect(message.content[0].input).toEqual({});
  });
});

describe("the server", () => {
  it("counts tokens with the estimate that a reply reports", async () => {
    await using server = await simulate({ replies: [{ blocks: [] }] });
    const body = bodyOf(conversation({ tool: "Read", result: "x".repeat(4000) }), { system: "be brief", tools: [{ name: "Read" }] });
    const { max_tokens: _, ...counted }: Loose = body;
    const count: Loose = await (await post(`${server.url}/v1/messages/count_tokens`, JSON.stringify(counted))).json();
    const [start] = eventsIn(await (await ask(server.url, body)).text());
    expect(count).toEqual({ input_tokens: start.message.usage.input_tokens });
    expect(count.input_tokens).toBeGreaterThan(1000);
  });

  it("lists the scenario's model and knows no other; without one it knows any", async () => {
    await using named = await simulate({ model: "claude-y", replies: [{ blocks: [] }] });
    await using free = await simulate({ replies: [{ blocks: [] }] });
    const list: Loose = await (await fetch(`${named.url}/v1/models?limit=5`)).json();
    expect(list).toMatchObject({ data: [{ type: "model", id: "claude-y", max_input_tokens: 200_000 }], has_more: false });
    expect(await (await fetch(`${free.url}/v1/models/any%3Aone`)).json()).toMatchObject({ id: "any:one" });
    const unknown = await fetch(`${named.url}/v1/models/claude-z`);
    expect([unknown.status, await errorOf(unknown)]).toEqual([404, "model: claude-z"]);
    const [start] = eventsIn(await (await ask(named.url)).text());
    expect(start.message.model).toBe("claude-y");
  });

  it("answers what it doesn't know in the API's error shape", async () => {
    await using server = await simulate({ replies: [] });
    const unknown = await fetch(`${server.url}/v1/complete`);
    expect(unknown.status).toBe(404);
    expect(await unknown.json()).toEqual({
      type: "error",
      error: { type: "not_found_error", message: expect.stringContaining("/v1/complete") },
      request_id: "req_sim_0001",
    });
    expect((await fetch(`${server.url}/v1/messages`)).status).toBe(405);
    expect((await fetch(`${server.url}//`)).status).toBe(404);
    expect((await fetch(`${server.url}/v1/models/%E0`)).status).toBe(500);
  });

  it.each([
    ["no JSON", "{", "not valid JSON"],
    ["no object", "[]", "not a JSON object"],
    ["no messages", '{"model":"m","max_tokens":1}', "messages: Field required"],
  ])("refuses a body that is %s, and takes no reply for it", async (_, body, words) => {
    await using server = await simulate({ replies: [{ blocks: [{ text: "the first" }] }] });
    const refused = await post(`${server.url}/v1/messages`, body);
    expect(refused.status).toBe(400);
    expect(await errorOf(refused)).toContain(words);
    expect(await (await ask(server.url)).text()).toContain("the first");
  });

  it("refuses a body over 32 MB", async () => {
    await using server = await simulate({ replies: [] });
    const response = await post(`${server.url}/v1/messages`, " ".repeat(32 * 1024 * 1024 + 1));
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ error: { type: "request_too_large" } });
  });

  it("remembers what was asked, and when", async () => {
    let now = 1000;
    const clock = { now: () => now, sleep: async () => {}, random: () => 0 };
    await using server = await simulate({ replies: [{ blocks: [{ text: "hi" }] }] }, { clock });
    now = 1250;
    const body = JSON.stringify(bodyOf([{ role: "user", content: "ü" }]));
    const response = await fetch(`${server.url}/v1/messages?beta=true`, { method: "POST", headers: { "X-Api-Key": "k" }, body });
    await arrived(response);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: "POST",
      path: "/v1/messages",
      text: body,
      bytes: Buffer.byteLength(body),
      body: JSON.parse(body),
      at: 250,
      answeredAt: 250,
    });
    expect(server.requests[0]?.headers["x-api-key"]).toBe("k");
  });

  it("remembers no more than it was told to", async () => {
    await using server = await simulate({ replies: () => ({ blocks: [] }) }, { keep: 2 });
    for (const content of ["one", "two", "three"]) await (await ask(server.url, bodyOf([{ role: "user", content }]))).text();
    expect(server.requests.map(({ text }) => /two|three/.exec(text)?.[0])).toEqual(["two", "three"]);
  });

  it("listens on the loopback interface only, and rejects when the port is taken", async () => {
    await using server = await simulate({ replies: [] });
    expect(server.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    await expect(simulate({ replies: [] }, { port: Number(new URL(server.url).port) })).rejects.toMatchObject({ code: "EADDRINUSE" });
  });
});
