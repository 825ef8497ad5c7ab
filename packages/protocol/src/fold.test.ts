import assert from "node:assert/strict";
import { test } from "vitest";

import { applyEdits } from "./edit.ts";
import type { Envelope, Event } from "./event.ts";
import { EMPTY, fold, openCalls, Recall, remember, UNKNOWN, viewOf } from "./fold.ts";
import { isToolResult, text, type Block, type Message, type Usage } from "./message.ts";
import { refusal } from "./refusal.ts";

const USAGE: Usage = { input: 1, output: 1, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };
const PROMPT: Event = { type: "context.added", from: "user", content: [text("go")] };
const use = (id: string, name: string): Block => ({ type: "tool_use", id, name, input: {} });
const seal = (event: Event, at: number): Envelope => ({ v: 1, seq: at + 1, at: 0, session: "s", run: "r", path: [], event });

const said = (index: number, block: Block, messageId = "m"): Event => ({ type: "block.completed", messageId, index, block });
const answered = (callId: string, words = "ok"): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: callId, content: [text(words)] },
  ms: 1,
});
const log = (...events: readonly Event[]): Envelope[] => [PROMPT, ...events].map(seal);

test("half an answer is not said; a call that was asked for is, with everything before it", () => {
  const prompt = { role: "user", content: [text("go")] };
  assert.deepEqual(fold(log(said(0, text("half")))), [prompt]);
  assert.deepEqual(
    fold(
      log(said(0, text("half")), said(0, text("whole"), "n"), {
        type: "reply.completed",
        messageId: "n",
        stopReason: "end_turn",
        usage: USAGE,
      }),
    ),
    [prompt, { role: "assistant", content: [text("whole")] }],
  );
  const cut = log(said(0, text("I will")), said(1, use("a", "write")));
  assert.deepEqual(fold(cut)[1], { role: "assistant", content: [text("I will"), use("a", "write")] });
  assert.match(JSON.stringify(fold(cut)[2]), new RegExp(UNKNOWN));
  assert.deepEqual(
    openCalls(viewOf(cut)).map(({ started }) => started),
    [undefined],
  );
});

test("input is context only when it was taken: results first, in the order asked, then what came while they ran", () => {
  const messages = fold(
    log(
      { type: "input.received", inputId: "i", kind: "steer", from: "user", content: [text("not yet")] },
      said(0, use("a", "read")),
      said(1, use("b", "read")),
      answered("b"),
      { type: "context.added", from: "hook", content: [text("mind this")] },
      answered("a"),
    ),
  );
  assert.deepEqual(
    messages.at(-1)?.content.map((block) => block["tool_use_id"] ?? block["text"]),
    ["a", "b", "mind this"],
  );
});

test("capped at birth: an edit that is logged while calls run holds for the open reply", () => {
  const edit: Event = { type: "context.edited", tier: "cap", edits: [{ op: "cap", callId: "a", blob: "sha", keep: "xx" }] };
  const result = fold(log(said(0, use("a", "read")), answered("a", "x".repeat(9_999)), edit, said(1, use("b", "read"))))
    .at(-1)
    ?.content.find(isToolResult);
  assert.match(JSON.stringify(result), /xx\\n\[the whole result: sha\]/);
});

test("whatever a range cuts, the messages can be sent, and thinking behind the edit is gone", () => {
  const thinking: Block = { type: "thinking", thinking: "hm", signature: "s" };
  const round = (id: string): Message[] => [
    { role: "assistant", content: [thinking, use(id, "read")] },
    { role: "user", content: [{ type: "tool_result", tool_use_id: id, content: [] }] },
  ];
  const messages: Message[] = [
    { role: "user", content: [text("go")] },
    ...["a", "b", "c"].flatMap(round),
    { role: "assistant", content: [thinking] },
    { role: "user", content: [text("so?")] },
  ];
  for (let from = 0; from <= messages.length; from++) {
    for (let to = from; to <= messages.length; to++) {
      const after = applyEdits(messages, [{ op: "fold", from, to, summary: "in short" }]);
      assert.equal(refusal(after), undefined, `${from} to ${to}`);
      const kept = messages.slice(0, from).filter(({ role, content }) => role === "assistant" && content.includes(thinking)).length;
      assert.equal(after.flatMap(({ content }) => content).filter((block) => block === thinking).length, kept, `${from} to ${to}`);
    }
  }
});

