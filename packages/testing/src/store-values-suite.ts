import assert from "node:assert/strict";
import { DURABLE, text, type Block, type Envelope, type Event } from "@keelson/protocol";
import { describe, test } from "vitest";
import { USAGE, use } from "./script.ts";
import { all, made, REF, said, sealed, type OpenStore } from "./store-scene.ts";

/** Whatever is appended comes back byte for byte: each kind of event, and values that are hard to keep. */
export function testValues(name: string, open: OpenStore): void {
  const kept = async (envelopes: readonly Envelope[]): Promise<void> => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    await opened.store.append(REF, claim.fence, 0, envelopes, { barrier: true });
    const back = await all(opened.store);
    assert.deepEqual(
      back.map((envelope) => JSON.stringify(envelope)),
      envelopes.map((envelope) => JSON.stringify(envelope)),
    );
    assert.deepEqual(back, envelopes);
  };

  describe(`${name} gives back`, () => {
    for (const [type, event] of Object.entries(EACH).filter(([, one]) => DURABLE[one.type]))
      test(`an event of the type ${type}`, () => kept(sealed([event, said("and what comes after it")])));
    for (const [words, event] of Object.entries(HARD)) test(words, () => kept(sealed([said("before"), event, event, said("after")])));
    for (const [words, line] of Object.entries(ODD))
      test(words, async () => {
        const envelope = JSON.parse(line) as Envelope;
        await kept([envelope]);
      });
  });
}

const RESULT = { type: "tool_result", tool_use_id: "c", content: [text("done")] } as const;
const BODY = { a: [1, { b: null }] };

/** Total: a new event is tried without anybody thinking of it. */
const EACH: { readonly [type in Event["type"]]: Event } = {
  "session.opened": { type: "session.opened", meta: { cwd: "/", plugins: ["code"] } },
  "session.changed": { type: "session.changed", change: { title: "a name", mode: "plan" } },
  "catalog.changed": { type: "catalog.changed", revision: 2, added: ["A"], removed: [], changed: [], prompt: "announced" },
  "input.received": { type: "input.received", inputId: "i", kind: "steer", from: "user", content: [text("no, this")] },
  "context.added": { type: "context.added", from: "hook", content: [text("mind this")], inputId: "i" },
  "context.edited": { type: "context.edited", tier: "fold", edits: [{ op: "fold", from: 0, to: 3, summary: "in short" }], tokensBefore: 9 },
  "turn.started": { type: "turn.started", turn: 0, because: "prompt" },
  "block.started": { type: "block.started", messageId: "m", index: 0, block: text("") },
  "block.delta": { type: "block.delta", messageId: "m", index: 0, kind: "text", delta: "x", at: 0 },
  "block.completed": { type: "block.completed", messageId: "m", index: 0, block: use("c", "Bash"), malformed: '{"a' },
  "reply.completed": { type: "reply.completed", messageId: "m", stopReason: "end_turn", usage: USAGE, details: BODY },
  "reply.dropped": { type: "reply.dropped", messageId: "m", because: "stream_cut" },
  "model.called": { type: "model.called", purpose: "title", model: "small", usage: USAGE, usd: 0.25, ms: 3 },
  "call.judged": {
    type: "call.judged",
    callId: "c",
    decision: { behavior: "allow", reason: "it reads", explicit: false, stage: "allow" },
    suggestion: "Read(*)",
  },
  "call.started": { type: "call.started", callId: "c", input: { command: "ls" }, replay: "never" },
  "call.progress": { type: "call.progress", callId: "c", text: "half" },
  "call.completed": { type: "call.completed", callId: "c", outcome: "unknown", result: RESULT, ms: 0.5, display: BODY },
  "ask.opened": { type: "ask.opened", askId: "a", kind: "permission", body: BODY, callId: "c", expiresAt: 5 },
  "ask.answered": { type: "ask.answered", askId: "a", answer: BODY, by: "user" },
  "hook.started": { type: "hook.started", hookId: "h", body: BODY },
  "hook.progress": { type: "hook.progress", hookId: "h", body: BODY },
  "hook.completed": { type: "hook.completed", hookId: "h", body: BODY },
  "task.started": { type: "task.started", taskId: "t", body: BODY },
  "task.progress": { type: "task.progress", taskId: "t", body: BODY },
  "task.completed": { type: "task.completed", taskId: "t", body: BODY },
  "agent.started": { type: "agent.started", agentId: "g", session: "s2", callId: "c", body: BODY },
  "agent.completed": { type: "agent.completed", agentId: "g", session: "s2", body: BODY },
  "agent.relayed": { type: "agent.relayed", envelope: { v: 1, at: 0, session: "s", run: "r", path: [], event: { type: "heartbeat" } } },
  "checkpoint.taken": { type: "checkpoint.taken", checkpointId: "p", tree: "0".repeat(40) },
  "recovery.attempted": { type: "recovery.attempted", because: "server", attempt: 1, waitMs: 500, status: 529 },
  "notice.raised": { type: "notice.raised", severity: "warning", code: "odd", text: "odd" },
  heartbeat: { type: "heartbeat" },
  "run.ended": { type: "run.ended", reason: "completed", totals: { turns: 1 } },
};

