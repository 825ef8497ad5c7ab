import assert from "node:assert/strict";
import { test } from "vitest";
import { messagesOf, type Ports, remember, text } from "@keelson/protocol";
import { effect, END, ended, fresh, named, OPTIONS, pick, player, ports, scripted, stop, tool, USAGE, use } from "@keelson/testing";
import { loop } from "./loop.ts";

/** What is deaf would hold a test until its time is over. */
const NEVER = new Promise<void>(() => {});

const play = player(loop);

const CALLS = stop("tool_use");

test("an abort that the stream takes in silence keeps what was said and done", async () => {
  const control = new AbortController();
  const write = tool(
    "write",
    effect(() => {}),
  );
  const model = scripted(() => [text("I will"), use("a", "write"), 5_000, END]);
  setTimeout(() => control.abort(), 30);
  const start = fresh();
  const events = await play(ports(model, named(write)), start, OPTIONS, control.signal);
  assert.equal(ended(events), "aborted_streaming");
  const view = events.reduce(remember, start.view);
  assert.deepEqual(
    messagesOf(view).map(({ role, content }) => [role, content.map(({ type }) => type).join()]),
    [
      ["user", "text"],
      ["assistant", "text,tool_use"],
      ["user", "tool_result"],
    ],
  );
});

test("what was shown when the user interrupted is kept, though its block never ended; a deaf model can't hold the abort", async () => {
  const control = new AbortController();
  const start = fresh();
  const deaf: Ports["model"] = async function* () {
    yield { type: "started", messageId: "m", usage: USAGE };
    yield { type: "delta", index: 0, kind: "text", delta: "half a sent" };
    control.abort();
    await NEVER;
  };
  const events = await play(ports(deaf, named()), start, OPTIONS, control.signal);
  assert.equal(ended(events), "aborted_streaming");
  assert.deepEqual(messagesOf(events.reduce(remember, start.view)).at(-1), { role: "assistant", content: [text("half a sent")] });
});

test("a deaf tool can't hold an abort", async () => {
  const control = new AbortController();
  const deaf = tool(
    "deaf",
    effect(() => NEVER),
  );
  setTimeout(() => control.abort(), 20);
  const events = await play(
    ports(
      scripted(() => [use("a", "deaf"), CALLS]),
      named(deaf),
    ),
    fresh(),
    OPTIONS,
    control.signal,
  );
  assert.equal(ended(events), "aborted_tools");
  assert.deepEqual(
    pick(events, "call.completed").map(({ outcome }) => outcome),
    ["aborted"],
  );
});

test("return() ends between two pulls: the tool sees the abort, nothing is said any more", async () => {
  let saw = false;
  const polite = tool("polite", async function* ({ signal }) {
    yield { type: "progress", text: "working" };
    await new Promise<void>((done) =>
      signal.addEventListener("abort", () => {
        saw = true;
        done();
      }),
    );
    return { content: [] };
  });
  const running = loop(
    fresh(),
    ports(
      scripted(() => [use("a", "polite"), use("b", "polite"), CALLS]),
      named(polite),
    ),
    OPTIONS,
    new AbortController().signal,
  );
  for (let step = await running.next(); !step.done && step.value.type !== "call.progress";) step = await running.next();
  await running.next(); // pulls the tool on: it now waits
  const last = await running.return(undefined as never);
  assert.ok(last.done && saw);
  assert.ok((await running.next()).done);
});

test("a tool that was deaf to the abort, and speaks when nobody reads any more, gets an exception", async () => {
  const control = new AbortController();
  let late = (): void => {};
  let stopped = (): void => {};
  const over = new Promise<void>((done) => (late = done));
  const end = new Promise<void>((done) => (stopped = done));
  const deaf = tool("deaf", async function* () {
    control.abort();
    await over;
    try {
      for (;;) yield { type: "progress", text: "still here" };
    } finally {
      stopped();
    }
  });
  const model = scripted(() => [use("a", "deaf"), CALLS]);
  const events = await play(ports(model, named(deaf)), fresh(), { ...OPTIONS, graceMs: 10 }, control.signal);
  assert.equal(ended(events), "aborted_tools");
  late();
  await end;
});

test("a turn that ends by itself aborts nothing", async () => {
  const seen: AbortSignal[] = [];
  const quick = tool(
    "quick",
    effect(({ signal }) => seen.push(signal)),
  );
  const model = scripted((_, at) => (at === 0 ? [use("a", "quick"), CALLS] : [END]));
  assert.equal(ended(await play(ports(model, named(quick)), fresh())), "completed");
  assert.deepEqual(
    seen.map(({ aborted }) => aborted),
    [false],
  );
});

test("a port that throws on abort ends the run like any other abort", async () => {
  const control = new AbortController();
  const house = ports(
    scripted(() => [END]),
    named(),
    {
      async *prepare(_, signal) {
        control.abort();
        signal.throwIfAborted();
        return { go: "end", reason: "completed" };
      },
    },
  );
  assert.equal(ended(await play(house, fresh(), OPTIONS, control.signal)), "aborted_streaming");
});
