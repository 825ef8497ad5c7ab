import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import type { Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, run, world } from "../../test/world.ts";
import { killed } from "../../test/killed.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const contexts = (envelopes: readonly Envelope[], depth: number): string =>
  JSON.stringify(envelopes.flatMap(({ event, path }) => (path.length === depth && event.type === "context.added" ? [event.content] : [])));
const results = (envelopes: readonly Envelope[]): string =>
  JSON.stringify(envelopes.flatMap(({ event, path }) => (path.length === 0 && event.type === "call.completed" ? [event.result] : [])));

test("a session that is taken up reaches its agents: a message lets one go on in its own log, with all that it knew", async () => {
  await using w = await world({
    replies: (_, at) =>
      [
        { blocks: [call("Agent", { description: "a part", prompt: "find the word", name: "scout" })] },
        say("It is plum."),
        { blocks: [call("SendMessage", { to: "scout", message: "and the colour?" }), call("TaskOutput", { task_id: "nobody" })] },
        say("I wait."),
        say("It is blue."),
      ][at] ?? say("?"),
    sessions: [{ match: { promptIncludes: "find the word" }, replies: [say("plum"), say("blue")] }],
  });
  const first = await w.open();
  const before = await run(first, "which word?");
  const agent = before.find(({ path }) => path.length === 1)?.session;
  await first[Symbol.asyncDispose]();
  await using session = await w.open({ resume: { id: first.id } });
  const envelopes = await run(session, "and its colour?");
  assert.equal(ended(envelopes.filter(({ path }) => path.length === 0)), "completed");
  assert.ok(envelopes.some(({ session: id, path }) => path.length === 1 && id === agent));
  assert.match(contexts(envelopes, 0), /has ended.*blue/);
  assert.match(results(envelopes), /There are agent_\w+/);
  const asked = w.server.requests
    .map(({ text }) => text)
    .find((text) => text.includes("and the colour?") && text.includes("find the word"));
  assert.match(asked ?? "", /"plum"/);
});

test("of an agent that was killed with its program its session is told what it had said, and how it goes on", async () => {
  await using scene = await killed({
    replies: [{ blocks: [call("Agent", { description: "a part", prompt: "look around" })] }, say("I see.")],
    sessions: [
      {
        match: { promptIncludes: "look around" },
        replies: [{ blocks: [{ text: "I look." }, call("Bash", { command: "echo BEFORE THE KILL; exec sleep 20" })] }],
      },
    ],
  });
  await using session = await scene.reopen();
  const envelopes = await Array.fromAsync(session.run([], new AbortController().signal));
  assert.match(
    results(envelopes),
    /outcome unknown.*The agent agent_\w+ \(a part\) was interrupted.*SendMessage goes on with it.*I look\./,
  );
  const [completed] = envelopes.flatMap(({ event }) => (event.type === "agent.completed" ? [event.body] : []));
  assert.equal(completed?.["reason"], "interrupted");
});

test("of one that worked in the background it is told as if it had ended", async () => {
  await using scene = await killed({
    replies: [
      { blocks: [call("Agent", { description: "a part", prompt: "look around", run_in_background: true })] },
      say("I wait."),
      say("I see."),
    ],
    sessions: [
      {
        match: { promptIncludes: "look around" },
        replies: [{ blocks: [call("Bash", { command: "echo BEFORE THE KILL; exec sleep 20" })] }],
      },
    ],
  });
  await using session = await scene.reopen();
  const envelopes = await run(session, "go on");
  assert.match(contexts(envelopes, 0), /The agent agent_\w+ \(a part\) was interrupted when the program ended/);
  assert.equal(ended(envelopes), "completed");
});

test("of one that was killed in a working tree of its own it is told where that stands", async () => {
  const first = call("Agent", { description: "a part", prompt: "look around", isolation: "worktree" });
  const commit = "git init -q && git -c user.name=n -c user.email=e@example.org commit -q --allow-empty -m first";
  const script = {
    replies: [{ blocks: [first] }, say("I see.")],
    sessions: [
      {
        match: { promptIncludes: "look around" },
        replies: [{ blocks: [call("Bash", { command: "echo BEFORE THE KILL; exec sleep 20" })] }],
      },
    ],
  };
  await using scene = await killed(script, { prepare: (cwd) => void execFileSync("bash", ["-c", commit], { cwd }) });
  await using session = await scene.reopen();
  const envelopes = await Array.fromAsync(session.run([], new AbortController().signal));
  assert.match(results(envelopes), /was interrupted.*is in [^ ,]+worktrees\/agent_\w+, on the branch keel\/agent_\w+\./);
});
