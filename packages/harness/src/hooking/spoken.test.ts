import assert from "node:assert/strict";
import type { Envelope } from "@keelson/protocol";
import { describe, test } from "vitest";
import { answer, hook, notices, say } from "../../test/hooks.ts";
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

describe("what a hook says to the model is told as that hook's words", () => {
  const replies = [{ blocks: [read] }, { blocks: [{ text: "done" }] }];

  test.each(["SessionStart", "UserPromptSubmit", "PreToolUse", "PostToolUse"])("at %s", async (event) => {
    await using w = await world({ replies }, { "a.txt": "a\n" });
    await hook(w, { [event]: say(event, { additionalContext: "It is late." }) });
    await using session = await w.open();
    await run(session, "go");
    assert.match(JSON.stringify(messagesIn(w.server, 1)), new RegExp(`"The ${event} hook of the settings says: It is late\\."`));
  });

  test("where it prints plain lines, or holds the end back", async () => {
    await using w = await world({ replies: [{ blocks: [{ text: "done" }] }, { blocks: [{ text: "now" }] }] });
    await hook(w, {
      UserPromptSubmit: "printf 'one\\ntwo\\n'",
      Stop: `if grep -q '"stop_hook_active":false'; then echo 'test first' >&2; exit 2; fi`,
    });
    await using session = await w.open();
    await run(session, "go");
    const sent = JSON.stringify(messagesIn(w.server, 1));
    assert.match(sent, /"The UserPromptSubmit hook of the settings says:\\none\\ntwo"/);
    assert.match(sent, /"The Stop hook of the settings says: test first"/);
  });

  test("where nobody waited for it", async () => {
    const many = Array.from({ length: 40 }, () => ({ blocks: [{ text: "ok" }] }));
    await using w = await world({ replies: many });
    const once = `[ -e ${w.home}/said ] || { touch ${w.home}/said; echo '${JSON.stringify({ hookSpecificOutput: { hookEventName: "UserPromptSubmit", additionalContext: "It is late." } })}'; }`;
    await hook(w, { UserPromptSubmit: { type: "command", command: once, async: true } });
    await using session = await w.open();
    const sent = (): string => JSON.stringify(requestsIn(w.server).at(-1)?.body["messages"] ?? []);
    for (let asked = 0; asked < many.length && !sent().includes("It is late."); asked++) await run(session, "go");
    assert.match(sent(), /"The UserPromptSubmit hook of the settings says: It is late\."/);
  });
});
