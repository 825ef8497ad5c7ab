import assert from "node:assert/strict";
import { cp, mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";
import { notices } from "../../test/hooks.ts";

/** One plugin in the layout of each host, as its authors write them. */
const LAYOUTS = fileURLToPath(new URL("../../test/plugins", import.meta.url));
const say = (text: string) => ({ blocks: [{ text }] });
const agent = (id: string) => call("Agent", { description: "look around", prompt: "Look for ships.", subagent_type: id });

type Layout = {
  readonly name: string;
  readonly commands: boolean;
  readonly agents: boolean;
  readonly hooks: boolean;
  readonly says?: string;
};
const whole = (name: string): Layout => ({ name, commands: true, agents: true, hooks: true });
const ALL: readonly Layout[] = [
  whole("claude"),
  whole("codex"),
  whole("cursor"),
  whole("copilot"),
  whole("neutral"),
  { ...whole("gemini"), says: "everything is told as gemini tells it" },
  { ...whole("qwen"), says: "everything is told as qwen tells it" },
  { name: "agent-plugins", commands: false, agents: false, hooks: false },
  { name: "skills", commands: false, agents: false, hooks: false },
];

/** As an install leaves it: a folder of its name. */
async function installed(w: World, name: string): Promise<string> {
  const root = join(w.home, "plugins", name);
  await cp(join(LAYOUTS, name), root, { recursive: true });
  return root;
}
const sent = (w: World, at: number): string => JSON.stringify([messagesIn(w.server, at), w.server.requests[at]?.body["system"]]);

test.each(ALL)(
  "a plugin in the layout of $name offers its skills, and they start by the model and by their names",
  async ({ name, says }) => {
    await using w = await world({
      replies: [{ blocks: [call("Skill", { skill: `${name}:greet`, args: "Ada" })] }, say("Hello."), say("Hello.")],
    });
    await using session = await w.open({}, { named: [await installed(w, name)] });
    assert.ok(session.skills.some((skill) => skill.name === `${name}:greet` && skill.description.startsWith("Greets people")));
    assert.deepEqual(outcomes(await run(session, "greet Ada")), ["ok"]);
    assert.match(sent(w, 0), new RegExp(`${name}:greet: Greets people`));
    assert.match(sent(w, 1), new RegExp(`Greet Ada in the voice of ${name}`));
    if (says !== undefined) assert.match(sent(w, 0), new RegExp(says));
    await run(session, `/${name}:greet Grace Hopper`);
    assert.match(sent(w, 2), new RegExp(`Greet Grace Hopper in the voice of ${name}`));
  },
);

test.each(ALL.filter(({ commands }) => commands))(
  "a plugin in the layout of $name runs its commands with their arguments",
  async ({ name }) => {
    await using w = await world({ replies: [say("It is long.")] });
    await using session = await w.open({}, { named: [await installed(w, name)] });
    assert.equal(ended(await run(session, `/${name}:sum-up notes.md`)), "completed");
    assert.match(sent(w, 0), new RegExp(`Sum up notes.md for ${name}`));
  },
);

test.each(ALL.filter(({ agents }) => agents))(
  "a plugin in the layout of $name lends its agents, with the tools that their names mean",
  async ({ name }) => {
    await using w = await world({ replies: [{ blocks: [agent(`${name}:scout`)] }, say("No ships."), say("There are none.")] });
    await using session = await w.open({}, { named: [await installed(w, name)] });
    assert.deepEqual(outcomes(await run(session, "look")), ["ok"]);
    assert.match(sent(w, 1), new RegExp(`You scout for ${name}[^]*`));
    assert.match(sent(w, 1), /Look for ships/);
    const { tools = [] } = w.server.requests[1]?.body ?? {};
    const names = JSON.stringify(tools);
    for (const [tool, there] of [
      ["Read", true],
      ["Grep", true],
      ["Bash", false],
    ] as const)
      assert.equal(names.includes(`"name":"${tool}"`), there, tool);
  },
);

test.each(ALL.filter(({ hooks }) => hooks))(
  "a plugin in the layout of $name fires its hooks: one speaks at the start, one denies a command and no other",
  async ({ name }) => {
    const commandsRun = [call("Bash", { command: "rm -r build" }), call("Bash", { command: "echo kept" })];
    await using w = await world({ replies: [...commandsRun.map((one) => ({ blocks: [one] })), say("ok")] });
    await using session = await w.open({ permissionMode: "bypassPermissions" }, { named: [await installed(w, name)] });
    const envelopes = await run(session, "clean up");
    assert.deepEqual(outcomes(envelopes), ["denied", "ok"], notices(envelopes).join("\n"));
    assert.match(sent(w, 0), new RegExp(`${name} is awake`));
    assert.match(sent(w, 1), new RegExp(`Not in ${name}`));
  },
);

const HOOK = (command: string): string =>
  JSON.stringify({ hooks: { PreToolUse: [{ matcher: "*", hooks: [{ type: "command", command }] }] } });
const ROOT = '"${CLAUDE_PLUGIN_ROOT}"';
/** What is wrong with a plugin, by its files. None of it is anyone else's business. */
const FAULTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "a script that is missing": { "hooks/hooks.json": HOOK(`python3 ${ROOT}/missing.py`) },
  "a script that may not be run": { "hooks/hooks.json": HOOK(`${ROOT}/closed.sh`), "closed.sh": "#!/bin/sh\nexit 2\n" },
  "a script that only bash can read": {
    "hooks/hooks.json": HOOK(`${ROOT}/hook.cmd`),
    "hook.cmd": ": << 'CMD'\n@echo off\nCMD\n[[ -n x ]] && exit 0\n",
  },
  "hooks that are an empty list": { "hooks/hooks.json": '{"hooks": []}' },
  "a list in the place of hooks": { "hooks/hooks.json": "[]" },
  "an event that isn't one": { "hooks/hooks.json": '{"hooks": {"preEditHook": [{"hooks": [{"type": "command", "command": "exit 2"}]}]}}' },
  "a matcher that is a rule": {
    "hooks/hooks.json": '{"hooks": {"PreToolUse": [{"matcher": "Write(docs/**)", "hooks": [{"type": "command", "command": "exit 2"}]}]}}',
  },
  "words instead of a program": {
    "hooks/hooks.json": '{"hooks": {"SessionStart": [{"hooks": [{"type": "command", "command": "echo jq is not installed"}]}]}}',
  },
  "a program that isn't there": { "hooks/hooks.json": HOOK(`no-such-runner run ${ROOT}/hook.ts`) },
  "a timeout in milliseconds": {
    "hooks/hooks.json": '{"hooks": {"PreToolUse": [{"hooks": [{"type": "command", "command": "true", "timeout": 5000}]}]}}',
  },
  "an echo of what it was told": { "hooks/hooks.json": HOOK("cat") },
  "heads that aren't YAML": { "agents/a.md": "---\nname: a\ndescription: Use when: now\n<example>\nuser: x\n</example>\n---\nYou.\n" },
};

test.each(Object.keys(FAULTS))("a plugin with %s opens, stands in nobody's way, and tells nothing that nobody said", async (fault) => {
  const write = call("Write", { file_path: "a.txt", content: "a" });
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "echo one" })] }, { blocks: [write] }, say("ok")] });
  const root = join(w.home, "plugins", "odd");
  const files = {
    ".claude-plugin/plugin.json": '{"name":"odd"}',
    "skills/s/SKILL.md": "---\ndescription: d\n---\nText.\n",
    ...FAULTS[fault],
  };
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text, { mode: path.endsWith(".cmd") ? 0o755 : 0o644 });
  }
  await symlink("..", join(root, "skills", "round"));
  await using session = await w.open({ permissionMode: "bypassPermissions" }, { named: [root] });
  const envelopes = await run(session, "go");
  assert.deepEqual([ended(envelopes), outcomes(envelopes)], ["completed", ["ok", "ok"]], notices(envelopes).join("\n"));
  assert.ok(session.skills.some(({ name }) => name === "odd:s"));
  assert.doesNotMatch(sent(w, 2), /hook_event_name/);
});
