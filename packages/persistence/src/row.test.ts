import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text, type Envelope, type Event, type Json } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { all, CWD, note, opened, REF } from "./fixtures/scene.ts";
import { longEvent, shortEvent } from "./row.ts";

const input = { command: "ls", description: "what is there" };
const usage = { input: 12, output: 3, cacheRead: 40_000, cacheWrite5m: 0, cacheWrite1h: 7 };
const rule = { text: "Bash(ls)", behavior: "allow", source: "user", base: "/p" } as const;
const use = (id: string, given: object = input): Event => ({
  type: "block.completed",
  messageId: "m",
  index: 1,
  block: { type: "tool_use", id, name: "Bash", input: given as typeof input },
});
const started = (callId: string, given: object = input): Event => ({
  type: "call.started",
  callId,
  input: given as typeof input,
  replay: "never",
});
const answered = (callId: string, more: object = {}): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: {
    type: "tool_result",
    tool_use_id: callId,
    content: [text("a b"), { type: "image", source: { type: "url", url: "u" } }],
    ...more,
  },
  ms: 4,
});

/** One turn, as the harness writes it, and rarer forms of the same events. */
const TURN: readonly Event[] = [
  { type: "context.added", from: "user", content: [text("list it")] },
  { type: "context.added", inputId: "i", from: "user", content: [] },
  { type: "turn.started", turn: 0, because: "prompt" },
  { type: "block.completed", messageId: "m", index: 0, block: text("I look.") },
  { type: "block.completed", messageId: "m", index: 0, block: { type: "thinking", thinking: "well", signature: "s" } },
  use("c"),
  { type: "call.judged", callId: "c", decision: { behavior: "allow", reason: "a rule", explicit: true, stage: "allow" } },
  {
    type: "call.judged",
    callId: "c",
    decision: { behavior: "allow", reason: "a rule", explicit: true, rule, stage: "allow" },
    suggestion: "Bash",
  },
  started("c"),
  { type: "model.called", purpose: "main", model: "m", usage, ms: 9 },
  { type: "model.called", purpose: "main", model: "m", usage, usd: 0.01, ms: 9, missed: "why" },
  { type: "reply.completed", messageId: "m", stopReason: "tool_use", usage },
  { type: "reply.completed", messageId: "m", stopReason: "refusal", usage, details: { type: "refusal" } },
  answered("c"),
  { ...answered("c", { is_error: true }), display: { kind: "text", text: "shown" } } as Event,
];

/** What isn't quite such an event: other members, another order, values that a row has another meaning for. */
const ODD: readonly object[] = [
  note(1).event,
  { type: "turn.started", because: "prompt", turn: 0 },
  { turn: 0, type: "turn.started", because: "prompt" },
  { type: "turn.started", turn: 0, because: "prompt", more: 1 },
  { type: "turn.started", turn: null, because: "prompt" },
  { type: "turn.started", turn: Number.NaN, because: "prompt" },
  { type: "turn.started", turn: 0, because: undefined },
  { type: "call.started", callId: "c", replay: "never" },
  { type: "call.started", callId: "c" },
  { type: "call.started", callId: "c", input: [], replay: "never" },
  { type: "block.completed", messageId: "m", index: 0, block: "words" },
  { type: "block.completed", messageId: "m", index: 0, block: ["id", "name", {}] },
  { type: "block.completed", messageId: "m", index: 0, block: { type: "text", text: "a", citations: null } },
  { type: "block.completed", messageId: "m", index: 0, block: { text: "a", type: "text" } },
  { type: "block.completed", messageId: "m", index: 0, block: { type: "tool_use", id: "c", name: "n", input: null } },
  { type: "context.added", from: "harness", content: "words" },
  { type: "context.added", from: "harness", content: ["words"] },
  { type: "context.added", from: "user", content: [{}], inputId: "i" },
  { type: "reply.completed", messageId: "m", stopReason: "s", usage: [1, 2] },
  { type: "reply.completed", messageId: "m", stopReason: "s", usage: { output: 1, input: 2 } },
  { type: "reply.completed", messageId: "m", stopReason: "s", usage: {} },
  answered("c", { tool_use_id: "another" }),
  answered("c", { content: "words" }),
  answered("c", { content: ["words"] }),
  answered("c", { is_error: null }),
  answered("c", { cache_control: {} }),
  { type: "call.completed", callId: "c", outcome: "ok", result: [[]], ms: 1 },
  { type: "toString", a: 1 },
  { type: "an event of tomorrow", a: [1] },
];

