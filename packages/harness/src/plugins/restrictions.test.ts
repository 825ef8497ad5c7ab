/** What can't be read and is missed is told of: a restriction, which leaves nothing then, and a project's plugin as a whole. */
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { call, run, world } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const start = (kind: string) => ({ blocks: [call("Agent", { description: "d", prompt: "look around", subagent_type: kind })] });

test("an agent whose tools can't be read has none, and one line says where", async () => {
  await using w = await world({ replies: [start("ro"), say("seen"), start("given"), say("seen"), say("ok")] });
  const file = join(w.home, ".keel/agents/ro.md");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "---\nname: ro\ndescription: d\ntools: {Read: true}\n---\nYou are ro.\n");
  const given = { description: "d", prompt: "You are given.", tools: { Read: true } };
  await using session = await w.open({ model: "sonnet", agents: { given } });
  await run(session, "go");
  assert.deepEqual(
    session.problems.filter(({ code }) => code === "restriction_unreadable").map((one) => [one.file, one.line]),
    [[file, 4]],
  );
  for (const name of ["ro", "given"]) {
    const body = w.server.requests.find(({ text }) => text.includes(`You are ${name}.`))?.body;
    assert.ok(body, name);
    assert.deepEqual(body["tools"] ?? [], [], name);
  }
});

test("while a skill is carried out whose forbidden tools can't be read, nothing is allowed", async () => {
  const look = { blocks: [call("Bash", { command: "ls" })] };
  await using w = await world({ replies: [{ blocks: [call("Skill", { skill: "s" })] }, look, say("ok")] });
  const file = join(w.home, ".keel/skills/s/SKILL.md");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "---\ndescription: d\ndisallowed-tools: {Bash: true}\n---\nDo it.\n");
  await using session = await w.open({ model: "sonnet" });
  const envelopes = await run(session, "go");
  const outcomes = envelopes.flatMap(({ event }) => (event.type === "call.completed" ? [event.outcome] : []));
  assert.deepEqual(outcomes, ["ok", "denied"]);
});

test("a project's plugin that can't be read is told of, once its folder is trusted, and refuses no session", async () => {
  await using w = await world({ replies: [say("ok")] });
  const file = join(w.cwd, ".keel/plugins/bb/.claude-plugin/plugin.json");
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, "{oops");
  const told = async (trust: boolean): Promise<readonly string[]> => {
    await using session = await w.open({ trust });
    return session.problems.filter(({ code }) => code === "manifest_unreadable").map((one) => one.file);
  };
  assert.deepEqual([await told(false), await told(true)], [[], [file]]);
});
