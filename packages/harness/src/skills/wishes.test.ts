import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
async function skills(w: World, heads: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, head] of Object.entries(heads)) {
    const file = join(w.home, `.claude/skills/${name}/SKILL.md`);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, `---\ndescription: About ${name}\n${head}---\nThe text of ${name}: $ARGUMENTS\n`);
  }
}
const field = (w: World, name: string): unknown[] => w.server.requests.map(({ body }) => body[name] ?? null);
const told = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));
/** The endpoint as its vendor speaks it: effort is asked for there alone. */
const VENDOR = { settings: JSON.stringify({ keel: { dialect: "anthropic" } }) };
const KEY = { ANTHROPIC_API_KEY: "sk-test" };

test("a skill's model and effort hold until the user speaks again, and the user's own choice stays", async () => {
  await using w = await world({ replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, say("ok"), say("ok")] }, { "a.txt": "a" });
  await skills(w, { deep: "model: opus\neffort: high\n" });
  await using session = await w.open({ ...VENDOR, model: "sonnet" }, {}, KEY);
  await run(session, "/deep think");
  await run(session, "and now");
  assert.deepEqual(field(w, "model"), ["claude-opus-5-5", "claude-opus-5-5", "claude-sonnet-5-5"]);
  assert.deepEqual(field(w, "output_config"), [{ effort: "high" }, { effort: "high" }, null]);
  const { id } = session;
  await session[Symbol.asyncDispose]();
  await using again = await w.open({ resume: { id } }, {}, KEY);
  assert.equal(again.model, "claude-sonnet-5-5", "it isn't what a resumed session goes on with");
});

test("a skill that the model starts is followed by the model it wishes for, from the next request on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Skill", { skill: "deep" })] }, say("ok")] });
  await skills(w, { deep: "model: opus\n" });
  await using session = await w.open({ model: "sonnet" });
  await run(session, "go");
  assert.deepEqual(field(w, "model"), ["claude-sonnet-5-5", "claude-opus-5-5"]);
});

test("a model that isn't known is told of, and the session's own does the work; inherit wishes for nothing", async () => {
  await using w = await world({ replies: () => say("ok") });
  await skills(w, { odd: "model: gpt-5\n", plain: "model: inherit\n" });
  await using session = await w.open({ model: "sonnet" });
  assert.match(
    notices(await run(session, "/odd")).join("\n"),
    /odd asks for the model gpt-5, which isn't known.*claude-sonnet-5-5 does it/,
  );
  assert.deepEqual(notices(await run(session, "/plain")), []);
  assert.deepEqual(new Set(field(w, "model")), new Set(["claude-sonnet-5-5"]));
});

test("what a skill disallows is denied until the user speaks again", async () => {
  const write = { blocks: [call("Write", { file_path: "x.txt", content: "x" })] };
  await using w = await world({ replies: [write, say("ok"), write, say("ok")] });
  await skills(w, { look: "disallowed-tools: Write, Edit\n" });
  await using session = await w.open({ permissionMode: "acceptEdits" });
  assert.deepEqual(outcomes(await run(session, "/look around")), ["denied"]);
  assert.deepEqual(outcomes(await run(session, "now write")), ["ok"]);
});

test("a skill with context: fork is carried out by the agent it names, and its words come before the model is asked", async () => {
  await using w = await world({
    replies: [say("All is well.")],
    sessions: [{ match: { promptIncludes: "The text of audit" }, replies: [say("Two faults found.")] }],
  });
  await skills(w, { audit: "context: fork\nagent: explore\nmodel: haiku\nbackground: true\n" });
  await using session = await w.open({ model: "sonnet" });
  const envelopes = await run(session, "/audit src");
  assert.equal(ended(envelopes), "completed");
  const child = w.server.requests.find(({ text }) => text.includes("The text of audit: src"));
  assert.equal(child?.body["model"], "claude-haiku-5-5");
  assert.deepEqual(
    ((child?.body["tools"] ?? []) as unknown as { name: string }[]).some(({ name }) => name === "Write"),
    false,
    "it is the kind of agent that the skill names",
  );
  assert.match(told(w, 1), /The skill audit was carried out by an agent\. It says:.*Two faults found/);
  assert.doesNotMatch(told(w, 1), /The text of audit/);
});

test("one that the model starts is handed to the agent, too, with its model", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Skill", { skill: "audit", args: "src" })] }, say("ok")],
    sessions: [{ match: { promptIncludes: "The text of audit" }, replies: [say("Two faults found.")] }],
  });
  await skills(w, { audit: "context: fork\nbackground: false\nmodel: opus\n" });
  await using session = await w.open({ model: "sonnet" });
  assert.match(JSON.stringify(await run(session, "go")), /Two faults found/);
  assert.equal(w.server.requests.find(({ text }) => text.includes("The text of audit: src"))?.body["model"], "claude-opus-5-5");
});

test("several at the beginning of a prompt are started one after the other, with the words behind them", async () => {
  await using w = await world({ replies: () => say("ok") });
  await skills(w, { one: "", two: "model: opus\n" });
  await using session = await w.open({ model: "sonnet" });
  await run(session, "/one /two the parser");
  assert.match(told(w, 0), /The text of one: the parser.*The text of two: the parser/);
  assert.deepEqual(field(w, "model"), ["claude-opus-5-5"]);
});
