import { describe, expect, it } from "vitest";
import { ask, blocksIn, bodyOf, errorOf, eventsIn, PROMPT, typesOf, type Loose } from "../test/ask.ts";
import type { MessageReply, ReplyBlock } from "./reply.ts";
import { simulate } from "./simulate.ts";

/** A reply as it comes in a stream, and as one message. */
async function both(
  reply: MessageReply,
): Promise<{ readonly events: readonly Loose[]; readonly blocks: readonly Loose[]; readonly message: Loose }> {
  await using server = await simulate({ replies: () => reply });
  const events = eventsIn(await (await ask(server.url)).text());
  const message: Loose = await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json();
  return { events, blocks: blocksIn(events), message };
}

const SEARCH: readonly ReplyBlock[] = [
  { text: "I'll look it up." },
  { serverTool: "web_search", input: { query: "keelson" } },
  { result: [{ type: "web_search_result", url: "https://example.org", title: "Keelson", encrypted_content: "x", page_age: null }] },
];
const CITATION = {
  type: "web_search_result_location",
  url: "https://example.org",
  title: "Keelson",
  encrypted_index: "y",
  cited_text: "a beam",
};

describe("a server tool", () => {
  it("is called and answered in one reply, each in a block of its own", async () => {
    const { blocks } = await both({ blocks: [...SEARCH, { text: "A beam.", citations: [CITATION] }] });
    expect(blocks[1]).toMatchObject({ type: "server_tool_use", id: "srvtoolu_sim_0001_2", name: "web_search" });
    expect(JSON.parse(blocks[1].sent)).toEqual({ query: "keelson" });
    expect(blocks[2]).toMatchObject({
      type: "web_search_tool_result",
      tool_use_id: "srvtoolu_sim_0001_2",
      content: [{ title: "Keelson" }],
    });
  });

  it("doesn't stop the reply, and is counted in its usage", async () => {
    const { events, message } = await both({ blocks: SEARCH });
    const searched = { web_search_requests: 1, web_fetch_requests: 0 };
    expect(events.at(-2)).toMatchObject({ delta: { stop_reason: "end_turn" }, usage: { server_tool_use: searched } });
    expect(message).toMatchObject({ stop_reason: "end_turn", usage: { server_tool_use: searched } });
    expect(events[0].message.usage).not.toHaveProperty("server_tool_use");
  });

  it.each([
    ["web_fetch", "web_fetch_tool_result"],
    ["bash_code_execution", "bash_code_execution_tool_result"],
    ["tool_search_tool_bm25", "tool_search_tool_result"],
    ["tool_search_tool_regex", "tool_search_tool_result"],
  ])("%s is answered by a %s", async (serverTool, type) => {
    const { message } = await both({ blocks: [{ serverTool, input: {} }, { result: { type: "error" } }] });
    expect(message.content.map((block: Loose) => block.type)).toEqual(["server_tool_use", type]);
  });

  it("may be named, and answered under another kind; a result goes to the call before it", async () => {
    const blocks = [
      { serverTool: "a", input: {}, id: "one" },
      { result: "1" },
      { serverTool: "b", input: {} },
      { result: "2", type: "mcp_tool_result" },
    ];
    const { message } = await both({ blocks });
    expect(message.content[1]).toEqual({ type: "a_tool_result", tool_use_id: "one", content: "1" });
    expect(message.content[3]).toEqual({ type: "mcp_tool_result", tool_use_id: "srvtoolu_sim_0002_3", content: "2" });
  });

  it("that a paused turn left open may be sent back, and goes on", async () => {
    await using server = await simulate({ replies: [{ blocks: SEARCH.slice(0, 2), stop: "pause_turn" }, { blocks: SEARCH.slice(0, 1) }] });
    const paused: Loose = await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json();
    expect(paused.stop_reason).toBe("pause_turn");
    const open = [PROMPT, { role: "assistant", content: paused.content }];
    const refused = await ask(server.url, bodyOf([...open, { role: "user", content: "go on" }]));
    expect(await errorOf(refused)).toBe(
      "messages.1: `web_search` tool use with id `srvtoolu_sim_0001_2` was found without a corresponding `web_search_tool_result` block",
    );
    expect((await ask(server.url, bodyOf(open))).status).toBe(200);
  });

  it("may stay open while the results of other calls come in, and nothing else", async () => {
    await using server = await simulate({ replies: [{ blocks: [] }] });
    const asked = [
      { type: "server_tool_use", id: "s", name: "web_search", input: {} },
      { type: "tool_use", id: "c", name: "Read", input: {} },
    ];
    const result = { type: "tool_result", tool_use_id: "c", content: "r" };
    const turns = (...content: object[]): object => bodyOf([PROMPT, { role: "assistant", content: asked }, { role: "user", content }]);
    expect(await errorOf(await ask(server.url, turns(result, { type: "text", text: "and?" })))).toContain(
      "`web_search` tool use with id `s`",
    );
    expect((await ask(server.url, turns(result))).status).toBe(200);
  });

  it("has no result where nothing was called: a function that says so is told", async () => {
    await using server = await simulate({ replies: () => ({ blocks: [{ result: 1 }] }) });
    expect(await errorOf(await ask(server.url))).toContain("no serverTool came before it");
  });
});