const sealed = (events: readonly object[]): Envelope[] => events.map((event, at) => ({ ...note(at + 1), event: event as Event }));
const spelled = (envelopes: readonly Envelope[]): string[] => envelopes.map((envelope) => JSON.stringify(envelope));

async function written(root: string, envelopes: readonly Envelope[]) {
  const scene = opened(root);
  await scene.store.create(REF, { cwd: CWD });
  await using claim = await scene.store.claim(REF, "me");
  await scene.store.append(REF, claim.fence, 0, envelopes);
  return { ...scene, path: join(scene.folder, "1.jsonl") };
}

test("each event of a turn is a row, and comes back byte for byte", async () => {
  for (const event of TURN) {
    const row = shortEvent(event);
    assert.ok(row, event.type);
    assert.equal(JSON.stringify(longEvent(JSON.parse(JSON.stringify(row)) as Json[])), JSON.stringify(event));
  }
  await using home = await temporaryHome();
  const { store, path } = await written(home.path, sealed(TURN));
  assert.deepEqual(spelled(await all(store)), spelled(sealed(TURN)));
  const rows = readFileSync(path, "utf8").split("\n").slice(2, -1);
  assert.equal(rows.filter((line) => line.startsWith("[")).length, TURN.length - 1);
});

test("an event that is unlike those comes back byte for byte too", async () => {
  await using home = await temporaryHome();
  const { store } = await written(home.path, sealed(ODD));
  const asRead = sealed(ODD).map((envelope) => JSON.stringify(JSON.parse(JSON.stringify(envelope))));
  assert.deepEqual(spelled(await all(store)), asRead);
});

test("the input of a call is stored once, where the reply asked for it, and told where it was started", async () => {
  await using home = await temporaryHome();
  const [one, other] = [{ content: "x".repeat(5_000) }, { content: "y".repeat(5_000) }];
  const events = [
    note(1).event,
    use("c", one),
    use("d", other),
    started("d", other),
    started("c", one),
    started("c", other),
    use("c", other),
  ];
  const { store, path } = await written(home.path, sealed([...events, started("c", other)]));
  assert.deepEqual(await all(store), sealed([...events, started("c", other)]));
  const times = (letter: string): number => readFileSync(path, "utf8").split(letter.repeat(5_000)).length - 1;
  assert.deepEqual([times("x"), times("y")], [1, 3], "what the call was started with in another form is said");
});

test("a call whose reply is spoiled is read as started, without its input", async () => {
  await using home = await temporaryHome();
  const { store, path } = await written(
    home.path,
    sealed([note(1).event, use("c", { a: 1 }), use("d"), use("c"), started("c"), started("d")]),
  );
  const lines = readFileSync(path, "utf8").split("\n");
  lines[4] = (lines[4] ?? "").slice(1);
  writeFileSync(path, lines.join("\n"));
  const [fifth, sixth] = (await all(store)).slice(-2);
  assert.deepEqual([fifth?.event, sixth?.event], [started("c", {}), started("d", {})]);
});

test("a log that was written before there were rows is read as ever, and written on in rows", async () => {
  await using home = await temporaryHome();
  const events = sealed(TURN);
  const { store, path, problems } = await written(home.path, []);
  const header = readFileSync(path, "utf8").replace('"keel":2', '"keel":1');
  const lines = events.map(({ v, seq, at, session, run, path: agents, event }, n) =>
    JSON.stringify(n % 5 === 0 ? { v, seq, at, session, run, path: agents, event } : { seq, at, event }),
  );
  writeFileSync(path, `${header}${lines.join("\n")}\n`);
  assert.deepEqual(spelled(await all(store)), spelled(events));
  const more = sealed([...TURN, ...TURN]).slice(events.length);
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, events.length, more);
  }
  assert.deepEqual(spelled(await all(store)), spelled([...events, ...more]));
  assert.deepEqual(problems, []);
});

test("a line that only looks like a row is no record", async () => {
  await using home = await temporaryHome();
  const { store, path, problems } = await written(home.path, [note(1)]);
  const noise = [
    "[]",
    "[2]",
    '[2,5,"turn.started",0,"prompt",null,null,null]',
    '[2,5,"an event of tomorrow"]',
    '[0,5,"turn.started"]',
    '["2",5,"turn.started"]',
  ];
  appendFileSync(path, `${noise.join("\n")}\n`);
  assert.deepEqual(await all(store), [note(1)]);
  assert.equal((await store.head(REF)).head, 1);
  assert.equal(problems.length, 1);
});
