import { MODEL_ERROR_CODES, type Envelope, type Event, type Usage } from "@keelson/protocol";
import { expect, test } from "vitest";
import { mapper, type About } from "./stream-json.ts";
import { lines } from "./wire.ts";

const ABOUT: About = {
  id: "the-session",
  cwd: "/work",
  model: "big",
  permissionMode: "default",
  tools: ["Bash", "Read"],
  plugins: [{ name: "code", root: "/plugins/code" }],
  agents: [],
  skills: [],
  credentials: "ANTHROPIC_API_KEY",
};
const USAGE: Usage = { input: 10, output: 5, cacheRead: 3, cacheWrite5m: 1, cacheWrite1h: 2 };
const WIRE = {
  input_tokens: 10,
  output_tokens: 5,
  cache_read_input_tokens: 3,
  cache_creation_input_tokens: 3,
  cache_creation: { ephemeral_5m_input_tokens: 1, ephemeral_1h_input_tokens: 2 },
};
const said = (messageId: string, index: number, text: string): Event => ({
  type: "block.completed",
  messageId,
  index,
  block: { type: "text", text },
});
const called = (messageId: string, index: number, id: string): Event => ({
  type: "block.completed",
  messageId,
  index,
  block: { type: "tool_use", id, name: "Read", input: {} },
});
const answered = (callId: string): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: callId, content: [{ type: "text", text: "hi" }] },
  ms: 1,
});
const closed = (messageId: string, stopReason = "end_turn"): Event => ({ type: "reply.completed", messageId, stopReason, usage: USAGE });

function map(events: readonly Event[], options: { partial?: boolean; path?: readonly string[] } = {}): readonly Record<string, unknown>[] {
  const { next } = mapper(ABOUT, "1.2.3", { partial: options.partial ?? false, unattended: false, agentText: true, uuid: () => "u" });
  const seal = (event: Event): Envelope => ({ v: 1, at: 0, session: "the-session", run: "r", path: options.path ?? [], event });
  return events.flatMap((event) => next(seal(event)));
}
const kinds = (messages: readonly Record<string, unknown>[]): unknown[] => messages.map(({ type }) => type);

test("the first message says where the session is and what it can do", () => {
  expect(mapper(ABOUT, "1.2.3", { partial: false, unattended: false, agentText: true, uuid: () => "u" }).opening()).toMatchObject({
    type: "system",
    subtype: "init",
    cwd: "/work",
    model: "big",
    tools: ["Bash", "Read"],
    plugins: [{ name: "code", path: "/plugins/code" }],
    permissionMode: "default",
    apiKeySource: "ANTHROPIC_API_KEY",
    session_id: "the-session",
    uuid: "u",
  });
});

test("each block is a message, and those of a reply share its id, model and usage", () => {
  const charged: Event = { type: "model.called", purpose: "main", model: "small", usage: USAGE, ms: 1 };
  const messages = map([said("m1", 0, "Let me look."), called("m1", 1, "c1"), charged, closed("m1", "tool_use"), answered("c1")]);
  expect(kinds(messages)).toEqual(["assistant", "assistant", "user"]);
  for (const message of messages.slice(0, 2)) {
    expect(message).toMatchObject({
      parent_tool_use_id: null,
      session_id: "the-session",
      message: { id: "m1", model: "small", role: "assistant", usage: WIRE },
    });
  }
  expect(messages[1]).toMatchObject({ message: { content: [{ type: "tool_use", id: "c1" }] } });
  expect(messages[2]).toMatchObject({ message: { role: "user", content: [{ type: "tool_result", tool_use_id: "c1" }] } });
});

test("a result that comes while its reply still streams stands behind the reply", () => {
  expect(kinds(map([called("m1", 0, "c1"), answered("c1"), called("m1", 1, "c2"), closed("m1"), answered("c2")]))).toEqual([
    "assistant",
    "user",
    "assistant",
    "user",
  ]);
});

test("a reply that is taken back was never said", () => {
  const messages = map([
    said("m1", 0, "half"),
    { type: "reply.dropped", messageId: "m1", because: "stream_cut" },
    said("m2", 0, "whole"),
    closed("m2"),
  ]);
  expect(messages).toHaveLength(1);
  expect(messages[0]).toMatchObject({ message: { id: "m2" } });
});

test("what an interrupted reply had said is told at the end", () => {
  expect(kinds(map([called("m1", 0, "c1"), { type: "run.ended", reason: "aborted_streaming", totals: {} }]))).toEqual(["assistant"]);
});

