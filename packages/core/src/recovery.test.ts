import assert from "node:assert/strict";
import { test } from "vitest";
import {
  type LoopOptions,
  MODEL_ERROR_CODES,
  modelError,
  type ModelError,
  type ModelRequest,
  type Ports,
  refusal,
  text,
} from "@keelson/protocol";
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
  type Script,
  scripted,
  scriptedClock,
  stop,
  tool,
  types,
  use,
} from "@keelson/testing";
import { loop } from "./loop.ts";
import { RECOVERY } from "./recovery.ts";
import { STOPS } from "./stops.ts";

const play = player(loop);

async function run(script: Script, more: { readonly ports?: Partial<Ports>; readonly options?: Partial<LoopOptions> } = {}) {
  const requests: ModelRequest[] = [];
  const clock = scriptedClock();
  const tools = named(
    tool(
      "write",
      effect(() => {}),
    ),
  );
  const events = await play(ports(scripted(script, requests), tools, { clock, ...more.ports }), fresh(), { ...OPTIONS, ...more.options });
  assert.deepEqual(
    requests.map(({ messages }) => refusal(messages)).filter((why) => why && !why.startsWith("the last")),
    [],
  );
  return { events, requests, waits: clock.slept.filter((ms) => ms !== 250), clock };
}
const fails =
  (error: ModelError, times: number): Script =>
  (_, at) =>
    at < times ? [error] : [text("done"), END];
const attempts = (events: Awaited<ReturnType<typeof run>>["events"]) => pick(events, "recovery.attempted").map(({ because }) => because);

test("every error and every stop reason has a row, and each ends a run in the end", async () => {
  for (const code of MODEL_ERROR_CODES) {
    const { events } = await run(() => [modelError(code, { room: 100 })], { options: { models: ["big"] } });
    assert.ok(ended(events), code);
    assert.ok(Object.hasOwn(RECOVERY, code));
    assert.equal(types(events).filter((type) => type === "notice.raised").length, 1, `${code} surfaces once`);
  }
  for (const reason of Object.keys(STOPS)) {
    const { events } = await run(() => [text("x"), stop(reason)], { options: { maxTurns: 10 } });
    assert.ok(ended(events), reason);
  }
});

test("network: 0.5 s · 2ⁿ, three tries attended, then surfaced", async () => {
  const { events, waits } = await run(fails(modelError("network"), 99));
  assert.deepEqual(waits, [500, 1_000, 2_000]);
  assert.equal(ended(events), "model_error");
});

test("Retry-After under 20 s is obeyed in fast mode", async () => {
  const { waits, requests } = await run(fails(modelError("rate_limited", { retryAfterMs: 19_999 }), 1), { options: { fast: true } });
  assert.deepEqual(waits, [19_999]);
  assert.equal(requests.length, 2);
});

test("Retry-After of 20 s or more: at once without fast mode, which is off for 30 minutes; the next one is obeyed", async () => {
  const slow: number[] = [];
  const house: Partial<Ports> = {
    async *prepare(state) {
      slow.push(state.slowUntil);
      return { go: "send", change: {}, body: {}, tools: new Map() };
    },
  };
  const { waits, events } = await run(fails(modelError("rate_limited", { retryAfterMs: 65_000 }), 2), {
    options: { fast: true },
    ports: house,
  });
  assert.deepEqual(slow, [0, 1_800_000, 1_800_000]);
  assert.deepEqual(waits, [30_000, 30_000, 5_000]);
  assert.equal(types(events).filter((type) => type === "heartbeat").length, 2);
  assert.equal(ended(events), "completed");
});

test("three server errors in a row: the fallback model, without thinking; 429s don't count", async () => {
  const codes = ["server", "rate_limited", "overloaded", "server"] as const;
  const { requests, events } = await run((_, at) => (codes[at] ? [modelError(codes[at])] : [END]));
  assert.deepEqual(
    requests.map(({ model }) => model),
    ["big", "big", "big", "big", "small"],
  );
  assert.deepEqual(
    pick(events, "context.edited").map(({ tier }) => tier),
    ["strip_thinking"],
  );
});

test("unattended: no end, at most five minutes between, a heartbeat every 30 s", async () => {
  const { waits, events, clock } = await run(fails(modelError("network"), 40), { options: { unattended: true, models: ["big"] } });
  assert.equal(ended(events), "completed");
  assert.equal(Math.max(...pick(events, "recovery.attempted").map(({ waitMs }) => waitMs)), 300_000);
  assert.ok(Math.max(...waits) <= 30_000 && clock.now() > 2 * 3_600_000);
});

