import assert from "node:assert/strict";
import { remember, text, EMPTY } from "@keelson/protocol";
import { fresh, pick, scriptedClock } from "@keelson/testing";
import type { Event, Prepared } from "@keelson/protocol";
import { test } from "vitest";
import { Ledger } from "./budget/ledger.ts";
import { Dials } from "./dials.ts";
import { Meter } from "./meter.ts";
import { preparing, type ModelFacts } from "./prepare.ts";

const LIMITS = {
  models: ["big"],
  mode: "default",
  maxTurns: 1,
  maxBudgetUsd: undefined,
  bounds: {},
  policy: { bypass: "allowed", auto: "allowed" },
} as const;

async function prepare(facts: ModelFacts, words = "go"): Promise<{ readonly events: readonly Event[]; readonly prepared: Prepared }> {
  const ledger = new Ledger({}, () => 0);
  const meter = new Meter(scriptedClock(), () => undefined, ledger);
  const port = preparing({
    facts: () => facts,
    prefix: { ask: (model) => ({ body: { for: model }, tools: new Map() }) },
    meter,
    dials: new Dials(LIMITS),
    ledger,
    price: () => undefined,
  });
  const view = remember(EMPTY, { type: "context.added", from: "user", content: [text(words)] });
  const running = port({ ...fresh(view), maxOutputTokens: 16_000 }, new AbortController().signal);
  const events: Event[] = [];
  let step = await running.next();
  for (; !step.done; step = await running.next()) events.push(step.value);
  return { events, prepared: step.value };
}

test("no more output is asked for than the model can give", async () => {
  const { prepared } = await prepare({ window: 32_000, outputLimit: 8_192, known: true });
  assert.deepEqual(prepared.go === "send" && prepared.change, { model: "big", maxOutputTokens: 8_192 });
});

test("a conversation that can't fit a known window isn't sent; where the window is a guess, the endpoint decides", async () => {
  const long = "word ".repeat(2_000);
  const blocked = await prepare({ window: 1_000, outputLimit: 100, known: true }, long);
  assert.deepEqual(blocked.prepared, { go: "end", reason: "blocking_limit" });
  assert.match(pick(blocked.events, "notice.raised")[0]?.text ?? "", /larger window/);
  assert.equal((await prepare({ window: 1_000, outputLimit: 100, known: false }, long)).prepared.go, "send");
});
