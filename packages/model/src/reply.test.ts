import assert from "node:assert/strict";
import { text, type Block, type JsonObject, type ModelPart } from "@keelson/protocol";
import { realClock } from "@keelson/testing";
import { test } from "vitest";
import { connect } from "./connect.ts";
import { DIALECTS } from "./dialect.ts";
import { hear, playing, REQUEST, wire, type Told } from "./fixtures/endpoint.ts";

const USED = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const SPLIT = { ephemeral_5m_input_tokens: 200, ephemeral_1h_input_tokens: 100 };

const play = (bytes: Uint8Array, messages = REQUEST.messages): Promise<Told> =>
  hear(connect({ dialect: DIALECTS.compatible, baseUrl: "http://127.0.0.1:9", clock: realClock, fetch: playing([bytes]) }), {
    ...REQUEST,
    messages,
  });
const say = (...events: readonly JsonObject[]): Promise<Told> =>
  play(
    Buffer.from(events.map((event) => `event: ${JSON.stringify(event["type"]).slice(1, -1)}\ndata: ${JSON.stringify(event)}\n\n`).join("")),
  );

const start = (index: number, block: JsonObject): JsonObject => ({ type: "content_block_start", index, content_block: block });
const delta = (index: number, delta: JsonObject): JsonObject => ({ type: "content_block_delta", index, delta });
const stop = (index: number): JsonObject => ({ type: "content_block_stop", index });
const used = (usage: JsonObject): JsonObject => ({ type: "message_delta", delta: { stop_reason: "end_turn" }, usage });
const BEGIN: JsonObject = { type: "message_start", message: { id: "msg_1", usage: { input_tokens: 5, output_tokens: 1 } } };
const END: JsonObject = { type: "message_stop" };

const blocksOf = ({ parts }: Told) => parts.flatMap((part) => (part.type === "block.completed" ? [part.block] : []));
const shape = ({ parts }: Told) => parts.map((part) => ("index" in part ? `${part.type} ${part.index}` : part.type));
const doneOf = ({ parts }: Told) => parts.find((part) => part.type === "done");
const asking = (json: string): readonly JsonObject[] => [
  start(0, { type: "tool_use", id: "toolu_1", name: "Read", input: {} }),
  delta(0, { type: "input_json_delta", partial_json: json }),
  stop(0),
];

test("started comes first, done last, and each block between its start and its end", async () => {
  const lines = shape(await play(wire("thinking-and-tools")));
  const blocks = [
    ["block.started 0", "delta 0", "delta 0", "delta 0", "block.completed 0"],
    ["block.started 1", "delta 1", "block.completed 1"],
    ["block.started 2", "delta 2", "delta 2", "delta 2", "delta 2", "block.completed 2"],
    ["block.started 3", "block.completed 3"],
  ];
  assert.deepEqual(lines, ["started", ...blocks.flat(), "done"]);
});

test("usage is what was said last, and a total keeps its split by hour", async () => {
  const told = await play(wire("thinking-and-tools"));
  const usage = { input: 7, output: 2, cacheRead: 9_000, cacheWrite5m: 200, cacheWrite1h: 100 };
  assert.ok(told.parts[0]?.type === "started");
  assert.deepEqual(told.parts[0].usage, usage);
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "tool_use", usage: { ...usage, output: 89 } });

  const begun: JsonObject = { type: "message_start", message: { usage: { cache_creation_input_tokens: 300, cache_creation: SPLIT } } };
  const later = await say(begun, used({ input_tokens: 9, cache_creation_input_tokens: 350, output_tokens: 4 }), END);
  assert.deepEqual(doneOf(later), {
    type: "done",
    stopReason: "end_turn",
    usage: { ...USED, input: 9, output: 4, cacheWrite5m: 250, cacheWrite1h: 100 },
  });
});

test("why an endpoint stopped is handed on as it says it", async () => {
  const why = { category: "cyber", explanation: "It asks for an exploit." };
  const told = await say(
    { type: "message_start", message: {} },
    { type: "message_delta", delta: { stop_reason: "refusal", stop_details: why } },
    END,
  );
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "refusal", usage: USED, details: why });
});

test("a total that shrinks takes its split with it, and a reason holds until there is another", async () => {
  const begun: JsonObject = { type: "message_start", message: { usage: { cache_creation_input_tokens: 300, cache_creation: SPLIT } } };
  const shrunk: JsonObject = { type: "message_delta", delta: {}, usage: { cache_creation_input_tokens: 60 } };
  const told = await say(begun, { type: "message_delta", delta: { stop_reason: "max_tokens" } }, shrunk, END);
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "max_tokens", usage: { ...USED, cacheWrite1h: 60 } });
});

test("a zero or a null doesn't take back what was counted", async () => {
  const told = await say(BEGIN, used({ input_tokens: 0, cache_read_input_tokens: null, output_tokens: 8 }), END);
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "end_turn", usage: { ...USED, input: 5, output: 8 } });
});

