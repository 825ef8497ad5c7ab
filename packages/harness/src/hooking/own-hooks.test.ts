import assert from "node:assert/strict";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { answer, notices } from "../../test/hooks.ts";
import { call, ended, outcomes, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const bash = (command: string) => ({ blocks: [call("Bash", { command })] });
async function put(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
}
type Handler = Readonly<Record<string, string | boolean>>;
/** A head in JSON is one in YAML. */
const text = (head: object, body: string): string => `---\n${JSON.stringify(head)}\n---\n${body}\n`;
const on = (event: string, handler: string | Handler, matcher?: string): object => ({
  hooks: {
    [event]: [{ ...(matcher && { matcher }), hooks: [typeof handler === "string" ? { type: "command", command: handler } : handler] }],
  },
});
const lines = async (w: World, name: string): Promise<string[]> =>
  (await readFile(join(w.home, name), "utf8").catch(() => "")).split("\n").filter((line) => line !== "");

test("a skill's hooks hold from its start until the session ends, and find the skill's folder", async () => {
  await using w = await world({ replies: [bash("pwd"), say("ok"), bash("pwd"), say("ok"), bash("pwd"), say("ok")] });
  const note = `cat > /dev/null; echo "$CLAUDE_SKILL_DIR" >> ${join(w.home, "heard")}`;
  await put(w.home, { ".claude/skills/watch/SKILL.md": text({ description: "d", ...on("PreToolUse", note, "Bash") }, "Watch.") });
  await using session = await w.open();
  await run(session, "before");
  assert.deepEqual(await lines(w, "heard"), []);
  await run(session, "/watch");
  await run(session, "after");
  assert.deepEqual(await lines(w, "heard"), Array(2).fill(join(w.home, ".claude/skills/watch")));
});

test("one with once runs once, however often its skill is started", async () => {
  await using w = await world({ replies: () => say("ok") });
  const once = { type: "command", command: `cat > /dev/null; echo x >> ${join(w.home, "heard")}`, once: true };
  await put(w.home, { ".claude/skills/watch/SKILL.md": text({ description: "d", ...on("Stop", once) }, "Watch.") });
  await using session = await w.open();
  for (const prompt of ["/watch", "go", "/watch again"]) await run(session, prompt);
  assert.deepEqual(await lines(w, "heard"), ["x"]);
});

test("a skill that the model starts brings its hooks, too: they judge the calls behind it", async () => {
  await using w = await world({ replies: [{ blocks: [call("Skill", { skill: "guarded" })] }, bash("pwd"), say("ok")] });
  const deny = answer({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: "not now" },
  });
  await put(w.home, { ".claude/skills/guarded/SKILL.md": text({ description: "d", ...on("PreToolUse", deny, "Bash") }, "Take care.") });
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "denied"]);
});

test("a skill's hooks are there again when its session is resumed", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, {
    ".claude/skills/watch/SKILL.md": text(
      { description: "d", ...on("Stop", `cat > /dev/null; echo x >> ${join(w.home, "heard")}`) },
      "Watch.",
    ),
  });
  const first = await w.open();
  await run(first, "/watch");
  const { id } = first;
  await first[Symbol.asyncDispose]();
  await using again = await w.open({ resume: { id } });
  await run(again, "go on");
  assert.deepEqual(await lines(w, "heard"), ["x", "x"]);
});

test("hooks of a repository's skill don't run before its directory is trusted, and it says so; the skill itself does", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.cwd, {
    ".claude/skills/watch/SKILL.md": text(
      { description: "d", ...on("Stop", `cat > /dev/null; echo x >> ${join(w.home, "heard")}`) },
      "Watch.",
    ),
  });
  await using session = await w.open({ trust: true });
  const envelopes = await run(session, "/watch");
  assert.equal(ended(envelopes), "completed");
  assert.match(notices(envelopes).join("\n"), /watch\/SKILL\.md Its hooks don't run: .*keel trust give/);
  assert.deepEqual(await lines(w, "heard"), []);
  await using none = await w.open({ trust: true, settings: JSON.stringify({ disableAllHooks: true }) });
  assert.deepEqual(notices(await run(none, "/watch")), []);
});

test("hooks of a plugin's skill run from the copy of the plugin, as they stand there", async () => {
  await using w = await world({ replies: () => say("ok") });
  const heard = join(w.home, "heard");
  const skill = (command: string): string => text({ description: "d", ...on("Stop", command) }, "Watch.");
  const files = {
    ".claude-plugin/plugin.json": '{"name":"p"}',
    "skills/watch/SKILL.md": skill(`cat > /dev/null; "$CLAUDE_SKILL_DIR"/said.sh; "$CLAUDE_PLUGIN_ROOT"/skills/watch/said.sh`),
    "skills/watch/said.sh": `#!/bin/sh\necho "$(dirname "$0")" >> ${heard}\n`,
  };
  await put(join(w.home, "p"), files);
  await chmod(join(w.home, "p/skills/watch/said.sh"), 0o755);
  await using session = await w.open({}, { named: [join(w.home, "p")] });
  await run(session, "/p:watch");
  await put(join(w.home, "p"), { "skills/watch/said.sh": "#!/bin/sh\nexit 2\n" });
  await run(session, "go on");
  const told = await lines(w, "heard");
  assert.equal(told.length, 4, "the edit is for the next session");
  for (const line of told) assert.match(line, /\/\.keel\/var\/store\/[0-9a-f]{64}\/p\/skills\/watch$/);
});

test("an agent's hooks fire inside of it alone, and its Stop is SubagentStop", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Agent", { description: "d", prompt: "look around", subagent_type: "scout" })] }, bash("pwd"), say("ok")],
    sessions: [{ match: { promptIncludes: "look around" }, replies: [bash("pwd"), say("seen")] }],
  });
  const note = `sed 's/.*"hook_event_name":"\\([A-Za-z]*\\)".*/\\1/' >> ${join(w.home, "heard")}`;
  const handlers = [{ hooks: [{ type: "command", command: `${note}; echo >> ${join(w.home, "heard")}` }] }];
  const hooks = { hooks: { PreToolUse: handlers, Stop: handlers } };
  await put(w.home, { ".claude/agents/scout.md": text({ name: "scout", description: "d", ...hooks }, "You look around.") });
  await using session = await w.open();
  await run(session, "go");
  assert.deepEqual(await lines(w, "heard"), ["PreToolUse", "SubagentStop"]);
});

test("an agent of the command line has hooks, one of a plugin has none", async () => {
  const start = (kind: string) => ({ blocks: [call("Agent", { description: "d", prompt: "look around", subagent_type: kind })] });
  await using w = await world({
    replies: [start("given"), start("p:brought"), say("ok")],
    sessions: [{ match: { promptIncludes: "look around" }, replies: () => say("seen") }],
  });
  const head = (name: string) => ({ description: "d", ...on("Stop", `cat > /dev/null; echo ${name} >> ${join(w.home, "heard")}`) });
  await put(w.home, {
    "p/.claude-plugin/plugin.json": JSON.stringify({ name: "p" }),
    "p/agents/brought.md": text({ name: "brought", ...head("brought") }, "You look around."),
  });
  const given = JSON.parse(JSON.stringify({ ...head("given"), prompt: "You look around." }));
  await using session = await w.open({ agents: { given } }, { named: [join(w.home, "p")] });
  assert.deepEqual(
    outcomes(await run(session, "go")).filter((outcome) => outcome !== "ok"),
    [],
  );
  assert.deepEqual(await lines(w, "heard"), ["given"]);
});