test("prompt too long: drain, then summarise once, then surfaced; a rescue that doesn't help costs no request", async () => {
  const asked: string[] = [];
  const helps = (drain: boolean): Partial<Ports> => ({
    async *rescue(how) {
      asked.push(how);
      if (how === "strip_and_summarise" || drain)
        yield { type: "context.edited", tier: how, edits: [{ op: "fold", from: 0, to: 1, summary: "short" }] };
      return how === "strip_and_summarise" || drain;
    },
  });
  const both = await run(fails(modelError("prompt_too_long"), 99), { ports: helps(true) });
  assert.deepEqual(because(both.events), ["prompt", "collapse_drained", "compacted"]);
  assert.equal(ended(both.events), "prompt_too_long");
  const one = await run(fails(modelError("prompt_too_long"), 1), { ports: helps(false) });
  assert.deepEqual(because(one.events), ["prompt", "compacted"]);
  assert.deepEqual(asked, ["drain_collapse", "strip_and_summarise", "drain_collapse", "strip_and_summarise"]);
  assert.deepEqual(one.requests[1]?.messages, [{ role: "user", content: [text("short")] }]);
});

test("context overflow: the output cap is computed again and the request retried at once", async () => {
  const { requests, waits } = await run(fails(modelError("context_overflow", { room: 1_234 }), 1));
  assert.deepEqual(
    requests.map(({ maxTokens }) => maxTokens),
    [8_000, 1_234],
  );
  assert.deepEqual(waits, []);
});

test("where an endpoint said how much output fits, no more is asked for again: an answer cut there isn't escalated", async () => {
  const { requests, events } = await run((request) =>
    request.maxTokens > 100 ? [modelError("context_overflow", { room: 100 })] : [text("long"), stop("max_tokens")],
  );
  assert.deepEqual(
    requests.map(({ maxTokens }) => maxTokens),
    [8_000, 100, 100, 100, 100],
  );
  assert.equal(ended(events), "output_limit");
});

test("rejected thinking and media are stripped once, by an edit", async () => {
  for (const code of ["thinking_rejected", "media_too_large"] as const) {
    const once = await run(fails(modelError(code), 1));
    assert.equal(ended(once.events), "completed");
    assert.deepEqual(attempts(once.events), [code]);
    assert.equal(types(once.events).filter((type) => type === "context.edited").length, 1);
    assert.equal(ended((await run(fails(modelError(code), 2))).events), code === "media_too_large" ? "image_error" : "model_error");
  }
});

test("output limit: once from the start with 64,000, three times from where it stopped, then surfaced", async () => {
  const { events, requests } = await run(() => [text("long"), stop("max_tokens")]);
  assert.deepEqual(because(events), ["prompt", "output_escalated", "output_resumed", "output_resumed", "output_resumed"]);
  assert.deepEqual(
    requests.map(({ maxTokens }) => maxTokens),
    [8_000, 64_000, 64_000, 64_000, 64_000],
  );
  assert.deepEqual(requests[1]?.messages, requests[0]?.messages);
  assert.equal(ended(events), "output_limit");
});

test("pause_turn goes on with the same message; a refusal ends as one; an unknown reason is a notice", async () => {
  const paused = await run((_, at) => (at === 0 ? [text("searching"), stop("pause_turn")] : [text("found"), END]));
  assert.deepEqual(because(paused.events), ["prompt", "pause_turn"]);
  assert.deepEqual(paused.requests[1]?.messages.at(-1), { role: "assistant", content: [text("searching")] });
  assert.equal(ended((await run(() => [text("no"), stop("refusal")])).events), "refusal");
  const odd = await run(() => [text("?"), stop("brand_new")]);
  assert.deepEqual(
    pick(odd.events, "notice.raised").map(({ code }) => code),
    ["unknown_stop_reason"],
  );
  assert.equal(ended(odd.events), "completed");
});

