import assert from "node:assert/strict";
import { test } from "vitest";
import { setTimeout as wait } from "node:timers/promises";
import { type Envelope, modelError, type ModelRequest, type Ports, refusal, text, viewOf } from "@keelson/protocol";
import {
  because,
  effect,
  END,
  ended,
  fresh,
  named,
  OPTIONS,
  pick,
  player,
  ports,
  PROMPT,
  scripted,
  scriptedClock,
  seal,
  session,
  stop,
  tool,
  types,
  use,
} from "@keelson/testing";
import { loop } from "./loop.ts";

const play = player(loop);

const CALLS = stop("tool_use");

test("no effect happens before its call.started is on disk", async () => {
  const trace: string[] = [];
  const write = tool(
    "write",
    effect((ctx) => trace.push(`effect ${ctx.callId}`)),
  );
  const model = scripted((_, at) => (at === 0 ? [use("a", "write"), use("b", "write"), CALLS] : [END]));
  const disk = async ({ event }: Envelope): Promise<void> => {
    await wait(20);
    if (event.type === "call.started") trace.push(`disk ${event.callId}`);
  };
  for await (const _ of session(loop(fresh(), ports(model, named(write)), OPTIONS, new AbortController().signal), [], [], disk));
  assert.deepEqual(trace, ["disk a", "effect a", "disk b", "effect b"]);
});

test("a reader that leaves at call.started leaves no effect", async () => {
  let effects = 0;
  const write = tool(
    "write",
    effect(() => effects++),
  );
  const model = scripted(() => [use("a", "write"), CALLS]);
  for await (const event of loop(fresh(), ports(model, named(write)), OPTIONS, new AbortController().signal))
    if (event.type === "call.started") break;
  await wait(20);
  assert.equal(effects, 0);
});

test("safe calls overlap, an unsafe one is a barrier, results keep the asked order, calls start while the reply streams", async () => {
  const trace: string[] = [];
  const timed = (ms: number) =>
    effect(async ({ callId }) => {
      trace.push(`+${callId}`);
      await wait(ms);
      trace.push(`-${callId}`);
    });
  const tools = named(
    tool("slow", timed(40), { concurrencySafe: true }),
    tool("quick", timed(5), { concurrencySafe: true }),
    tool("write", timed(5)),
  );
  const requests: ModelRequest[] = [];
  const model = scripted(
    (_, at) =>
      at === 0 ? [use("a", "slow"), use("b", "quick"), use("w", "write"), use("c", "quick"), 20, text("still talking"), CALLS] : [END],
    requests,
  );
  const events = await play(ports(model, tools));
  assert.deepEqual(trace, ["+a", "+b", "-b", "-a", "+w", "-w", "+c", "-c"]);
  assert.ok(types(events).indexOf("call.started") < types(events).indexOf("reply.completed"));
  assert.deepEqual(
    requests[1]?.messages.at(-1)?.content.map((block) => block["tool_use_id"]),
    ["a", "b", "w", "c"],
  );
});

test("a model that always dies after its first call: each call runs once, the failure counts, the fallback is taken, the run ends", async () => {
  const ran: string[] = [];
  const clock = scriptedClock();
  const write = tool(
    "write",
    effect((ctx) => ran.push(ctx.callId)),
  );
  const requests: ModelRequest[] = [];
  const model = scripted((_, at) => [use(`c${at}`, "write"), modelError("overloaded")], requests);
  const events = await play(ports(model, named(write), { clock }));
  assert.equal(ended(events), "model_error");
  assert.deepEqual(
    ran,
    requests.map((_, at) => `c${at}`),
  );
  assert.deepEqual(
    requests.map((request) => request.model),
    ["big", "big", "big", "small", "small", "small", "small"],
  );
  assert.deepEqual(
    clock.slept.filter((ms) => ms !== 250),
    [500, 1_000, 500, 1_000, 2_000],
  );
  assert.deepEqual(because(events).slice(0, 4), ["prompt", "salvaged", "salvaged", "fallback_model"]);
  assert.deepEqual(requests.map(({ messages }) => refusal(messages)).filter(Boolean), []);
});