test("an input that isn't JSON, or isn't an object, is malformed: the call stands with an empty input and what was written", async () => {
  for (const json of ['{"path": "a', "[1]", "null", '"a"', "{}{}"]) {
    const told = await say(BEGIN, ...asking(json), END);
    assert.deepEqual(
      told.parts.find((part) => part.type === "block.completed"),
      { type: "block.completed", index: 0, block: { type: "tool_use", id: "toolu_1", name: "Read", input: {} }, malformed: json },
    );
    assert.equal(told.error, undefined);
  }
});

test("an input of nothing is an empty input", async () => {
  for (const json of ["", "  "]) {
    const told = await say(BEGIN, ...asking(json), END);
    assert.deepEqual(
      told.parts.find((part) => part.type === "block.completed"),
      { type: "block.completed", index: 0, block: { type: "tool_use", id: "toolu_1", name: "Read", input: {} } },
    );
  }
});

const SPACE = [start(0, { type: "text", text: "" }), delta(0, { type: "text_delta", text: "\n\n" })];

test("white space before words is told with them", async () => {
  const told = await say(BEGIN, ...SPACE, delta(0, { type: "text_delta", text: "Hi" }), stop(0), END);
  assert.deepEqual(shape(told), ["started", "block.started 0", "delta 0", "block.completed 0", "done"]);
  assert.deepEqual(blocksOf(told), [text("\n\nHi")]);
});

test("an empty text is never told, and a blank one only when something follows it, before that", async () => {
  assert.deepEqual(shape(await say(BEGIN, start(0, text("")), stop(0), start(1, text("Hi")), stop(1), END)), [
    "started",
    "block.started 0",
    "delta 0",
    "block.completed 0",
    "done",
  ]);
  assert.deepEqual(shape(await say(BEGIN, ...SPACE, stop(0), END)), ["started", "done"]);
  const call = [start(1, { type: "tool_use", id: "toolu_1", name: "Now", input: {} }), stop(1)];
  const told = await say(BEGIN, ...SPACE, stop(0), ...call, END);
  assert.deepEqual(blocksOf(told), [text("\n\n"), { type: "tool_use", id: "toolu_1", name: "Now", input: {} }]);
  assert.deepEqual(shape(told).slice(1, 5), ["block.started 0", "delta 0", "block.completed 0", "block.started 1"]);
});

test("white space behind words is told like any other", async () => {
  const words = ["Hi", "\n", "there"].map((part) => delta(0, { type: "text_delta", text: part }));
  const told = await say(BEGIN, start(0, { type: "text", text: "" }), ...words, stop(0), END);
  assert.deepEqual(shape(told), ["started", "block.started 0", "delta 0", "delta 0", "delta 0", "block.completed 0", "done"]);
  assert.deepEqual(blocksOf(told), [text("Hi\nthere")]);
});

test("words that come with a block's start are told as a delta", async () => {
  const told = await say(BEGIN, start(0, { type: "text", text: "Al" }), delta(0, { type: "text_delta", text: "l." }), stop(0), END);
  const expected: readonly ModelPart[] = [
    { type: "block.started", index: 0, block: text("") },
    { type: "delta", index: 0, kind: "text", delta: "Al" },
    { type: "delta", index: 0, kind: "text", delta: "l." },
    { type: "block.completed", index: 0, block: text("All.") },
  ];
  assert.deepEqual(told.parts.slice(1, -1), expected);
});

test("citations stay on their text", async () => {
  const citation = { type: "char_location", cited_text: "x", document_index: 0 };
  const told = await say(
    BEGIN,
    start(0, { type: "text", text: "", citations: [] }),
    delta(0, { type: "citations_delta", citation }),
    delta(0, { type: "text_delta", text: "So." }),
    stop(0),
    END,
  );
  assert.deepEqual(blocksOf(told), [{ type: "text", text: "So.", citations: [citation] }]);
});

test("kinds that aren't known travel unchanged; events and deltas that aren't known do no harm", async () => {
  const result: Block = {
    type: "web_search_tool_result",
    tool_use_id: "srv_1",
    content: [{ type: "web_search_result", url: "u", page_age: null }],
  };
  const told = await say(
    BEGIN,
    { type: "weather_report" },
    start(0, { type: "server_tool_use", id: "srv_1", name: "web_search", input: {} }),
    delta(0, { type: "input_json_delta", partial_json: '{"query":"q"}' }),
    stop(0),
    start(1, result),
    delta(1, { type: "hologram_delta", hologram: "x" }),
    stop(1),
    start(2, { type: "redacted_thinking", data: "EmwKAh==" }),
    stop(2),
    start(3, { type: "compaction", content: null }),
    delta(3, { type: "compaction_delta", content: "so far", encrypted_content: "e" }),
    stop(3),
    delta(9, { type: "text_delta", text: "of no block" }),
    stop(9),
    END,
  );
  assert.deepEqual(blocksOf(told), [
    { type: "server_tool_use", id: "srv_1", name: "web_search", input: { query: "q" } },
    result,
    { type: "redacted_thinking", data: "EmwKAh==" },
    { type: "compaction", content: "so far", encrypted_content: "e" },
  ]);
  assert.equal(told.error, undefined);
});

