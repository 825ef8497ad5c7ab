import { END_REASONS, type Envelope, type Event } from "@keelson/protocol";
import { expect, test } from "vitest";
import { ENDINGS, troubleOf } from "./ending.ts";
import { resultOf } from "./result.ts";
import { count, nextRun, NOTHING_YET, type Tally } from "./tally.ts";

const USAGE = { input: 10, output: 5, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const seal = (event: Event, path: readonly string[] = []): Envelope => ({ v: 1, at: 0, session: "s", run: "r", path, event });
const tallied = (events: readonly Event[]): Tally => events.map((event) => seal(event)).reduce(count, NOTHING_YET);
const said = (messageId: string, text: string): Event => ({ type: "block.completed", messageId, index: 0, block: { type: "text", text } });
const closed = (messageId: string, stopReason = "end_turn"): Extract<Event, { type: "reply.completed" }> => ({
  type: "reply.completed",
  messageId,
  stopReason,
  usage: USAGE,
});
const asked = (because: Extract<Event, { type: "turn.started" }>["because"]): Event => ({ type: "turn.started", turn: 0, because });
const ended = (reason: Extract<Event, { type: "run.ended" }>["reason"]): Event => ({ type: "run.ended", reason, totals: {} });
const result = (tally: Tally) => resultOf({ tally, trouble: troubleOf(tally), ms: 12.4, sessionId: "s", uuid: "u" });

test("the answer is what the last reply says, not the remarks between calls", () => {
  const tally = tallied([
    asked("prompt"),
    said("a", "I'll look."),
    closed("a", "tool_use"),
    asked("tool_results"),
    said("b", "It is 4."),
    closed("b"),
    ended("completed"),
  ]);
  expect(result(tally)).toMatchObject({
    type: "result",
    subtype: "success",
    is_error: false,
    result: "It is 4.",
    num_turns: 2,
    stop_reason: "end_turn",
    usage: { input_tokens: 20, output_tokens: 10 },
    duration_ms: 12,
    terminal_reason: "completed",
  });
});

test("an answer that was cut and taken up is one answer", () => {
  const tally = tallied([
    asked("prompt"),
    said("a", "one, "),
    closed("a", "max_tokens"),
    asked("output_resumed"),
    said("b", "two"),
    closed("b"),
    ended("completed"),
  ]);
  expect(result(tally)).toMatchObject({ result: "one, two" });
});

test("a reply that was dropped is no part of the answer", () => {
  const tally = tallied([
    asked("prompt"),
    said("a", "half"),
    { type: "reply.dropped", messageId: "a", because: "stream_cut" },
    asked("retry"),
    said("b", "whole"),
    closed("b"),
    ended("completed"),
  ]);
  expect(result(tally)).toMatchObject({ result: "whole" });
});

test("what models cost is summed by model, sub-agents' with it; the usage is the run's own", () => {
  const charged = (model: string, usd?: number): Event => ({
    type: "model.called",
    purpose: "main",
    model,
    usage: USAGE,
    ms: 100,
    ...(usd !== undefined && { usd }),
  });
  const tally = [
    seal(charged("big", 0.5)),
    seal(charged("big", 0.25), ["child"]),
    seal(charged("local")),
    seal(closed("x"), ["child"]),
  ].reduce(count, NOTHING_YET);
  expect(result(tally)).toMatchObject({
    total_cost_usd: 0.75,
    duration_api_ms: 300,
    num_turns: 0,
    usage: { input_tokens: 0 },
    modelUsage: { big: { inputTokens: 20, outputTokens: 10, costUSD: 0.75 }, local: { inputTokens: 10, costUSD: 0 } },
  });
});

test("a call that was denied is listed with what it wanted", () => {
  const use: Event = {
    type: "block.completed",
    messageId: "a",
    index: 0,
    block: { type: "tool_use", id: "c", name: "Bash", input: { command: "rm x" } },
  };
  const denied: Event = {
    type: "call.completed",
    callId: "c",
    outcome: "denied",
    result: { type: "tool_result", tool_use_id: "c" },
    ms: 0,
  };
  expect(result(tallied([use, denied, ended("completed")]))).toMatchObject({
    permission_denials: [{ tool_name: "Bash", tool_use_id: "c", tool_input: { command: "rm x" } }],
  });
});

test.each(END_REASONS.filter((reason) => reason !== "completed"))("%s is an error with one line that says why", (reason) => {
  expect(result(tallied([asked("prompt"), said("a", "a remark"), closed("a"), ended(reason)]))).toMatchObject({
    is_error: true,
    subtype: expect.stringMatching(/^error_/),
    errors: [ENDINGS[reason]],
    terminal_reason: reason,
  });
});

test("what the model's last error said stands in place of the general line, on one line", () => {
  const notice: Event = { type: "notice.raised", severity: "error", code: "auth", text: "The key was refused.\nSet another one." };
  expect(result(tallied([notice, ended("model_error")]))).toMatchObject({ errors: ["The key was refused. Set another one."] });
});

test("why the model declined is told, where the endpoint says so", () => {
  const refused: Event = { ...closed("a", "refusal"), details: { type: "refusal", category: "cyber", explanation: "Not this." } };
  expect(result(tallied([asked("prompt"), refused, ended("refusal")]))).toMatchObject({
    errors: ["The model declined to answer. (cyber: Not this.)"],
  });
});

test("the next run of a session counts from zero, but for what models cost", () => {
  const charged: Event = { type: "model.called", purpose: "main", model: "big", usage: USAGE, ms: 100, usd: 0.5 };
  const first = tallied([asked("prompt"), said("a", "One."), closed("a"), charged, ended("completed")]);
  const second = [asked("prompt"), said("b", "Two."), closed("b"), charged, ended("completed")].map((event) => seal(event));
  expect(result(second.reduce(count, nextRun(first)))).toMatchObject({
    result: "Two.",
    num_turns: 1,
    usage: { input_tokens: 10 },
    total_cost_usd: 1,
    modelUsage: { big: { inputTokens: 20 } },
  });
});

test("an answer that fits the schema is there as a value", () => {
  const end: Event = { type: "run.ended", reason: "completed", totals: { usd: 0, structured: { n: 4 } } };
  expect(result(tallied([asked("prompt"), said("a", '{"n":4}'), closed("a"), end]))).toMatchObject({ structured_output: { n: 4 } });
});

test("a run without an end is no success", () => {
  expect(result(tallied([asked("prompt")]))).toMatchObject({ is_error: true, subtype: "error_during_execution" });
});
