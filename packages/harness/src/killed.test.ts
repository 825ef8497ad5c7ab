import assert from "node:assert/strict";
import { text } from "@keelson/protocol";
import { test } from "vitest";
import { killed } from "../test/killed.ts";
import { messagesIn } from "../test/world.ts";

test("what a killed command had printed is told when the session or a fork of it goes on, and the old prompt is the beginning of the new one", async () => {
  const command = "echo BEFORE THE KILL; exec sleep 20";
  await using scene = await killed({
    replies: [
      { blocks: [{ tool: "Bash", input: { command: "true" } }] },
      { blocks: [{ text: "I try." }, { tool: "Bash", input: { command } }] },
      { blocks: [{ text: "I see." }] },
    ],
  });
  const fork = await scene.reopen({ fork: true });
  for await (const { event } of fork.run([], new AbortController().signal)) {
    if (event.type !== "call.completed") continue;
    assert.match(JSON.stringify(event.result), /outcome unknown.*It had printed:\\nBEFORE THE KILL/);
    break; // who plays the model takes a fork for another conversation
  }
  await fork[Symbol.asyncDispose]();
  await using session = await scene.reopen();
  for await (const _ of session.run([text("go on")], new AbortController().signal));
  const [before = [], after = []] = [messagesIn(scene.server, 1), messagesIn(scene.server, 2)].map((messages) =>
    messages.map((message) => JSON.stringify(message)),
  );
  assert.deepEqual(after.slice(0, before.length), before);
  assert.match(after.slice(before.length).join("\n"), /I try\.[\s\S]*outcome unknown[\s\S]*It had printed:\\nBEFORE THE KILL/);
});
