import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { answer, hook, keep, kept, notices } from "../../test/hooks.ts";
import { call, ended, messagesIn, outcomes, run, world } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const write = (path: string) => call("Write", { file_path: path, content: "x" });

test("PreToolUse: exit code 2 denies the call and its stderr is told to the model", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, say("ok")] });
  await hook(w, { PreToolUse: "echo 'no writing today' >&2; exit 2" });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  assert.deepEqual(outcomes(await run(session, "go")), ["denied"]);
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /no writing today/);
});

test("PreToolUse: a hook's allow answers a default ask, and never a denial", async () => {
  const allow = answer({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow", permissionDecisionReason: "fine" },
  });
  await using w = await world({ replies: [{ blocks: [write("a.txt"), write("secret.txt")] }, say("ok")] });
  await hook(w, { PreToolUse: allow }, { permissions: { deny: ["Edit(secret.txt)"] } });
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "denied"]);
});

test("PreToolUse: an input that a hook gives instead is judged like any other", async () => {
  const instead = answer({
    hookSpecificOutput: {
      hookEventName: "PreToolUse",
      permissionDecision: "allow",
      updatedInput: { file_path: "secret.txt", content: "x" },
    },
  });
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, say("ok")] });
  await hook(w, { PreToolUse: instead }, { permissions: { deny: ["Edit(secret.txt)"] } });
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "go")), ["denied"]);
});

test("PostToolUse: what a hook says stands in the call's result", async () => {
  await using w = await world({ replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, say("ok")] }, { "a.txt": "a\n" });
  await hook(w, {
    PostToolUse: answer({ hookSpecificOutput: { hookEventName: "PostToolUse", additionalContext: "It was read at noon." } }),
  });
  await using session = await w.open();
  await run(session, "go");
  assert.match(JSON.stringify(messagesIn(w.server, 1).at(-1)), /tool_result.*It was read at noon/);
});

test("UserPromptSubmit: context goes in front of the model; a block takes the prompt back, asks nobody and ends the run", async () => {
  await using w = await world({ replies: [say("ok")] });
  await hook(w, { UserPromptSubmit: "if grep -q forbidden; then echo 'not that' >&2; exit 2; fi; echo 'the build is red'" });
  await using session = await w.open();
  const refused = await run(session, "something forbidden");
  assert.equal(ended(refused), "hook_stopped");
  assert.match(notices(refused).join(), /wasn't taken.*not that/);
  assert.equal(w.server.requests.length, 0);
  await run(session, "go");
  const sent = JSON.stringify(messagesIn(w.server, 0));
  assert.match(sent, /the build is red/);
  assert.doesNotMatch(sent, /something forbidden/);
});

test("PostToolBatch: it sees all calls of a reply with their results, and exit code 2 ends the run before the model is asked again", async () => {
  await using w = await world(
    { replies: [{ blocks: [call("Read", { file_path: "a.txt" }), call("Read", { file_path: "b.txt" })] }, say("not asked")] },
    { "a.txt": "apple\n", "b.txt": "pear\n" },
  );
  const file = join(w.home, "batch");
  await hook(w, { PostToolBatch: `cat > ${file}; echo 'enough read' >&2; exit 2` });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "hook_stopped");
  assert.match(notices(envelopes).join(), /enough read/);
  assert.equal(w.server.requests.length, 1);
  assert.match(await readFile(file, "utf8"), /apple.*pear/);
});

test("Stop: a hook holds the end back with words of its own, and is told that it did", async () => {
  await using w = await world({ replies: [say("done"), say("now really")] });
  const file = join(w.home, "stops.jsonl");
  await hook(w, {
    Stop: `tee -a ${file} > ${file}.last; echo >> ${file}; if grep -q '"stop_hook_active":false' ${file}.last; then echo 'run the tests first' >&2; exit 2; fi`,
  });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "completed");
  assert.match(JSON.stringify(messagesIn(w.server, 1).at(-1)), /run the tests first/);
  const told = (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    told.map(({ stop_hook_active: active, last_assistant_message: words }) => [active, words]),
    [
      [false, "done"],
      [true, "now really"],
    ],
  );
});