test("Stop hooks are asked each time; the ninth block ends the run", async () => {
  const seen: number[] = [];
  const { events, requests } = await run(() => [text("done"), END], {
    ports: {
      async *settle(state) {
        seen.push(state.stopBlocks);
        yield { type: "context.added", from: "hook", content: [text("not yet")] };
        return { go: "on", because: "stop_hook" };
      },
    },
  });
  assert.deepEqual(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
  assert.equal(requests.length, 9);
  assert.equal(ended(events), "completed");
  assert.deepEqual(
    pick(events, "notice.raised").map(({ code }) => code),
    ["stop_hook_cap"],
  );
});

test("steering joins through settle: behind the results while calls run, after a final reply as a new prompt that resets the cap", async () => {
  const inbox = ["use tabs", "one more thing"];
  const stops: number[] = [];
  const settle: Ports["settle"] = async function* (state, at) {
    stops.push(state.stopBlocks);
    const words = inbox.shift();
    if (words) {
      yield { type: "context.added", from: "user", content: [text(words)], inputId: words };
      return { go: "on", because: "steered" };
    }
    return at === "tools" ? { go: "on", because: "tool_results" } : { go: "end", reason: "completed" };
  };
  const { events, requests } = await run((_, at) => (at === 0 ? [use("a", "write"), stop("tool_use")] : [text("ok"), END]), {
    ports: { settle },
  });
  assert.deepEqual(
    requests[1]?.messages.at(-1)?.content.map(({ type }) => type),
    ["tool_result", "text"],
  );
  assert.deepEqual(because(events), ["prompt", "steered", "steered"]);
  assert.equal(ended(events), "completed");
});

test("a Stop that adds nothing ends the run: there is nothing to answer", async () => {
  const { events, requests } = await run(() => [text("done"), END], {
    ports: {
      async *settle() {
        return { go: "on", because: "stop_hook" };
      },
    },
  });
  assert.equal(requests.length, 1);
  assert.equal(ended(events), "completed");
});

test("new input resets the count of Stop hooks", async () => {
  const stops: number[] = [];
  const order = ["stop_hook", "stop_hook", "steered", "stop_hook"] as const;
  const settle: Ports["settle"] = async function* (state) {
    const because = order[stops.push(state.stopBlocks) - 1];
    if (!because) return { go: "end", reason: "completed" };
    yield { type: "context.added", from: because === "steered" ? "user" : "hook", content: [text("more")] };
    return { go: "on", because };
  };
  await run(() => [text("done"), END], { ports: { settle } });
  assert.deepEqual(stops, [0, 1, 2, 0, 1]);
});

test("a model that only ever pauses is asked so often, and no more", async () => {
  const { requests, events } = await run(() => [text("…"), stop("pause_turn")]);
  assert.equal(requests.length, 21);
  assert.equal(ended(events), "model_error");
  assert.match(pick(events, "notice.raised")[0]?.text ?? "", /paused 20 times/);
  const between = await run(
    (_, at) => (at > 50 ? [END] : at % 10 === 9 ? [use(`c${at}`, "write"), stop("tool_use")] : [text("…"), stop("pause_turn")]),
    { options: { maxTurns: 100 } },
  );
  assert.equal(ended(between.events), "completed");
});

test("a real reply forgets the failures before it: two, an answer, and two again are no fallback", async () => {
  const fail = modelError("server");
  const { requests } = await run((_, at) => (at === 2 ? [use("a", "write"), stop("tool_use")] : at < 5 ? [fail] : [END]));
  assert.deepEqual(
    requests.map(({ model }) => model),
    ["big", "big", "big", "big", "big", "big"],
  );
});

test("unattended, an hour of Retry-After is cut to five minutes; resumes count only in a row", async () => {
  const { events } = await run(fails(modelError("overloaded", { retryAfterMs: 3_600_000 }), 1), { options: { unattended: true } });
  assert.deepEqual(
    pick(events, "recovery.attempted").map(({ waitMs }) => waitMs),
    [300_000],
  );
  const long = await run((_, at) =>
    at === 3 || at === 5 ? [use(`c${at}`, "write"), stop("tool_use")] : at < 8 ? [text("long"), stop("max_tokens")] : [END],
  );
  assert.equal(ended(long.events), "completed");
});

test("a refusal ends the run, though a call was asked for before it", async () => {
  assert.equal(ended((await run(() => [use("a", "write"), stop("refusal")])).events), "refusal");
});

test("a real reply gives both rescues back", async () => {
  const asked: string[] = [];
  const rescue: Ports["rescue"] = async function* (how) {
    asked.push(how);
    yield { type: "context.edited", tier: how, edits: [{ op: "fold", from: 0, to: 1, summary: "short" }] };
    return true;
  };
  await run((_, at) => (at === 1 ? [use("a", "write"), stop("tool_use")] : at < 3 ? [modelError("prompt_too_long")] : [END]), {
    ports: { rescue },
  });
  assert.deepEqual(asked, ["drain_collapse", "drain_collapse"]);
});
