import assert from "node:assert/strict";
import { modelError, text, type ModelRequest } from "@keelson/protocol";
import { END, scripted, scriptedClock, USAGE } from "@keelson/testing";
import { test } from "vitest";
import { Meter } from "./meter.ts";

const REQUEST: ModelRequest = { model: "big", messages: [], maxTokens: 1, body: {} };
const never = new AbortController().signal;

test("each reply is counted once, also when its reader leaves at the end", async () => {
  const meter = new Meter(scriptedClock(), (_, { output }) => output / 4, { add() {} });
  const model = meter.measure(
    scripted(() => [text("hi"), END]),
    "main",
  );
  for await (const part of model(REQUEST, never)) if (part.type === "done") break;
  for await (const _ of model(REQUEST, never));
  const called = meter.drain();
  assert.deepEqual(
    called.map(({ purpose, model: name, usage }) => [purpose, name, usage]),
    [
      ["main", "big", USAGE],
      ["main", "big", USAGE],
    ],
  );
  assert.equal(meter.usd, 0.5);
  assert.equal(meter.context, 2);
  assert.deepEqual(meter.drain(), []);
});

test("how long a reply took is written in whole milliseconds", async () => {
  let now = 0.4;
  const meter = new Meter({ ...scriptedClock(), now: () => (now += 7.7) }, () => 0, { add() {} });
  const model = meter.measure(
    scripted(() => [text("hi"), END]),
    "main",
  );
  for await (const _ of model(REQUEST, never));
  assert.deepEqual(
    meter.drain().map(({ ms }) => ms),
    [8],
  );
});

test("a reply that died is counted as far as it was told; a model without a price costs nothing that is known", async () => {
  const meter = new Meter(scriptedClock(), () => undefined, { add() {} });
  const model = meter.measure(
    scripted(() => [text("hal"), modelError("stream_cut")]),
    "main",
  );
  await assert.rejects(Array.fromAsync(model(REQUEST, never)));
  assert.deepEqual(
    meter.drain().map(({ usd, usage }) => [usd, usage]),
    [[undefined, USAGE]],
  );
});