test("SessionStart speaks before the first prompt, once; SessionEnd runs when the session closes", async () => {
  await using w = await world({ replies: [say("ok"), say("ok")] });
  const file = join(w.home, "ended");
  await hook(w, { SessionStart: "echo 'welcome aboard'", SessionEnd: `touch ${file}` });
  const session = await w.open();
  await run(session, "one");
  await run(session, "two");
  await session[Symbol.asyncDispose]();
  assert.equal(JSON.stringify(messagesIn(w.server, 1)).split("welcome aboard").length, 2);
  await readFile(file);
});

test("a hook of SessionStart that leaves lines for later commands has them run before each", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "echo $GREETING" })] }, say("ok")] });
  await hook(w, { SessionStart: `echo 'export GREETING=ahoy' >> "$CLAUDE_ENV_FILE"` });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  await run(session, "go");
  assert.match(JSON.stringify(messagesIn(w.server, 1).at(-1)), /ahoy/);
});

test("a sub-agent has SubagentStart and SubagentStop, and its calls say whose they are", async () => {
  await using w = await world(
    {
      replies: [{ blocks: [call("Agent", { description: "d", prompt: "look" })] }, say("ok")],
      sessions: [{ match: { promptIncludes: "look" }, replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, say("seen")] }],
    },
    { "a.txt": "a\n" },
  );
  const file = join(w.home, "told.jsonl");
  const keep = `cat >> ${file}; echo >> ${file}`;
  await hook(w, { SubagentStart: keep, SubagentStop: keep, PreToolUse: keep });
  await using session = await w.open();
  await run(session, "go");
  const told = (await readFile(file, "utf8"))
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    told.map(({ hook_event_name: name, tool_name: tool, agent_type: kind }) =>
      [name, tool, kind].filter((one) => one !== undefined).join(" "),
    ),
    ["PreToolUse Agent", "SubagentStart general-purpose", "PreToolUse Read general-purpose", "SubagentStop general-purpose"],
  );
});

test("a hook that can't run warns once and blocks nothing", async () => {
  await using w = await world(
    { replies: [{ blocks: [call("Read", { file_path: "a.txt" }), call("Read", { file_path: "a.txt" })] }, say("ok")] },
    { "a.txt": "a\n" },
  );
  await hook(w, { PreToolUse: "/nowhere/at-all.sh" });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok"]);
  assert.equal(notices(envelopes).filter((words) => words.includes("/nowhere/at-all.sh")).length, 1);
});

test("a repository's hooks don't run before its folder is trusted; they are named, and how to trust them", async () => {
  await using w = await world({ replies: [say("ok"), say("ok")] });
  const file = join(w.home, "ran");
  await mkdir(join(w.cwd, ".claude"));
  await writeFile(
    join(w.cwd, ".claude", "settings.json"),
    JSON.stringify({ hooks: { SessionStart: [{ hooks: [{ type: "command", command: `touch ${file}` }] }] } }),
  );
  const untrusted = await w.open();
  await run(untrusted, "go");
  await assert.rejects(readFile(file));
  assert.ok(untrusted.problems.length > 0);
  await untrusted[Symbol.asyncDispose]();
  await using trusted = await w.open({ trust: true });
  await run(trusted, "go");
  await readFile(file);
});