test("what was cut ends neither in thinking nor in a server's call without its result", () => {
  const thinking: Block = { type: "thinking", thinking: "hm", signature: "s" };
  const asked: Block = { type: "server_tool_use", id: "srv", name: "web_search", input: {} };
  const cut = [said(0, thinking), said(1, use("a", "read")), said(2, asked), said(3, thinking)];
  assert.deepEqual(fold(log(...cut))[1]?.content, [thinking, use("a", "read")]);
  const done: Event = { type: "reply.completed", messageId: "m", stopReason: "pause_turn", usage: USAGE };
  assert.deepEqual(fold(log(said(0, thinking), said(1, asked), done))[1]?.content, [thinking, asked]);
});

test("a reply that ends in thinking is sent back without it, whatever it says about its end", () => {
  const thinking: Block = { type: "thinking", thinking: "hm", signature: "s" };
  const done: Event = { type: "reply.completed", messageId: "m", stopReason: "end_turn", usage: USAGE };
  assert.deepEqual(fold(log(said(0, text("so")), said(1, thinking), done))[1]?.content, [text("so")]);
  assert.deepEqual(fold(log(said(0, thinking), done)).length, 1);
});

test("a call whose input was not JSON is still known as such when its log is taken up", () => {
  const events = log({ type: "block.completed", messageId: "m", index: 0, block: use("a", "write"), malformed: '{"path": ' });
  assert.deepEqual(
    openCalls(viewOf(events)).map(({ malformed }) => malformed),
    ['{"path": '],
  );
});

/** Prompts, turns with two calls, words added meanwhile and an edit, over and over. */
const long = (turns: number): Event[] =>
  Array.from({ length: turns }, (_, at): Event[] => [
    { type: "turn.started", turn: at, because: "tool_results" },
    said(0, use(`${at}a`, "read"), `m${at}`),
    said(1, use(`${at}b`, "read"), `m${at}`),
    answered(`${at}a`),
    { type: "context.added", from: "task", content: [text("by the way")] },
    answered(`${at}b`),
    ...(at % 50 === 49 ? [{ type: "context.edited", tier: "cap", edits: [{ op: "strip", what: "media" }] } as const] : []),
  ]).flat();

test("a log that is read comes to the same as one that is followed, and what was looked at stays as it was", () => {
  const recall = new Recall();
  let view = EMPTY;
  let seen = { view: recall.view, words: JSON.stringify(EMPTY) };
  for (const [at, event] of long(120).entries()) {
    recall.add(event);
    view = remember(view, event);
    if (at % 7 > 0) continue;
    assert.deepEqual(recall.view, view);
    assert.equal(JSON.stringify(seen.view), seen.words);
    seen = { view: recall.view, words: JSON.stringify(recall.view) };
  }
});

test("reading a log copies no list of messages: it costs the log's length", () => {
  const events = long(1_000).filter(({ type }) => type !== "context.edited");
  const iterate = Object.getOwnPropertyDescriptor(Array.prototype, Symbol.iterator);
  assert.ok(iterate);
  let copied = 0;
  const recall = new Recall();
  // oxlint-disable-next-line no-extend-native -- what a spread copies is counted, for as long as the log is read
  Object.defineProperty(Array.prototype, Symbol.iterator, {
    ...iterate,
    value(this: unknown[]) {
      copied += this.length;
      return iterate.value.call(this);
    },
  });
  try {
    for (let at = 0; at < events.length; at++) recall.add(events[at] as Event);
  } finally {
    // oxlint-disable-next-line no-extend-native
    Object.defineProperty(Array.prototype, Symbol.iterator, iterate);
  }
  assert.equal(recall.view.messages.length, 1_998); // the last reply is open
  assert.ok(copied < 20 * events.length, `${copied} elements were copied for ${events.length} events`);
});
