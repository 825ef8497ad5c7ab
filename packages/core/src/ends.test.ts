import assert from "node:assert/strict";
import {
  CONTINUE_REASONS,
  EMPTY,
  END_REASONS,
  modelError,
  remember,
  text,
  type ContinueReason,
  type EndReason,
  type Event,
  type LoopOptions,
  type Model,
  type Ports,
  type View,
} from "@keelson/protocol";
import {
  because,
  effect,
  END,
  ended,
  fresh,
  named,
  OPTIONS,
  player,
  ports,
  scripted,
  scriptedClock,
  stop,
  tool,
  use,
  type Script,
} from "@keelson/testing";
import { test } from "vitest";
import { loop } from "./loop.ts";

/** Every way a run can end and go on, each reached. A new member of either union fails here until it has a scene. */
type Scene = {
  readonly script: Script;
  readonly house?: Partial<Ports>;
  readonly options?: Partial<LoopOptions>;
  readonly abortAt?: Event["type"];
};

const CALL: Script = () => [use("a", "write"), stop("tool_use")];
const ANSWER: Script = () => [text("done"), END];
const broken: Script = () => [{ ...use("a", "write"), malformed: "{" }, stop("tool_use")];
const fails =
  (...codes: readonly Parameters<typeof modelError>[0][]): Script =>
  (_, at) => {
    const code = codes[at];
    return code ? [modelError(code, { room: 100 })] : [text("done"), END];
  };
const endsAt = (reason: EndReason): Partial<Ports> => ({
  async *prepare() {
    return { go: "end", reason };
  },
});
const settlesWith = (reason: EndReason): Partial<Ports> => ({
  async *settle() {
    return { go: "end", reason };
  },
});
const saying = (why: "stop_hook" | "steered" | "structured_retry"): Partial<Ports> => {
  let said = false;
  return {
    async *settle() {
      if (said) return { go: "end", reason: "completed" };
      said = true;
      yield { type: "context.added", from: "hook", content: [text("more")] };
      return { go: "on", because: why };
    },
  };
};
const rescued: Partial<Ports> = {
  async *rescue(how) {
    yield { type: "context.edited", tier: how, edits: [{ op: "fold", from: 0, to: 1, summary: "short" }] };
    return true;
  },
};

/** Decided by a part that comes later (structured output, hooks, compaction, asks): here its port is scripted. */
const LATER: readonly EndReason[] = [
  "structured_output_retry_exhausted",
  "stop_hook_prevented",
  "rapid_refill_breaker",
  "blocking_limit",
  "tool_deferred",
];

const ENDS: Readonly<Record<EndReason, Scene>> = {
  completed: { script: ANSWER },
  max_turns: { script: CALL, options: { maxTurns: 1 } },
  budget_exhausted: { script: ANSWER, house: { overBudget: () => "budget_exhausted" } },
  structured_output_retry_exhausted: { script: ANSWER, house: settlesWith("structured_output_retry_exhausted") },
  malformed_tool_use_exhausted: { script: broken },
  aborted_streaming: { script: ANSWER, abortAt: "block.delta" },
  aborted_tools: { script: CALL, abortAt: "call.started" },
  hook_stopped: { script: (_, at) => (at === 0 ? [use("a", "last"), stop("tool_use")] : [END]) },
  stop_hook_prevented: { script: ANSWER, house: settlesWith("stop_hook_prevented") },
  tool_deferred: {
    script: CALL,
    house: {
      async *permit() {
        return { behavior: "defer" };
      },
    },
  },
  blocking_limit: { script: ANSWER, house: endsAt("blocking_limit") },
  rapid_refill_breaker: { script: ANSWER, house: endsAt("rapid_refill_breaker") },
  prompt_too_long: { script: fails("prompt_too_long") },
  image_error: { script: fails("media_too_large", "media_too_large") },
  output_limit: { script: () => [text("long"), stop("max_tokens")] },
  refusal: { script: () => [text("no"), stop("refusal")] },
  model_error: { script: fails("auth") },
  turn_setup_failed: {
    script: ANSWER,
    house: {
      async *prepare() {
        throw new Error("The system prompt can't be read.");
      },
    },
  },
};

const TRANSITIONS: Readonly<Record<ContinueReason, Scene>> = {
  prompt: { script: ANSWER },
  resumed: { script: ANSWER },
  tool_results: { script: (_, at) => (at === 0 ? CALL(_, at) : [END]) },
  salvaged: { script: (_, at) => (at === 0 ? [use("a", "write"), modelError("stream_cut")] : [END]) },
  retry: { script: fails("network") },
  fallback_model: { script: fails("server", "server", "server") },
  collapse_drained: { script: fails("prompt_too_long"), house: rescued },
  compacted: { script: fails("prompt_too_long", "prompt_too_long"), house: rescued },
  output_recomputed: { script: fails("context_overflow") },
  output_escalated: { script: (_, at) => [text("long"), at === 0 ? stop("max_tokens") : END] },
  output_resumed: { script: (_, at) => [text("long"), at < 2 ? stop("max_tokens") : END] },
  thinking_stripped: { script: fails("thinking_rejected") },
  media_stripped: { script: fails("media_too_large") },
  structured_retry: { script: ANSWER, house: saying("structured_retry") },
  malformed_retry: { script: (_, at) => (at === 0 ? broken(_, at) : [END]) },
  stop_hook: { script: ANSWER, house: saying("stop_hook") },
  pause_turn: { script: (_, at) => [text("searching"), at === 0 ? stop("pause_turn") : END] },
  steered: { script: ANSWER, house: saying("steered") },
};