const LARGE = 70_000;
const bytes = (size: number): string => Buffer.from(Array.from({ length: size }, (_, at) => (at * 7919) % 251)).toString("base64");
const image = (data: string): Block => ({ type: "image", source: { type: "base64", media_type: "image/png", data } });
const shown = (...content: readonly Block[]): Event => ({ type: "context.added", from: "user", content });
const returned = (content: Block["content"] & object): Event => ({
  type: "call.completed",
  callId: "c",
  outcome: "ok",
  result: { ...RESULT, content },
  ms: 1,
});

const HARD: Readonly<Record<string, Event>> = {
  "an empty text": said(""),
  "every control character, and line ends that JavaScript knows": said(
    `${String.fromCharCode(...Array(32).keys())}\u007f\u0085\u2028\u2029\ufeff`,
  ),
  "characters outside the first plane": said("🚢".repeat(50)),
  "half a character": said("a\ud83d and \udea2"),
  "a text of exactly 64 KiB": said("x".repeat(65_536)),
  "a long text": said("line\n".repeat(LARGE / 5)),
  "a long text of other letters": said("Ж✓".repeat(LARGE / 2)),
  "a long text with half a character in it": said(`${"x".repeat(LARGE)}\ud83d`),
  "a small image": shown(text("look"), image(bytes(100))),
  "a large image": shown(image(bytes(LARGE))),
  "the same image twice in one event": shown(image(bytes(LARGE)), image(bytes(LARGE))),
  "an image whose base64 isn't written as we would": shown(image(`${bytes(99)}\n`), image("AAB"), image("")),
  "an image in the result of a tool": returned([text("a picture"), image(bytes(5_000))]),
  "a document": shown({ type: "document", source: { type: "base64", media_type: "application/pdf", data: bytes(20_000) }, title: "t" }),
  "an image by its address": shown({ type: "image", source: { type: "url", url: "https://example.org/a.png" } }),
  "a result that is large by many small parts": returned(Array.from({ length: 3_000 }, (_, at) => text(`part ${at} ${"x".repeat(30)}`))),
  "a large result with an image and a long text in it": returned([
    ...Array.from({ length: 3_000 }, (_, at) => text(`part ${at} of many`)),
    image(bytes(9_000)),
    text("y".repeat(LARGE)),
  ]),
  "a large input": { type: "call.started", callId: "c", input: { content: "z".repeat(LARGE), path: "/a" }, replay: "never" },
  "large data for people": {
    ...EACH["call.completed"],
    display: { rows: Array.from({ length: 9_000 }, (_, at) => ({ at, is: at % 3 === 0 })) },
  } as Event,
  "words that look like the names of blobs": said(`blob:text:${"0".repeat(64)} blob:base64: blob1:json:${"f".repeat(64)} {"packed":{}}`),
  "a long text that looks like the name of a blob": said(`blob:${"0".repeat(LARGE)}`),
  "an object that looks like a reference": {
    type: "session.opened",
    meta: { mark: "blob:", packed: { v: 1 }, $ref: "#", blob: "0".repeat(64) },
  },
  "numbers at their ends": {
    type: "session.opened",
    meta: { a: 1e21, b: 5e-324, c: 1.7976931348623157e308, d: 9007199254740992, e: 0.1 + 0.2 },
  },
  "keys that are numbers, empty or not ASCII": { type: "session.opened", meta: { 2: "b", 1: "a", "": "nothing", ключ: "✓", "a\nb": "c" } },
  "nesting of five hundred": { type: "session.opened", meta: { deep: JSON.parse("[".repeat(500) + "]".repeat(500)) as never } },
};

const envelope = (event: string, more = ""): string =>
  `{"v":1,"seq":1,"at":5,"session":"s","run":"r","path":["main","a"],"event":${event}${more}}`;

const ODD: Readonly<Record<string, string>> = {
  "an event of a type that nobody here knows": envelope('{"type":"moon.risen","phase":{"full":true}}', ',"more":[1]'),
  "keys that nobody here knows": envelope('{"type":"heartbeat","beat":"slow"}', ',"mark":"blob:","packed":{"v":1,"seq":9},"seq2":1'),
  "a key that is called __proto__": envelope(
    '{"type":"session.opened","meta":{"__proto__":{"x":1},"constructor":1}}',
    ',"__proto__":{"y":2}',
  ),
  "a large value under a key that is called __proto__": envelope(
    `{"type":"session.opened","meta":{"__proto__":{"x":"${"p".repeat(LARGE)}"}}}`,
  ),
  "a block of a kind that nobody here knows": envelope(
    `{"type":"block.completed","messageId":"m","index":0,"block":{"type":"hologram","source":{"type":"base64","data":"${bytes(3_000)}","depth":3}}}`,
  ),
};