test("llama.cpp: calls get ids, and blocks that end together keep their order", async () => {
  const told = await play(wire("llama-cpp"));
  const blocks = blocksOf(told);
  const ids = blocks.flatMap(({ id }) => (typeof id === "string" ? [id] : []));
  assert.equal(new Set(ids).size, 2);
  assert.ok(ids.every((id) => /^toolu_\w+$/.test(id)));
  assert.deepEqual(
    blocks.filter(({ type }) => type !== "tool_use"),
    [
      { type: "thinking", thinking: "Hm.", signature: "" },
      { type: "text", text: "Let me see." },
    ],
  );
  assert.deepEqual(blocks.slice(2), [
    { type: "tool_use", id: ids[0], name: "Read", input: { path: "a" } },
    { type: "tool_use", id: ids[1], name: "Read", input: { path: "b" } },
  ]);
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "tool_use", usage: { ...USED, input: 12, output: 31, cacheRead: 40 } });
});

test("Ollama: an id that the conversation has already is replaced, another is kept", async () => {
  const first = await play(wire("ollama"));
  assert.deepEqual(blocksOf(first), [
    { type: "thinking", thinking: "Well." },
    { type: "tool_use", id: "call_0", name: "Read", input: { path: "a" } },
  ]);
  assert.deepEqual(doneOf(first), { type: "done", stopReason: "tool_use", usage: { ...USED, input: 87, output: 9 } });

  const again = await play(wire("ollama"), [...REQUEST.messages, { role: "assistant", content: blocksOf(first) }]);
  assert.notEqual(blocksOf(again)[1]?.["id"], "call_0");
});

test("vLLM: no usage, no reason and a foreign tail are a whole reply", async () => {
  const told = await play(wire("vllm"));
  assert.deepEqual(blocksOf(told), [text("Done.")]);
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "end_turn", usage: USED });
  assert.equal(told.error, undefined);
});

test("a bare server: an input in the start, no ids, no usage, no ends", async () => {
  const told = await play(wire("bare"));
  const [block] = blocksOf(told);
  assert.deepEqual({ ...block, id: "" }, { type: "tool_use", id: "", name: "Now", input: { zone: "UTC" } });
  assert.deepEqual(doneOf(told), { type: "done", stopReason: "tool_use", usage: USED });
});

test("two calls of one reply have two ids, whatever the server says", async () => {
  const call = (index: number) => [start(index, { type: "tool_use", id: "call_0", name: "Now" }), stop(index)];
  const told = await say(BEGIN, ...call(0), ...call(1), END);
  assert.equal(new Set(blocksOf(told).map(({ id }) => id)).size, 2);
});

test("a block that begins in another's place ends it", async () => {
  const words = (at: string) => [start(0, { type: "text", text: "" }), delta(0, { type: "text_delta", text: at })];
  assert.deepEqual(blocksOf(await say(BEGIN, ...words("one"), ...words("two"), stop(0), END)), [text("one"), text("two")]);
});

test("a delta of another kind than its block is left out", async () => {
  const thinking = start(0, { type: "thinking", thinking: "" });
  const told = await say(
    BEGIN,
    thinking,
    delta(0, { type: "text_delta", text: "x" }),
    delta(0, { type: "thinking_delta", thinking: "y" }),
    stop(0),
    END,
  );
  assert.deepEqual(blocksOf(told), [{ type: "thinking", thinking: "y" }]);
});

test("what follows the end means nothing, and an end alone is a reply", async () => {
  assert.deepEqual(shape(await say(BEGIN, END, start(0, text("late")), stop(0), used({ output_tokens: 99 }))), ["started", "done"]);
  assert.deepEqual(shape(await say(END)), ["started", "done"]);
});

test("no message_start: started comes first all the same", async () => {
  const told = await say(start(0, { type: "text", text: "" }), delta(0, { type: "text_delta", text: "Hi" }), stop(0), END);
  assert.equal(told.parts[0]?.type, "started");
  assert.deepEqual(blocksOf(told), [text("Hi")]);
});

test("a reply's id is new, whether the endpoint repeats one or sends none", async () => {
  const told = await Promise.all([play(wire("text")), play(wire("text")), play(wire("bare")), play(wire("bare"))]);
  const ids = told.flatMap(({ parts }) => parts.flatMap((part) => (part.type === "started" ? [part.messageId] : [])));
  assert.equal(new Set(ids).size, 4);
  assert.ok(ids[0]?.startsWith("msg_01A-"));
});

test("every shape of nonsense is survived", async () => {
  const told = await say(
    { type: "message_start", message: 3 },
    start(0, { type: 4 }),
    { type: "content_block_start" },
    used({ output_tokens: "x" }),
    END,
  );
  assert.deepEqual(shape(told), ["started", "done"]);
});
