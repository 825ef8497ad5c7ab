import assert from "node:assert/strict";
import { test } from "vitest";
import { setTimeout as wait } from "node:timers/promises";
import { type Envelope, type ModelRequest, text } from "@keelson/protocol";
import { effect, END, fresh, named, OPTIONS, ports, scripted, session, stop, tool, use } from "@keelson/testing";
import { loop } from "./loop.ts";

/** What is deaf would hold a test until its time is over. */
const NEVER = new Promise<void>(() => {});

test("a sub-agent is a nested loop: its envelopes carry its path, its log is its own, and it waits for the parent's reader", async () => {
  let effects = 0;
  const write = tool(
    "write",
    effect(() => effects++),
  );
  const childLog: Envelope[] = [];
  const parentLog: Envelope[] = [];
  const agent = tool("agent", async function* ({ callId, signal }) {
    const child = ports(
      scripted((_, at) => (at === 0 ? [use("c", "write"), stop("tool_use")] : [END])),
      named(write),
    );
    for await (const envelope of session(loop(fresh(), child, OPTIONS, signal), childLog, [callId])) yield { type: "child", envelope };
    return { content: [text("the child is done")] };
  });
  const house = ports(
    scripted((_, at) => (at === 0 ? [use("p", "agent"), stop("tool_use")] : [END])),
    named(agent),
  );
  const seen: Envelope[] = [];
  for await (const envelope of session(loop(fresh(), house, OPTIONS, new AbortController().signal), parentLog)) {
    seen.push(envelope);
    if (envelope.path.length > 0 && envelope.event.type === "call.started") {
      await wait(50);
      assert.equal(effects, 0, "the child ran ahead of its reader");
    }
  }
  assert.equal(effects, 1);
  assert.deepEqual(
    seen.filter(({ event }) => event.type === "run.ended").map(({ path }) => path),
    [["p"], []],
  );
  assert.ok(parentLog.every(({ path, event }) => path.length === 0 && event.type !== "agent.relayed"));
  assert.ok(childLog.every(({ path }) => path.join() === "p") && childLog.some(({ event }) => event.type === "call.completed"));
});

test("an abort ends the whole tree within the grace, and the child's log tells its own end", async () => {
  const control = new AbortController();
  const childLog: Envelope[] = [];
  const deaf = tool(
    "deaf",
    effect(() => NEVER),
  );
  const agent = tool("agent", async function* ({ callId, signal }) {
    const child = ports(
      scripted(() => [use("c", "deaf"), stop("tool_use")]),
      named(deaf),
    );
    for await (const envelope of session(loop(fresh(), child, { ...OPTIONS, graceMs: 200 }, signal), childLog, [callId]))
      yield { type: "child", envelope };
    return { content: [text("the child was interrupted")] };
  });
  const house = ports(
    scripted(() => [use("p", "agent"), stop("tool_use")]),
    named(agent),
  );
  setTimeout(() => control.abort(), 20);
  const seen: string[] = [];
  for await (const { event, path } of session(loop(fresh(), house, OPTIONS, control.signal), []))
    if (event.type === "run.ended" || event.type === "call.completed") seen.push(`${path.join()} ${event.type}`);
  assert.deepEqual(seen, ["p call.completed", "p run.ended", " call.completed", " run.ended"]);
});

test("a reader that pauses for 2 s pauses everything: no request, no effect, nothing piles up", async () => {
  const requests: ModelRequest[] = [];
  let steps = 0;
  const chatty = tool(
    "chatty",
    async function* () {
      for (let i = 0; i < 100_000; i++) {
        steps++;
        yield { type: "progress", text: "x".repeat(1_000) };
      }
      return { content: [] };
    },
    { concurrencySafe: true },
  );
  const house = ports(
    scripted((_, at) => (at === 0 ? [use("a", "chatty"), use("b", "chatty"), stop("tool_use")] : [END]), requests),
    named(chatty),
  );
  const running = loop(fresh(), house, OPTIONS, new AbortController().signal);
  let pulls = 0;
  for (let step = await running.next(); !step.done && pulls < 50; step = await running.next())
    if (step.value.type === "call.progress") pulls++;
  const before = { steps, requests: requests.length, heap: process.memoryUsage().heapUsed };
  await wait(2_000);
  assert.equal(steps, before.steps);
  assert.ok(steps <= pulls + 4);
  assert.equal(requests.length, before.requests);
  assert.ok(process.memoryUsage().heapUsed - before.heap < 2_000_000);
  await running.return(undefined as never);
  assert.ok(steps <= before.steps + 2);
});

test("a tool that runs while the reader is away goes on; its result waits, and the next pull goes on", async () => {
  let finished = false;
  const requests: ModelRequest[] = [];
  const slow = tool(
    "slow",
    effect(async () => {
      await wait(200);
      finished = true;
    }),
  );
  const house = ports(
    scripted((_, at) => (at === 0 ? [use("a", "slow"), stop("tool_use")] : [END]), requests),
    named(slow),
  );
  const running = loop(fresh(), house, OPTIONS, new AbortController().signal);
  let step = await running.next();
  while (!step.done && step.value.type !== "call.started") step = await running.next();
  step = await running.next(); // lets it start
  await wait(2_000);
  assert.ok(finished);
  assert.equal(requests.length, 1);
  const rest: string[] = [];
  for (; !step.done; step = await running.next()) rest.push(step.value.type);
  assert.deepEqual(
    rest.filter((type) => type === "call.completed" || type === "run.ended"),
    ["call.completed", "run.ended"],
  );
  assert.equal(requests.length, 2);
});

test("return() waits for a pull that is under way; the signal is what interrupts it", async () => {
  const control = new AbortController();
  const running = loop(
    fresh(),
    ports(
      scripted(() => [3_600_000, END]),
      named(),
    ),
    OPTIONS,
    control.signal,
  );
  for (let n = 0; n < 1; n++) await running.next();
  const pull = running.next();
  const left = running.return(undefined as never);
  setTimeout(() => control.abort(), 20);
  await Promise.all([pull, left]);
});