/** The scripted model, with the mark that a block's input wasn't JSON moved to where a real client puts it. */
function marking(script: Script): Model {
  const model = scripted(script);
  return async function* (request, signal) {
    for await (const part of model(request, signal)) {
      const mark = part.type === "block.completed" ? part.block["malformed"] : undefined;
      yield part.type === "block.completed" && typeof mark === "string" ? { ...part, malformed: mark } : part;
    }
  };
}

async function perform({ script, house, options, abortAt }: Scene, start = fresh()): Promise<Event[]> {
  const control = new AbortController();
  const tools = named(
    tool(
      "write",
      effect(() => {}),
    ),
    tool("last", async function* () {
      return { content: [], stop: "enough" };
    }),
  );
  const clock = {
    ...scriptedClock(),
    sleep: async (_: number, signal: AbortSignal) => {
      if (!signal.aborted) await new Promise((done) => setImmediate(done));
    },
  };
  const wired = ports(marking(script), tools, { clock, ...house });
  const events: Event[] = [];
  for await (const event of loop(start, wired, { ...OPTIONS, ...options }, control.signal)) {
    events.push(event);
    if (event.type === abortAt) control.abort();
  }
  return events;
}

for (const reason of END_REASONS) {
  test(`a run can end as ${reason}${LATER.includes(reason) ? " (decided by a part that comes later)" : ""}`, async () => {
    const events = await perform(ENDS[reason]);
    assert.equal(ended(events), reason);
    assert.equal(events.at(-1)?.type, "run.ended");
  });
}

for (const reason of CONTINUE_REASONS) {
  test(`a run can go on because of ${reason}`, async () => {
    const open = [
      { type: "context.added", from: "user", content: [text("go")] } as const,
      { type: "block.completed", messageId: "m", index: 0, block: use("a", "write") } as const,
    ];
    const start = reason === "resumed" ? fresh(open.reduce<View>(remember, EMPTY)) : fresh();
    assert.ok(because(await perform(TRANSITIONS[reason], start)).includes(reason));
  });
}

test("a call whose input isn't JSON is answered, not run; three more tries, then the run ends", async () => {
  const ran: string[] = [];
  const play = player(loop);
  const tools = named(
    tool(
      "write",
      effect(({ callId }) => ran.push(callId)),
    ),
  );
  const events = await play(ports(marking(broken), tools, { clock: scriptedClock() }));
  assert.deepEqual(because(events), ["prompt", "malformed_retry", "malformed_retry", "malformed_retry"]);
  assert.equal(ended(events), "malformed_tool_use_exhausted");
  assert.deepEqual(ran, []);
});

test("a call that came whole beside a broken one runs, and the count starts afresh", async () => {
  const ran: string[] = [];
  const play = player(loop);
  const tools = named(
    tool(
      "write",
      effect(({ callId }) => ran.push(callId)),
    ),
  );
  const half: Script = (_, at) =>
    at < 6 ? [{ ...use(`x${at}`, "write"), malformed: "{" }, ...(at % 2 ? [use(`c${at}`, "write")] : []), stop("tool_use")] : [END];
  assert.equal(ended(await play(ports(marking(half), tools, { clock: scriptedClock() }))), "completed");
  assert.deepEqual(ran, ["c1", "c3", "c5"]);
});

test("what a call says is wrong with it is an answer for the model, before anyone is asked for permission", async () => {
  let judged = 0;
  const write = tool(
    "write",
    effect(() => {}),
  );
  const picky = {
    ...write,
    bind: (raw: Parameters<typeof write.bind>[0], cwd: string) => {
      const bound = write.bind(raw, cwd);
      return bound.ok ? { ok: true as const, call: { ...bound.call, validate: async () => "Read it first." } } : bound;
    },
  };
  const house = ports(
    scripted((_, at) => (at === 0 ? CALL(_, at) : [END])),
    named(picky),
    {
      async *permit(_, call) {
        judged++;
        return { behavior: "allow", call };
      },
    },
  );
  const events = await player(loop)(house);
  assert.deepEqual(
    events.flatMap((event) => (event.type === "call.completed" ? [event.outcome, event.result["content"]] : [])),
    ["error", [text("Read it first.")]],
  );
  assert.equal(judged, 0);
});