test("a plugin's hooks find a copy of the plugin by its content, under its name, and disableAllHooks silences all of them", async () => {
  await using w = await world({ replies: [say("ok"), say("ok")] });
  const plugin = join(w.home, "noisy");
  const file = join(w.home, "root");
  await mkdir(join(plugin, ".claude-plugin"), { recursive: true });
  await mkdir(join(plugin, "hooks"));
  await writeFile(join(plugin, ".claude-plugin", "plugin.json"), JSON.stringify({ name: "noisy" }));
  await writeFile(join(plugin, "hooks", "say.sh"), `#!/bin/sh\necho "$CLAUDE_PLUGIN_ROOT $PLUGIN_ROOT" > ${file}\n`);
  await chmod(join(plugin, "hooks", "say.sh"), 0o755);
  await writeFile(
    join(plugin, "hooks", "hooks.json"),
    JSON.stringify({ hooks: { SessionStart: [{ hooks: [{ type: "command", command: '"${CLAUDE_PLUGIN_ROOT}"/hooks/say.sh' }] }] } }),
  );
  const silent = await w.open({ settings: JSON.stringify({ disableAllHooks: true }) }, { named: [plugin] });
  await run(silent, "go");
  await assert.rejects(readFile(file));
  await silent[Symbol.asyncDispose]();
  await using session = await w.open({}, { named: [plugin] });
  await run(session, "go");
  const [, root, again] = /^(\S+) (\S+)\n$/.exec(await readFile(file, "utf8")) ?? [];
  assert.equal(root, again);
  assert.match(root?.slice(w.home.length) ?? "", /^\/\.keel\/var\/store\/[0-9a-f]{64}\/noisy$/);
});

test("a hook can read the conversation as far as it has come, also of a session that was taken up again", async () => {
  await using w = await world(
    { replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, say("First answer."), say("Second answer.")] },
    { "a.txt": "apple\n" },
  );
  const copy = `cp "$(sed 's/.*"transcript_path":"\\([^"]*\\)".*/\\1/')" ${join(w.home, "seen.jsonl")}`;
  await hook(w, { Stop: copy });
  const first = await w.open();
  await run(first, "read a.txt");
  await first[Symbol.asyncDispose]();
  const seen = async () => linesIn(await readFile(join(w.home, "seen.jsonl"), "utf8"));
  const spoken = await seen();
  assert.deepEqual(
    spoken.filter(({ isMeta }) => isMeta !== true).map(({ message }) => message.role),
    ["user", "assistant", "user", "assistant"],
  );
  assert.match(JSON.stringify(spoken), /"read a\.txt".*tool_use.*tool_result.*apple.*First answer\./);
  assert.deepEqual(
    spoken.map(({ parentUuid }) => parentUuid),
    [null, ...spoken.slice(0, -1).map(({ uuid }) => uuid)],
  );
  await using second = await w.open({ resume: "latest" });
  await run(second, "and again");
  assert.match(JSON.stringify(await seen()), /apple.*First answer\..*and again.*Second answer\./);
});

type Line = {
  readonly uuid: string;
  readonly parentUuid: string | null;
  readonly isMeta?: boolean;
  readonly message: { readonly role: string };
};
const linesIn = (text: string): readonly Line[] =>
  text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

test("SubagentStop is told as the parent session's event, with the agent's own conversation beside it", async () => {
  await using w = await world(
    {
      replies: [{ blocks: [call("Agent", { description: "d", prompt: "look" })] }, say("ok")],
      sessions: [{ match: { promptIncludes: "look" }, replies: [say("seen by the agent")] }],
    },
    {},
  );
  const copies = ["transcript_path", "agent_transcript_path"].map(
    (name) => `cp "$(sed 's/.*"${name}":"\\([^"]*\\)".*/\\1/' ${join(w.home, "told.jsonl")})" ${join(w.home, name)}`,
  );
  await hook(w, { SubagentStop: [keep(w), ...copies].join("; ") });
  await using session = await w.open();
  await run(session, "go on an errand");
  const [told] = await kept(w);
  assert.equal(told?.["session_id"], session.id);
  assert.match(await readFile(join(w.home, "transcript_path"), "utf8"), /go on an errand/);
  const own = await readFile(join(w.home, "agent_transcript_path"), "utf8");
  assert.match(own, /seen by the agent/);
  assert.doesNotMatch(own, /go on an errand/);
});
