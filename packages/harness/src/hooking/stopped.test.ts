import assert from "node:assert/strict";
import type { Envelope } from "@keelson/protocol";
import { describe, test } from "vitest";
import { answer, hook, notices } from "../../test/hooks.ts";
import { call, ended, messagesIn, outcomes, requestsIn, run, world } from "../../test/world.ts";

const STOP = answer({ continue: false, stopReason: "The build is frozen." });
const read = call("Read", { file_path: "a.txt" });
const stops = (envelopes: readonly Envelope[]): unknown[] =>
  envelopes.flatMap(({ event }) => (event.type === "hook.completed" ? [event.body["stop"]] : []));

describe("a hook that says continue: false", () => {
  test.each(["PreToolUse", "PostToolUse", "PostToolBatch"])(
    "at %s ends the run, and its reason is told to the user and kept",
    async (event) => {
      await using w = await world({ replies: [{ blocks: [read] }, { blocks: [{ text: "not asked" }] }] }, { "a.txt": "a\n" });
      await hook(w, { [event]: STOP });
      await using session = await w.open({ permissionMode: "bypassPermissions" });
      const envelopes = await run(session, "go");
      assert.equal(ended(envelopes), "hook_stopped");
      assert.deepEqual(notices(envelopes), [`The run was ended. the ${event} hook of the settings: The build is frozen.`]);
      assert.deepEqual(stops(envelopes), ["The build is frozen."]);
      assert.equal(requestsIn(w.server).length, 1);
    },
  );

  test("before a call keeps it from running, and tells the model no reason that is meant for the user", async () => {
    await using w = await world({ replies: [{ blocks: [read, read] }, { blocks: [{ text: "on" }] }] }, { "a.txt": "apple\n" });
    await hook(w, { PreToolUse: STOP });
    const first = await w.open({ permissionMode: "bypassPermissions" });
    assert.deepEqual(outcomes(await run(first, "go")).toSorted(), ["denied", "denied"]);
    await first[Symbol.asyncDispose]();
    await using second = await w.open({ resume: "latest" });
    await run(second, "go on");
    const sent = JSON.stringify(messagesIn(w.server, 1));
    assert.match(sent, /hook of the settings ended the run/);
    assert.doesNotMatch(sent, /frozen|apple/);
  });

  test("at PermissionRequest ends the run", async () => {
    const write = call("Write", { file_path: "b.txt", content: "x" });
    await using w = await world({ replies: [{ blocks: [write] }, { blocks: [{ text: "not asked" }] }] });
    await hook(w, { PermissionRequest: STOP });
    await using session = await w.open();
    const envelopes = await run(session, "go");
    assert.equal(ended(envelopes), "hook_stopped");
    assert.match(notices(envelopes).join(), /PermissionRequest hook of the settings: The build is frozen\./);
  });

  test("at Stop ends the run, with its reason", async () => {
    await using w = await world({ replies: [{ blocks: [{ text: "done" }] }] });
    await hook(w, { Stop: STOP });
    await using session = await w.open();
    const envelopes = await run(session, "go");
    assert.equal(ended(envelopes), "stop_hook_prevented");
    assert.match(notices(envelopes).join(), /Stop hook of the settings: The build is frozen\./);
  });
});