test("how long a call took is written in whole milliseconds", async () => {
  let now = 0.4;
  const clock = { ...scriptedClock(), now: () => (now += 1.3) };
  const model = scripted((_, at) => (at === 0 ? [use("a", "read"), CALLS] : [END]));
  const events = loop(
    fresh(),
    {
      ...ports(
        model,
        named(
          tool(
            "read",
            effect(() => 0),
          ),
        ),
      ),
      clock,
    },
    OPTIONS,
    new AbortController().signal,
  );
  const took = pick(await Array.fromAsync(events), "call.completed").map(({ ms }) => ms);
  assert.ok(took.length === 1 && took.every((ms) => ms >= 1 && Number.isInteger(ms)), String(took));
});

test("a tool is told when a call of it begins to be written, before the call is whole", async () => {
  const trace: string[] = [];
  const write = {
    ...tool(
      "write",
      effect(() => trace.push("effect")),
    ),
    warm: () => trace.push("warm"),
  };
  const model = scripted((_, at) => (at === 0 ? [use("a", "write"), CALLS] : [END]));
  for (const { type } of await play(ports(model, named(write)))) if (type === "block.completed") trace.push(type);
  assert.deepEqual(trace.slice(0, 2), ["warm", "effect"]);
});

test("what was called last is made ready once more while the model reads the answers", async () => {
  let warmed = (): void => {};
  const twice = new Promise<void>((done) => (warmed = done));
  let times = 0;
  const write = {
    ...tool(
      "write",
      effect(() => {}),
    ),
    warm: () => ++times === 2 && warmed(),
  };
  const model: Ports["model"] = async function* (request, signal) {
    const first = request.messages.length === 1;
    if (!first) await twice; // it says nothing before
    yield* scripted(() => (first ? [use("a", "write"), CALLS] : [END]))(request, signal);
  };
  assert.equal(ended(await play(ports(model, named(write)))), "completed");
  assert.equal(times, 2);
});

test("a reply that dies before any call is dropped and asked again; a stream without an end is stream_cut", async () => {
  const requests: ModelRequest[] = [];
  const model = scripted((_, at) => (at === 0 ? [text("half an ans")] : [text("whole"), END]), requests);
  const events = await play(ports(model, named(), { clock: scriptedClock() }));
  assert.deepEqual(
    pick(events, "reply.dropped").map((event) => event.because),
    ["stream_cut"],
  );
  assert.deepEqual(requests[1]?.messages, requests[0]?.messages);
  assert.equal(ended(events), "completed");
});

test("entered with unanswered calls: safe runs again, never is told as unknown, one that never started is judged first", async () => {
  const ran: string[] = [];
  const tools = named(
    tool(
      "read",
      effect((ctx) => ran.push(ctx.callId)),
      { replay: "safe", concurrencySafe: true },
    ),
    tool(
      "write",
      effect((ctx) => ran.push(ctx.callId)),
    ),
  );
  const log: Envelope[] = [];
  for (const event of [
    PROMPT,
    { type: "turn.started", turn: 0, because: "prompt" } as const,
    ...[use("r", "read"), use("w", "write"), use("n", "write")].map(
      (block, index) => ({ type: "block.completed", messageId: "m", index, block }) as const,
    ),
    { type: "call.started", callId: "r", input: {}, replay: "safe" } as const,
    { type: "call.started", callId: "w", input: {}, replay: "never" } as const,
  ])
    log.push(seal(event, log));
  const requests: ModelRequest[] = [];
  const events = await play(
    ports(
      scripted(() => [text("ok"), END], requests),
      tools,
    ),
    fresh(viewOf(log)),
  );
  assert.deepEqual(ran.toSorted(), ["n", "r"]);
  assert.deepEqual(
    pick(events, "call.completed")
      .map(({ callId, outcome }) => `${callId} ${outcome}`)
      .toSorted(),
    ["n ok", "r ok", "w unknown"],
  );
  assert.match(JSON.stringify(requests[0]?.messages.at(-1)?.content[1]), /outcome unknown/);
  assert.deepEqual(because(events), ["resumed"]);
  assert.equal(refusal(requests[0]?.messages ?? []), undefined);
});

