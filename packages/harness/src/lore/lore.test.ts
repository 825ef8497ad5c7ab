import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const skill = (name: string, about: string, body: string, more = ""): string =>
  `---\nname: ${name}\ndescription: ${about}\n${more}---\n${body}\n`;
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
const systemIn = (w: World, at: number): string => JSON.stringify(w.server.requests[at]?.body["system"]);
const told = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));
const notices = (envelopes: readonly Envelope[]): string =>
  envelopes.flatMap(({ event }) => (event.type === "notice.raised" ? [event.text] : [])).join("\n");

test("a skill of the user's is listed before the first prompt, and its text comes when the model asks for it", async () => {
  await using w = await world({ replies: [{ blocks: [call("Skill", { skill: "greet", args: "Ada" })] }, say("Hello Ada.")] });
  await put(w.home, { ".claude/skills/greet/SKILL.md": skill("greet", "How we greet people", "Greet $ARGUMENTS by name.") });
  await using session = await w.open();
  const envelopes = await run(session, "greet Ada");
  assert.deepEqual(outcomes(envelopes), ["ok"]);
  assert.match(told(w, 0), /greet: How we greet people/);
  assert.doesNotMatch(told(w, 0), /by name/);
  assert.match(told(w, 1), /tool_result.*Greet Ada by name/);
});

test("a skill of a plugin is listed in the cached part of the prompt, with its plugin's name", async () => {
  await using w = await world({ replies: [say("ok")] });
  await put(w.home, {
    "toolkit/.claude-plugin/plugin.json": JSON.stringify({ name: "toolkit" }),
    "toolkit/skills/polish/SKILL.md": skill("polish", "Makes prose shine", "Polish."),
  });
  await using session = await w.open({}, { named: [join(w.home, "toolkit")] });
  await run(session, "go");
  assert.match(systemIn(w, 0), /toolkit:polish: Makes prose shine/);
});

test("/name starts a command of the user's, with its arguments; a name that isn't there asks nobody", async () => {
  await using w = await world({ replies: [say("ok")] });
  await put(w.home, { ".keel/commands/fix.md": "---\ndescription: Fixes an issue\n---\nFix issue $1 in $2. It costs $10.00.\n" });
  await using session = await w.open();
  const wrong = await run(session, "/fixx 7 parser");
  assert.match(notices(wrong), /No skill or command is named \/fixx.*\/fix/);
  assert.equal(w.server.requests.length, 0);
  assert.equal(ended(await run(session, "/fix 7 parser")), "completed");
  assert.match(told(w, 0), /Fix issue 7 in parser\. It costs \$10\.00\./);
});

test("what a skill's text runs is judged like any call, and what it was granted holds until the user speaks again", async () => {
  const body = "The branch:\n!`touch inline`\n";
  await using w = await world({
    replies: [
      { blocks: [call("Bash", { command: "touch inline" })] },
      say("ok"),
      { blocks: [call("Bash", { command: "touch inline" })] },
      say("ok"),
    ],
  });
  await put(w.home, {
    ".claude/skills/granted/SKILL.md": skill("granted", "d", body, "allowed-tools: Bash(touch inline)\n"),
    ".claude/skills/plain/SKILL.md": skill("plain", "d", body),
  });
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "/granted")), ["ok"]);
  assert.deepEqual(outcomes(await run(session, "and again")), ["denied"]);
  const refused = await run(session, "/plain");
  assert.match(
    notices(refused),
    /The skill plain wasn't started\. Its command `touch inline` can't run: no rule allows it.*allowed-tools in its head/,
  );
});

test("instructions of the user and of a trusted folder stand before the first prompt, each once; an untrusted folder's don't", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, {
    ".claude/CLAUDE.md": "Answer in verse.",
    "project/AGENTS.md": "Tabs, not spaces.",
    "project/CLAUDE.md": "@AGENTS.md\n",
  });
  const untrusted = await w.open();
  await run(untrusted, "go");
  assert.match(told(w, 0), /Answer in verse/);
  assert.doesNotMatch(told(w, 0), /Tabs/);
  await untrusted[Symbol.asyncDispose]();
  await using trusted = await w.open({ trust: true });
  await run(trusted, "go");
  assert.equal(told(w, 1).split("Tabs, not spaces").length, 2);
  assert.ok(told(w, 1).indexOf("Answer in verse") < told(w, 1).indexOf("Tabs"));
  await run(trusted, "more");
  assert.equal(told(w, 2).split("Answer in verse").length, 2, "they aren't told again");
});

test("an agent of the user's is a kind that can be started, with its own words and tools", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Agent", { description: "d", prompt: "look", subagent_type: "scout" })] }, say("ok")],
    sessions: [{ match: { systemIncludes: "You are a scout" }, replies: [say("seen")] }],
  });
  await put(w.home, {
    ".claude/agents/scout.md": "---\nname: scout\ndescription: Looks around\ntools: Read, Grep\n---\nYou are a scout.\n",
  });
  await using session = await w.open();
  assert.match(JSON.stringify(await run(session, "go")), /seen/);
  const child = w.server.requests.find(({ text }) => text.includes("You are a scout"));
  assert.deepEqual(
    ((child?.body["tools"] ?? []) as unknown as { name: string }[]).map(({ name }) => name),
    ["Grep", "Read"],
  );
});

test("a skill without a text isn't started, and a rule that can't be read is told with its file once", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, {
    ".claude/skills/empty/SKILL.md": "---\ndescription: d\n---\n\n",
    ".claude/skills/odd/SKILL.md": skill("odd", "d", "Do it.", "allowed-tools: Bash(git log *\n"),
  });
  await using session = await w.open();
  assert.match(notices(await run(session, "/empty")), /The skill empty wasn't started\. .*holds no text below its head\./);
  assert.equal(w.server.requests.length, 0);
  const told = notices(await run(session, "/odd"));
  assert.match(told, /^\S+odd\/SKILL\.md The allow rule Bash\(git log \* is ignored/);
});