test("with partial messages, the events of the stream are made again in their order", () => {
  const events: Event[] = [
    { type: "block.started", messageId: "m1", index: 0, block: { type: "text", text: "" } },
    { type: "block.delta", messageId: "m1", index: 0, kind: "text", delta: "hi", at: 0 },
    said("m1", 0, "hi"),
    { type: "block.started", messageId: "m1", index: 1, block: { type: "tool_use", id: "c", name: "Read", input: {} } },
    { type: "block.delta", messageId: "m1", index: 1, kind: "input", delta: "{}", at: 0 },
    called("m1", 1, "c"),
    closed("m1", "tool_use"),
  ];
  const streamed = map(events, { partial: true }).flatMap(({ type, event }) => (type === "stream_event" ? [event] : []));
  expect(streamed).toMatchObject([
    { type: "message_start", message: { id: "m1", model: "big", content: [] } },
    { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
    { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hi" } },
    { type: "content_block_stop", index: 0 },
    { type: "content_block_start", index: 1 },
    { type: "content_block_delta", index: 1, delta: { type: "input_json_delta", partial_json: "{}" } },
    { type: "content_block_stop", index: 1 },
    { type: "message_delta", delta: { stop_reason: "tool_use" }, usage: WIRE },
    { type: "message_stop" },
  ]);
});

test.each(MODEL_ERROR_CODES)("a retry after %s is told under a name that programs know", (because) => {
  expect(map([{ type: "recovery.attempted", because, attempt: 2, waitMs: 1_000 }])).toMatchObject([
    {
      type: "system",
      subtype: "api_retry",
      attempt: 2,
      retry_delay_ms: 1_000,
      error: expect.stringMatching(
        /^(rate_limit|overloaded|server_error|invalid_request|model_not_found|authentication_failed|billing_error|unknown)$/,
      ),
    },
  ]);
});

test("a sub-agent's messages name the call that started it", () => {
  const { next } = mapper(ABOUT, "1", { partial: false, unattended: false, agentText: true, uuid: () => "u" });
  const seal = (event: Event, path: readonly string[]): Envelope => ({ v: 1, at: 0, session: "s", run: "r", path, event });
  next(seal({ type: "agent.started", agentId: "a1", session: "s2", callId: "c9", body: {} }, []));
  next(seal(said("m1", 0, "from below"), ["a1"]));
  expect(next(seal(closed("m1"), ["a1"]))).toMatchObject([{ type: "assistant", parent_tool_use_id: "c9" }]);
});

test("what a sub-agent says while the reply that called it still streams comes behind that reply, in its order", () => {
  const { next } = mapper(ABOUT, "1", { partial: false, unattended: false, agentText: true, uuid: () => "u" });
  const seal = (event: Event, path: readonly string[]): Envelope => ({ v: 1, at: 0, session: "s", run: "r", path, event });
  const started = (agentId: string, callId: string, background = false): Event => {
    return { type: "agent.started", agentId, session: "s2", callId, body: { background } };
  };
  const early: readonly (readonly [Event, readonly string[]])[] = [
    [called("m1", 0, "c1"), []],
    [started("a1", "c1", true), []],
    [called("m2", 0, "c2"), ["a1"]],
    [started("a2", "c2"), ["a1"]],
    [said("m3", 0, "deep"), ["a1", "a2"]],
    [closed("m3"), ["a1", "a2"]],
    [closed("m2", "tool_use"), ["a1"]],
  ];
  expect(early.flatMap(([event, path]) => next(seal(event, path)))).toEqual([]);
  const told = next(seal(closed("m1", "tool_use"), []));
  expect(told.map(({ parent_tool_use_id: parent, subtype, tool_use_id: call }) => parent ?? subtype ?? call ?? "own")).toEqual([
    "own",
    "task_started",
    "c1",
    "c2",
  ]);
  next(seal(called("m4", 0, "c4"), []));
  next(seal(said("m5", 0, "later"), ["a1"]));
  expect(next(seal(closed("m5"), ["a1"]))).toMatchObject([{ parent_tool_use_id: "c1" }]); // its own call has been told long ago
});

test("what was denied is told behind the reply that asked for it", () => {
  const decision = { behavior: "deny", reason: "A rule.", explicit: true, stage: "deny" } as const;
  const messages = map([called("m1", 0, "c1"), { type: "call.judged", callId: "c1", decision }, closed("m1", "tool_use")]);
  expect(messages).toMatchObject([
    { type: "assistant" },
    {
      type: "system",
      subtype: "permission_denied",
      tool_name: "Read",
      tool_use_id: "c1",
      decision_reason: "A rule.",
      session_id: "the-session",
    },
  ]);
});

test("a call that lasts is told of, once a second", () => {
  const { next } = mapper(ABOUT, "1", { partial: false, unattended: false, agentText: true, uuid: () => "u" });
  const at = (at: number, event: Event) => next({ v: 1, at, session: "s", run: "r", path: [], event });
  at(0, called("m1", 0, "c1"));
  at(10, closed("m1"));
  expect(at(1_000, { type: "call.started", callId: "c1", input: {}, replay: "never" })).toEqual([]);
  const progress = (ms: number) => at(ms, { type: "call.progress", callId: "c1", text: "." });
  expect(progress(1_500)).toEqual([]);
  expect(progress(4_000)).toMatchObject([{ type: "tool_progress", tool_use_id: "c1", tool_name: "Read", elapsed_time_seconds: 3 }]);
  expect(progress(4_100)).toEqual([]);
});

test("notices, modes and signs of life have messages of their own", () => {
  expect(
    map([
      { type: "notice.raised", severity: "warning", code: "x", text: "Mind this." },
      { type: "notice.raised", severity: "error", code: "auth", text: "Told at the end." },
      { type: "session.changed", change: { mode: "plan" } },
      { type: "session.changed", change: { title: "t" } },
      { type: "heartbeat" },
    ]),
  ).toMatchObject([
    { type: "system", subtype: "informational", level: "warning", content: "Mind this." },
    { type: "system", subtype: "status", permissionMode: "default" },
    { type: "keep_alive" },
  ]);
});

test("a model that can't be asked is told in place of its answer, an end for another reason isn't", () => {
  const notice = (code: string): Event => ({ type: "notice.raised", severity: "error", code, text: "No." });
  expect(map([notice("overloaded"), { type: "run.ended", reason: "model_error", totals: {} }])).toMatchObject([
    { type: "assistant", error: "overloaded", message: { model: "<synthetic>", content: [{ type: "text", text: "No." }] } },
  ]);
  expect(map([{ type: "run.ended", reason: "output_limit", totals: {} }])).toMatchObject([{ error: "max_output_tokens" }]);
  expect(map([notice("structured_output"), { type: "run.ended", reason: "structured_output_retry_exhausted", totals: {} }])).toEqual([]);
});

test("a summary in place of what was said is a boundary; without an end of tries the most of them is a large number", () => {
  const fold: Event = {
    type: "context.edited",
    tier: "autocompact",
    edits: [{ op: "fold", from: 0, to: 4, summary: "s" }],
    tokensBefore: 9,
    tokensAfter: 2,
  };
  expect(map([fold, { type: "context.edited", tier: "snip", edits: [] }])).toMatchObject([
    { subtype: "compact_boundary", compact_metadata: { trigger: "auto", pre_tokens: 9, post_tokens: 2 } },
  ]);
  const { next } = mapper(ABOUT, "1", { partial: false, unattended: true, agentText: true, uuid: () => "u" });
  const retry: Event = { type: "recovery.attempted", because: "overloaded", attempt: 2, waitMs: 1 };
  expect(next({ v: 1, at: 0, session: "s", run: "r", path: [], event: retry })).toMatchObject([{ max_retries: 2 ** 31 - 1 }]);
});

test("thinking has a signature, also where the endpoint gave none", () => {
  const thought: Event = { type: "block.completed", messageId: "m1", index: 0, block: { type: "thinking", thinking: "Hm." } };
  expect(map([thought, closed("m1")])).toMatchObject([{ message: { content: [{ type: "thinking", thinking: "Hm.", signature: "" }] } }]);
});

test("no line is longer than readers take: first goes what is for people, then the ends of texts", () => {
  const long = "é".repeat(600_000);
  const line = (message: object) => JSON.parse(lines([{ type: "user", ...message }])) as Record<string, unknown>;
  expect(line({ message: long, tool_use_result: long })).toEqual({ type: "user", message: long });
  const cut = lines([{ type: "user", a: long, b: long }]);
  expect(cut.length).toBeLessThan(1_000_000);
  expect(cut).toContain("more characters");
});
