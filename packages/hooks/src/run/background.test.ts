import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "vitest";
import type { Late } from "./background.ts";
import type { Hooks } from "./open-hooks.ts";
import { gone, held } from "../../test/gone.ts";
import { CALL, fired, on, scene, shell } from "../../test/scene.ts";

async function drained(hooks: Hooks): Promise<readonly Late[]> {
  for (;;) {
    const late = hooks.drain();
    if (late.length > 0) return late;
    await sleep(10);
  }
}

const output = (fields: object): string => `printf '%s' '${JSON.stringify(fields)}'`;

describe("a hook in the background", () => {
  test("isn't waited for, decides nothing, and speaks at the next turn", async () => {
    await using house = await scene();
    const said = { decision: "block", systemMessage: "m", hookSpecificOutput: { additionalContext: "c" } };
    const hooks = house.open(on("PreToolUse", shell(`until [ -e go ]; do sleep 0.02; done; ${output(said)}; exit 2`, { async: true })));
    const { outcome, events } = await fired(hooks, "PreToolUse", CALL);
    assert.deepEqual([outcome.decision, outcome.contexts], [undefined, []]);
    assert.deepEqual(
      events.map(({ type }) => type),
      ["hook.started"],
    );
    await house.script("go", "");
    const [late] = await drained(hooks);
    assert.deepEqual([late?.context, late?.message, late?.wakes, late?.event.type], ["c", "m", false, "hook.completed"]);
    assert.deepEqual(hooks.drain(), []);
  });

  test("wakes the model with exit code 2, in the words it was given for that", async () => {
    await using house = await scene();
    let woken = 0;
    const handler = shell("echo found >&2; exit 2", { asyncRewake: true, rewakeMessage: "Look:", rewakeSummary: "Review" });
    const hooks = house.open(on("PostToolUse", handler), {}, { wake: () => woken++ });
    await fired(hooks, "PostToolUse", { ...CALL, tool_response: {} });
    const [late] = await drained(hooks);
    assert.deepEqual([late?.context, late?.message, late?.wakes, woken], ["Look:\nfound", "Review", true, 1]);
  });

  test("that finds nothing wakes nobody, and one that fails is only told about", async () => {
    await using house = await scene();
    const rewake = { asyncRewake: true, onFailure: "block" };
    const hooks = house.open(
      on("PreToolUse", shell("exit 0", rewake), shell("exit 1", rewake)),
      {},
      { wake: () => assert.fail("it woke") },
    );
    assert.equal((await fired(hooks, "PreToolUse", CALL)).outcome.decision, undefined);
    const late: Late[] = [];
    while (late.length < 2) late.push(...(await drained(hooks)));
    const outcomes = late.map(({ event }) => (event.type === "hook.completed" ? event.body["outcome"] : undefined));
    assert.deepEqual(new Set(outcomes), new Set(["failed", "ok"]));
    assert.deepEqual(
      late.map(({ wakes }) => wakes),
      [false, false],
    );
  });

  test("whose words aren't JSON gives no context", async () => {
    await using house = await scene();
    const hooks = house.open(on("SessionStart", shell("echo chatter", { async: true })));
    await fired(hooks, "SessionStart", { source: "startup" });
    assert.equal((await drained(hooks))[0]?.context, undefined);
  });

  test("goes there by itself when its first line says so; the rest is its answer", async () => {
    await using house = await scene();
    const later = output({ hookSpecificOutput: { additionalContext: "later" } });
    const hooks = house.open(
      on("SessionStart", shell(`echo '{"async":true,"asyncTimeout":20000}'; until [ -e go ]; do sleep 0.02; done; ${later}`)),
    );
    const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
    assert.deepEqual(outcome.contexts, []);
    await house.script("go", "");
    assert.equal((await drained(hooks))[0]?.context, "later");
  });

  test("outlives the abort of the turn that began it, and ends with the session", async () => {
    await using house = await scene();
    const hooks = house.open(on("Stop", shell("echo $$ > pid; exec sleep 300", { async: true })));
    const stop = new AbortController();
    await fired(hooks, "Stop", { stop_hook_active: false }, stop.signal);
    stop.abort();
    const pid = await held(join(house.path, "pid"));
    await access(`/proc/${pid.trim()}`);
    await hooks[Symbol.asyncDispose]();
    await gone(pid);
  });

  test("at a session's end is waited for: nobody is there later", async () => {
    await using house = await scene();
    await fired(house.open(on("SessionEnd", shell("sleep 0.1; touch done", { async: true }))), "SessionEnd", { reason: "other" });
    await access(join(house.path, "done"));
  });
});
