import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { call, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
const start = (kind: string, more: object = {}) => ({
  blocks: [call("Agent", { description: "d", prompt: "look around", subagent_type: kind, ...more })],
});
const seen = { sessions: [{ match: { promptIncludes: "look around" }, replies: () => say("seen") }] };
const agent = (name: string, head: string): Readonly<Record<string, string>> => ({
  [`.claude/agents/${name}.md`]: `---\nname: ${name}\ndescription: d\n${head}---\nYou are ${name}.\n`,
});
const asked = (w: World, name: string) => w.server.requests.find(({ text }) => text.includes(`You are ${name}.`));

test("an agent's model and effort are its own; the call's word stands above its file's, and the environment's above both", async () => {
  await using w = await world({ replies: [start("deep"), start("deep", { model: "haiku" }), start("odd"), say("ok")], ...seen });
  await put(w.home, { ...agent("deep", "model: opus\neffort: max\n"), ...agent("odd", "model: GPT-5\n") });
  const vendor = { model: "sonnet", settings: JSON.stringify({ keel: { dialect: "anthropic" } }) };
  await using session = await w.open(vendor, {}, { ANTHROPIC_API_KEY: "sk-test" });
  await run(session, "go");
  const deep = w.server.requests
    .filter(({ text }) => text.includes("You are deep."))
    .map(({ body }) => [body["model"], body["output_config"]]);
  assert.deepEqual(deep, [
    ["claude-opus-5-5", { effort: "max" }],
    ["claude-haiku-5-5", { effort: "max" }],
  ]);
  assert.equal(asked(w, "odd")?.body["model"], "claude-sonnet-5-5", "a model that isn't known is the session's own");

  await using forced = await world({ replies: [start("deep"), say("ok")], ...seen });
  await put(forced.home, agent("deep", "model: opus\n"));
  await using other = await forced.open({ model: "sonnet" }, {}, { CLAUDE_CODE_SUBAGENT_MODEL: "haiku" });
  await run(other, "go");
  assert.equal(asked(forced, "deep")?.body["model"], "claude-haiku-5-5");
});

test("a kind that asks for no tools works by words alone, one that asks for all of them has them", async () => {
  const replies = [start("quiet"), say("thought"), start("able"), say("done"), say("ok")];
  await using w = await world({ replies });
  await put(w.home, { ...agent("quiet", "tools: []\n"), ...agent("able", "tools: All tools\n") });
  await using session = await w.open({ model: "sonnet" });
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok"]);
  assert.deepEqual(asked(w, "quiet")?.body["tools"] ?? [], []);
  assert.match(JSON.stringify(asked(w, "able")?.body["tools"]), /"Bash"/);
  assert.equal(envelopes.filter(({ event }) => event.type === "notice.raised" && event.code === "agent_unheld").length, 0);
});

test("a kind whose tools a plugin would bring can't be started without it, and is told so", async () => {
  await using w = await world({ replies: [start("seeker"), say("ok")] });
  await put(w.home, agent("seeker", "tools: WebSearch\n"));
  await using session = await w.open({ model: "sonnet" });
  await run(session, "go");
  assert.match(
    JSON.stringify(messagesIn(w.server, 1)),
    /It names WebSearch\. A plugin that isn't on brings WebSearch: .*--plugin-dir web\./,
  );
});

test("a kind with none of its tools can't be started; names, rules and a model that aren't held are told once", async () => {
  const replies = [start("lost"), start("odd"), start("odd"), say("ok")];
  await using w = await world({ replies, ...seen });
  await put(w.home, {
    ...agent("lost", "tools: Frobnicate, Zap\n"),
    ...agent("odd", "tools: Read, Frobnicate, Bash(git *)\nmodel: imaginary\n"),
  });
  await using session = await w.open({ model: "sonnet" });
  const envelopes = await run(session, "go");
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /No tool is left for an agent of the kind lost\. It names Frobnicate, Zap\."/);
  assert.equal(asked(w, "lost"), undefined);
  assert.ok(asked(w, "odd"));
  const told = notices(envelopes).filter((text) => text.includes("agent odd"));
  assert.equal(told.length, 1);
  assert.match(told[0] ?? "", /Nobody knows these tools: Frobnicate\..*isn't held: Bash\(git \*\)\..*asks for the model imaginary/);
});

test("an agent begins with the text of the skills it names; those that it may not have are told of", async () => {
  await using w = await world({ replies: [start("scout"), say("ok")], ...seen });
  await put(w.home, {
    ...agent("scout", "skills: maps, secret, nowhere\n"),
    ".claude/skills/maps/SKILL.md": "---\ndescription: d\n---\nHow to read a map.\n",
    ".claude/skills/secret/SKILL.md": "---\ndescription: d\ndisable-model-invocation: true\n---\nWhere the treasure is.\n",
  });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.match(asked(w, "scout")?.text ?? "", /How to read a map/);
  assert.doesNotMatch(asked(w, "scout")?.text ?? "", /treasure/);
  assert.match(notices(envelopes).join("\n"), /The skill secret is the user's alone to start[^]*No skill is named nowhere/);
});

test("an agent is told the instructions that its session is told, wherever it works; a fork not again, and a kind without them never", async () => {
  const kinds = ["scout", "blank", "explore", "fork"];
  await using w = await world({ replies: [...kinds.map((kind) => start(kind)), say("ok")], ...seen });
  await put(w.home, {
    ...agent("scout", ""),
    ...agent("blank", "instructions: false\n"),
    ".claude/CLAUDE.md": "Answer in verse.",
    "project/AGENTS.md": "Tabs, not spaces.",
  });
  await using session = await w.open({ trust: true });
  await run(session, "go");
  const [scout, blank, explore, fork] = w.server.requests
    .map(({ text }, at) => ({ text, last: JSON.stringify(messagesIn(w.server, at).at(-1)) }))
    .flatMap(({ text, last }) => (last.includes("look around") ? [text] : []));
  const told = (text = "") => [text.split("Answer in verse.").length - 1, text.split("Tabs, not spaces.").length - 1];
  assert.deepEqual([scout, blank, explore, fork].map(told), [
    [1, 1],
    [0, 0],
    [0, 0],
    [1, 1],
  ]);
  assert.ok((scout ?? "").indexOf("Tabs") < (scout ?? "").indexOf("look around"));
});

test("an agent in a working tree of its own is told its project's instructions too", async () => {
  await using w = await world({ replies: [start("scout", { isolation: "worktree" }), say("ok")], ...seen });
  await put(w.home, { ...agent("scout", ""), "project/AGENTS.md": "Tabs, not spaces." });
  const git = ["-c", "user.name=t", "-c", "user.email=t@example.com"];
  for (const args of [
    ["init", "-q"],
    [...git, "commit", "-q", "--allow-empty", "-m", "first"],
  ])
    execFileSync("git", args, { cwd: w.cwd, env: { ...process.env, HOME: w.home } });
  await using session = await w.open({ trust: true, permissionMode: "bypassPermissions" });
  await run(session, "go");
  assert.equal(asked(w, "scout")?.text.split("Tabs, not spaces.").length, 2);
});

test("an agent with memory begins with the notes of its kind: the user's always, the project's where it is trusted", async () => {
  await using w = await world({ replies: () => start("scout"), sessions: seen.sessions });
  await put(w.home, {
    ...agent("scout", "memory: user\n"),
    ".keel/agent-memory/scout/MEMORY.md": `The well is north.\n${"line\n".repeat(300)}The end.\n`,
  });
  await put(w.cwd, { ...agent("local", "memory: project\n"), ".claude/agent-memory/local/MEMORY.md": "The bridge is out.\n" });
  await using session = await w.open({ trust: true, maxTurns: 1 });
  await run(session, "go");
  assert.match(asked(w, "scout")?.text ?? "", /Notes of earlier work.*agent-memory\/scout\/MEMORY\.md.*The well is north/);
  assert.doesNotMatch(asked(w, "scout")?.text ?? "", /The end\./);
  await using other = await world({ replies: [start("local"), start("local"), say("ok")], ...seen });
  await put(other.home, agent("local", "memory: project\n"));
  await put(other.cwd, { ".claude/agent-memory/local/MEMORY.md": "The bridge is out.\n" });
  await using untrusted = await other.open({ maxTurns: 1 });
  await run(untrusted, "go");
  assert.doesNotMatch(asked(other, "local")?.text ?? "", /The bridge is out/);
  await using trusted = await other.open({ trust: true });
  await run(trusted, "go");
  assert.ok(other.server.requests.some(({ text }) => text.includes("The bridge is out")));
});

test("tools and disallowedTools bound what it has, under the names of today; maxTurns ends it; background lets its parent go on", async () => {
  await using w = await world({
    replies: [start("few"), start("brief"), start("aside"), say("ok"), say("ok")],
    sessions: [{ match: { promptIncludes: "look around" }, replies: () => ({ blocks: [call("Glob", { pattern: "*" })] }) }],
  });
  await put(w.home, {
    ...agent("few", "tools: [Read, Glob, Bash, Task]\ndisallowedTools: Bash\nmaxTurns: 1\n"),
    ...agent("brief", "maxTurns: 2\n"),
    ...agent("aside", "background: true\nmaxTurns: 1\n"),
  });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  const tools = ((asked(w, "few")?.body["tools"] ?? []) as unknown as { name: string }[]).map(({ name }) => name);
  assert.deepEqual(tools, ["Agent", "Glob", "Read"]);
  assert.equal(w.server.requests.filter(({ text }) => text.includes("You are brief.")).length, 2);
  assert.deepEqual(outcomes(envelopes.filter(({ path }) => path.length === 0)), ["error", "error", "ok"]);
  assert.match(JSON.stringify(envelopes), /works in the background/);
});

test("permissionMode is heard of the user's own agents, and never frees one from its parent", async () => {
  const write = { blocks: [call("Write", { file_path: "x.txt", content: "x" })] };
  const sessions = [{ match: { promptIncludes: "look around" }, replies: [write, say("seen")] }];
  for (const [parent, own, outcome] of [
    ["acceptEdits", "plan", "denied"],
    ["default", "acceptEdits", "denied"],
    ["acceptEdits", "default", "denied"],
  ] as const) {
    await using w = await world({ replies: [start("scout"), say("ok")], sessions });
    await put(w.home, agent("scout", `permissionMode: ${own}\n`));
    await using session = await w.open({ permissionMode: parent });
    const inside = (await run(session, "go")).filter(({ path }) => path.length > 0);
    assert.deepEqual(outcomes(inside), [outcome], `${own} in ${parent}`);
  }
});
