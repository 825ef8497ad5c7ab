import assert from "node:assert/strict";
import { describe, test } from "vitest";
import { lookUp, modelNames } from "./catalog.ts";
import { costOf } from "./cost.ts";
import { dialectFor, DIALECTS } from "./dialect.ts";
import * as api from "./index.ts";

const USED = { input: 0, output: 0, cacheRead: 0, cacheWrite5m: 0, cacheWrite1h: 0 };

describe("a model is looked up", () => {
  test("by id", () => {
    const { prices, ...info } = lookUp("claude-haiku-4-5");
    assert.deepEqual(info, { id: "claude-haiku-4-5", window: 200_000, outputLimit: 64_000, thinking: "budget", known: true });
    assert.equal(prices?.length, 1);
  });
  test("by dated id, which is what will be sent", () => {
    assert.deepEqual(lookUp("claude-haiku-4-5-20251001"), { ...lookUp("claude-haiku-4-5"), id: "claude-haiku-4-5-20251001" });
  });
  test("by its line, which means the newest", () => {
    const ids = ["opus", "Sonnet", "haiku", "fable"].map((line) => lookUp(line).id);
    assert.deepEqual(ids, ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-fable-5-2"]);
  });
  test("with a window that needs no asking for", () => {
    assert.equal(lookUp("opus[1m]").id, "claude-opus-5-5");
    assert.equal(lookUp("claude-sonnet-5-5[1m]").id, "claude-sonnet-5-5");
  });
  test("and if it isn't known, gets limits to be safe with, and no prices", () => {
    assert.deepEqual(lookUp("qwen3:30b"), { id: "qwen3:30b", window: 32_000, outputLimit: 8_192, thinking: "unknown", known: false });
    assert.equal(lookUp("claude-opus-9").window, 200_000);
    assert.equal(lookUp("claude-opus-9").known, false);
    assert.equal(lookUp("").known, false);
  });
  test("by every name there is", () => {
    assert.ok(modelNames().every((name) => lookUp(name).known));
    assert.ok(modelNames().every((name) => lookUp(name).outputLimit < lookUp(name).window));
  });
});

describe("cost", () => {
  const cost = (model: string, usage: Partial<typeof USED>) => costOf(lookUp(model), { ...USED, ...usage });
  const near = (actual: number | undefined, expected: number) => assert.ok(Math.abs((actual ?? Number.NaN) - expected) < 1e-9, `${actual}`);

  test("is dollars for each kind of token", () => {
    const million = 1_000_000;
    near(cost("claude-sonnet-5-5", { input: million }), 2);
    near(cost("claude-sonnet-5-5", { output: million }), 10);
    near(cost("claude-sonnet-5-5", { cacheRead: million }), 0.1);
    near(cost("claude-fable-5-1", { cacheRead: million }), 0.25);
    near(cost("claude-opus-5-5", { cacheRead: million }), 0.2);
    near(cost("claude-sonnet-5-5", { cacheWrite5m: million }), 2.5);
    near(cost("claude-sonnet-5-5", { cacheWrite1h: million }), 4);
    near(cost("claude-opus-5", { input: 10, output: 20, cacheRead: 30, cacheWrite5m: 40, cacheWrite1h: 50 }), 0.001_315);
  });
  test("goes by the size of the whole prompt, cached tokens included", () => {
    near(cost("claude-haiku-5-5", { input: 1_000, cacheRead: 99_000, output: 1_000 }), 0.000_1 + 0.000_99 + 0.000_5);
    near(cost("claude-haiku-5-5", { input: 1_001, cacheRead: 99_000, output: 1_000 }), 0.000_500_5 + 0.004_95 + 0.002_5);
  });
  test("is unknown where prices are", () => {
    assert.equal(cost("qwen3", { input: 1 }), undefined);
    assert.equal(cost("claude-haiku-4-5", {}), 0);
  });
});

test("an endpoint's dialect goes by its host", () => {
  const names = [
    undefined,
    "https://api.anthropic.com",
    "https://eu.api.anthropic.com/",
    "http://127.0.0.1:11434",
    "https://anthropic.com.evil.org",
    "?",
  ];
  assert.deepEqual(
    names.map((url) => dialectFor(url).name),
    ["anthropic", "anthropic", "anthropic", "compatible", "compatible", "compatible"],
  );
  assert.ok(Object.entries(DIALECTS).every(([name, dialect]) => dialect.name === name));
});

test("the public names", () => {
  assert.deepEqual(Object.keys(api).toSorted(), [
    "DIALECTS",
    "NETWORK_VARIABLES",
    "connect",
    "costOf",
    "dialectFor",
    "lookUp",
    "modelNames",
    "networkFromEnv",
    "openNetwork",
    "shape",
    "webFetch",
  ]);
});