describe("citations", () => {
  it("come one by one behind the text, and stand in it when it comes whole", async () => {
    const { events, message } = await both({ blocks: [{ text: "A beam.", citations: [CITATION, CITATION] }] });
    expect(events[1].content_block).toEqual({ type: "text", text: "", citations: [] });
    const deltas = events.filter(({ type }) => type === "content_block_delta").map(({ delta }) => delta);
    expect(deltas.slice(-2)).toEqual([
      { type: "citations_delta", citation: CITATION },
      { type: "citations_delta", citation: CITATION },
    ]);
    expect(message.content).toEqual([{ type: "text", text: "A beam.", citations: [CITATION, CITATION] }]);
  });
});

describe("a kind of block that nobody knows", () => {
  const raw = { type: "hologram", light: null };

  it("is sent whole", async () => {
    const { blocks, message } = await both({ blocks: [{ raw }] });
    expect([blocks[0], message.content[0]]).toEqual([raw, raw]);
  });

  it("may be completed by deltas that nobody knows either", async () => {
    const deltas = [{ type: "hologram_delta", light: "blue" }];
    const { events } = await both({ blocks: [{ raw, deltas }, { text: "and on" }] });
    expect(typesOf(events).slice(1, 5)).toEqual(["content_block_start", "ping", "content_block_delta", "content_block_stop"]);
    expect(events[3]).toEqual({ type: "content_block_delta", index: 0, delta: deltas[0] });
  });
});

describe("the end of a reply", () => {
  const TEXT = { blocks: [{ text: "a" }] };
  it.each<[string, MessageReply, object]>([
    [
      "a refusal",
      { ...TEXT, stop: "refusal" },
      { stop_reason: "refusal", stop_details: { type: "refusal", category: null, explanation: null } },
    ],
    [
      "a refusal with its reason",
      { ...TEXT, stopDetails: { category: "cyber", explanation: "No." } },
      { stop_reason: "refusal", stop_details: { type: "refusal", category: "cyber", explanation: "No." } },
    ],
    ["a stop sequence", { ...TEXT, stopSequence: "END" }, { stop_reason: "stop_sequence", stop_sequence: "END", stop_details: null }],
    ["the output limit", { ...TEXT, stop: "max_tokens" }, { stop_reason: "max_tokens", stop_sequence: null }],
    ["the window", { ...TEXT, stop: "model_context_window_exceeded" }, { stop_reason: "model_context_window_exceeded" }],
    ["a pause", { ...TEXT, stop: "pause_turn" }, { stop_reason: "pause_turn" }],
    ["a refusal after a call", { blocks: [{ tool: "A", input: {} }], stopDetails: {} }, { stop_reason: "refusal" }],
  ])("says why: %s", async (_, reply, end) => {
    const { events, message } = await both(reply);
    expect(events.at(-2)?.delta).toMatchObject(end);
    expect(message).toMatchObject(end);
    expect(events[0].message).toMatchObject({ stop_reason: null, stop_sequence: null, stop_details: null });
  });
});
