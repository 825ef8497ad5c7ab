import assert from "node:assert/strict";
import { HOOK_BEHAVIORS, type HookSaid } from "@keelson/protocol";
import { describe, test } from "vitest";
import { merge } from "./merge.ts";
import type { HookResult } from "./result.ts";

const result = (at: number, more: Partial<HookResult> = {}): HookResult => ({
  by: { hookId: `h${at}`, name: `hook ${at}` },
  at,
  ended: "ok",
  said: {},
  ...more,
});

/** Every field that a single event knows. */
const SAID: Required<HookSaid> = {
  initialUserMessage: "go",
  sessionTitle: "title",
  watchPaths: ["a"],
  reloadSkills: true,
  suppressOriginalPrompt: true,
  displayContent: "shown",
  updatedPermissions: [{ type: "setMode" }],
  interrupt: true,
  retry: true,
  classifierContext: "c",
  updatedToolOutput: { a: 1 },
  updatedMCPToolOutput: [1],
  worktreePath: "/w",
  action: "accept",
  content: { b: 2 },
  terminalSequence: "\u0007",
};

test("nothing that one hook says is lost", () => {
  const one = result(0, {
    decision: { behavior: "allow", reason: "r" },
    updatedInput: { x: 1 },
    context: "c",
    message: "m",
    stop: "s",
    suppressOutput: true,
    environment: "e",
    said: SAID,
  });
  assert.deepEqual(merge([one]), {
    decision: { behavior: "allow", reason: "r", by: one.by },
    updatedInput: { input: { x: 1 }, by: one.by },
    contexts: [{ text: "c", from: "hook", by: one.by }],
    messages: [{ text: "m", by: one.by }],
    stop: { reason: "s", by: one.by },
    suppressOutput: true,
    environment: [{ script: "e", by: one.by }],
    said: SAID,
  });
});

describe("of two hooks", () => {
  test.each(HOOK_BEHAVIORS.flatMap((one, at) => HOOK_BEHAVIORS.slice(at).map((other) => [one, other] as const)))(
    "%s is at least as strong as %s",
    (strong, weak) => {
      const [a, b] = [
        result(0, { decision: { behavior: weak, reason: "weak" } }),
        result(1, { decision: { behavior: strong, reason: "strong" } }),
      ];
      assert.equal(merge([a, b]).decision?.behavior, strong);
      if (strong !== weak) assert.equal(merge([a, b]).decision?.reason, "strong");
    },
  );

  test("that deny both reasons are heard, and the first is named", () => {
    const denies = ["one", "two"].map((reason, at) => result(at, { decision: { behavior: "deny", reason } }));
    assert.deepEqual(merge(denies).decision, { behavior: "deny", reason: "one\ntwo", by: { hookId: "h0", name: "hook 0" } });
  });

  test("a denial takes a changed input and new rules with it", () => {
    const said = { updatedPermissions: [{ type: "setMode" }] };
    const outcome = merge([result(0, { updatedInput: { a: 1 }, said }), result(1, { decision: { behavior: "deny", reason: "" } })]);
    assert.deepEqual([outcome.updatedInput, outcome.said], [undefined, {}]);
  });

  test("that change an input differently the later declared holds, and the user is told", () => {
    const outcome = merge([result(1, { updatedInput: { b: 1 } }), result(0, { updatedInput: { a: 1 } })]);
    assert.deepEqual(outcome.updatedInput?.input, { b: 1 });
    assert.match(outcome.messages[0]?.text ?? "", /Both hook 0 and hook 1 changed/);
  });

  test("a form that one declines isn't sent", () => {
    const outcome = merge([result(0, { said: { action: "accept", content: { a: 1 } } }), result(1, { said: { action: "decline" } })]);
    assert.deepEqual(outcome.said, { action: "decline" });
  });
});

/** Numbers in [0, 1) that are the same for the same seed (Mulberry32). */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

test("law: whatever order hooks end in, they come to the same", () => {
  const next = random(7);
  const pick = <T>(all: readonly T[]): T => all[Math.floor(next() * all.length)] as T;
  const maybe = <T>(value: T): T | undefined => (next() < 0.4 ? value : undefined);
  const some = (at: number): HookResult => {
    const all = {
      decision: maybe({ behavior: pick(HOOK_BEHAVIORS), reason: pick(["", "x", `r${at}`]) }),
      updatedInput: maybe({ v: pick([1, 2]) }),
      context: maybe(`c${at}`),
      message: maybe(`m${at}`),
      stop: maybe(`s${at}`),
      suppressOutput: maybe(true as const),
      environment: maybe(`e${at}`),
    };
    const said = Object.fromEntries(
      Object.entries({ ...SAID, action: pick(["accept", "decline", "cancel"]), displayContent: `d${at}` }).filter(() => next() < 0.4),
    );
    return { ...result(at), ...Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)), said };
  };
  for (let round = 0; round < 2_000; round++) {
    const results = Array.from({ length: 1 + Math.floor(next() * 6) }, (_, at) => some(at));
    const expected = merge(results);
    const shuffled = results.map((one) => ({ one, key: next() })).toSorted((a, b) => a.key - b.key);
    assert.deepEqual(merge(shuffled.map(({ one }) => one)), expected);
    assert.equal(
      results.some(({ decision }) => decision?.behavior === "deny"),
      expected.decision?.behavior === "deny",
    );
    assert.equal(expected.contexts.length, results.filter(({ context }) => context !== undefined).length);
  }
});