test("a deferred call ends the run unanswered, holds back what stands behind it, and is taken up later", async () => {
  const ran: string[] = [];
  const log: Envelope[] = [seal(PROMPT, [])];
  const tools = named(
    tool(
      "write",
      effect((ctx) => ran.push(ctx.callId)),
    ),
  );
  const model = scripted((_, at) => (at === 0 ? [use("a", "write"), use("b", "write"), CALLS] : [END]));
  const house = ports(model, tools, {
    async *permit() {
      return { behavior: "defer" };
    },
  });
  for await (const _ of session(loop(fresh(), house, OPTIONS, new AbortController().signal), log));
  assert.equal(ended(log.map(({ event }) => event)), "tool_deferred");
  assert.deepEqual(ran, []);
  await play(ports(model, tools), fresh(viewOf(log)));
  assert.deepEqual(ran, ["a", "b"]);
});

test("the fallback model sees no thinking of another model, not even of the salvaged reply", async () => {
  const requests: ModelRequest[] = [];
  const thought = { type: "thinking", thinking: "hm", signature: "s" };
  const model = scripted((_, at) => (at < 3 ? [thought, use(`c${at}`, "write"), modelError("server")] : [END]), requests);
  await play(
    ports(
      model,
      named(
        tool(
          "write",
          effect(() => {}),
        ),
      ),
      { clock: scriptedClock() },
    ),
  );
  assert.equal(requests[2]?.messages.flatMap(({ content }) => content).filter(({ type }) => type === "thinking").length, 2);
  assert.equal(requests[3]?.messages.flatMap(({ content }) => content).filter(({ type }) => type === "thinking").length, 0);
  assert.equal(requests[3]?.messages.flatMap(({ content }) => content).filter(({ type }) => type === "tool_result").length, 3);
});

test("an interrupting denial and a tool's stop end the run; what stands behind them is answered, not run", async () => {
  const ran: string[] = [];
  const tools = named(
    tool(
      "write",
      effect((ctx) => ran.push(ctx.callId)),
    ),
    tool("last", async function* () {
      return { content: [], stop: "enough" };
    }),
  );
  const model = scripted(() => [use("a", "last"), use("b", "write"), CALLS]);
  const stopped = await play(ports(model, tools));
  assert.equal(ended(stopped), "hook_stopped");
  const denied = await play(
    ports(model, tools, {
      async *permit() {
        return { behavior: "deny", message: "no", interrupt: true };
      },
    }),
  );
  assert.equal(ended(denied), "aborted_tools");
  for (const events of [stopped, denied])
    assert.deepEqual(
      pick(events, "call.completed").map(({ callId }) => callId),
      ["a", "b"],
    );
  assert.deepEqual(ran, []);
});

test("a call that a hook changed into one that must run alone waits for the others, and runs without them", async () => {
  const inside = new Set<string>();
  const seen: (readonly string[])[] = [];
  const shell = (concurrencySafe: boolean) =>
    tool(
      "shell",
      async function* ({ callId }) {
        inside.add(callId);
        for (let at = 0; at < 5; at++) await Promise.resolve();
        seen.push([...inside].toSorted());
        inside.delete(callId);
        return { content: [] };
      },
      { concurrencySafe },
    );
  const house = ports(
    scripted((_, at) => (at === 0 ? [use("a", "shell"), use("b", "shell"), use("c", "shell"), use("d", "shell"), CALLS] : [END])),
    named(shell(true)),
    {
      async *permit({ id }, call) {
        const alone = shell(false).bind({}, "/");
        return { behavior: "allow", call: ["b", "c"].includes(id) && alone.ok ? alone.call : call };
      },
    },
  );
  const done = pick(await play(house), "call.completed").map(({ outcome }) => outcome);
  assert.deepEqual(done, ["ok", "ok", "ok", "ok"]);
  for (const changed of ["b", "c"])
    assert.deepEqual(
      seen.filter((ids) => ids.includes(changed)),
      [[changed]],
    );
});
