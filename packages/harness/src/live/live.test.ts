import assert from "node:assert/strict";
import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { hook, keep, kept, notices } from "../../test/hooks.ts";
import { changesIn, prefixOf, put, REAL, skill, until } from "../../test/live.ts";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";
import type { Session } from "../house.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const named = (session: Session): readonly string[] => session.skills.map(({ name }) => name);
const textsOf = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));

test("a skill that is dropped in between two prompts can be started, the model is told behind the next one, the prefix stays", async () => {
  await using w = await world({ replies: [say("hello"), { blocks: [call("Skill", { skill: "sweep" })] }, say("swept"), say("bye")] });
  await using session = await w.open({ trust: true }, { clock: REAL });
  session.watch();
  assert.equal(ended(await run(session, "hi")), "completed");
  await put(join(w.cwd, ".claude/skills/sweep/SKILL.md"), skill("sweep", "Sweeps a floor"));
  await until(() => named(session).includes("sweep"));
  const second = await run(session, "sweep it");
  assert.deepEqual(
    changesIn(second).map(({ added, removed, prompt }) => [added, removed, prompt]),
    [[["skills sweep"], [], "announced"]],
  );
  assert.deepEqual(outcomes(second), ["ok"]);
  assert.match(textsOf(w, 1), /These skills can be started with Skill from now on:\\n- sweep: Sweeps a floor/);
  assert.match(textsOf(w, 2), /Do sweep\./);
  assert.equal(prefixOf(w, 1), prefixOf(w, 0));
  assert.equal(changesIn(await run(session, "bye")).length, 0, "told once");
});

test("a skill that is taken away says so at the next call", async () => {
  await using w = await world({ replies: [say("hello"), { blocks: [call("Skill", { skill: "sweep" })] }, say("well then")] });
  await put(join(w.cwd, ".claude/skills/sweep/SKILL.md"), skill("sweep"));
  await using session = await w.open({ trust: true }, { clock: REAL });
  session.watch();
  await run(session, "hi");
  await rm(join(w.cwd, ".claude/skills/sweep"), { recursive: true });
  await until(() => !named(session).includes("sweep"));
  const second = await run(session, "sweep it");
  assert.deepEqual(
    changesIn(second).map(({ removed, prompt }) => [removed, prompt]),
    [[["skills sweep"], "announced"]],
  );
  assert.deepEqual(outcomes(second), ["error"]);
  assert.match(textsOf(w, 2), /The skill sweep is unavailable/);
});

test("a deny rule that is written while a session runs holds from the next call on; a broken edit keeps it and says where", async () => {
  const settings = (w: World): string => join(w.home, ".keel/settings.json");
  const read = { blocks: [call("Read", { file_path: "notes.txt" })] };
  await using w = await world({ replies: [read, say("read"), read, say("denied"), read, say("still")] }, { "notes.txt": "x" });
  await using session = await w.open({ permissionMode: "bypassPermissions" }, { clock: REAL });
  session.watch();
  assert.deepEqual(outcomes(await run(session, "read")), ["ok"]);
  await put(settings(w), JSON.stringify({ permissions: { deny: ["Read(./notes.txt)"] } }));
  await session.reload(false);
  const denied = await run(session, "read");
  assert.deepEqual(outcomes(denied), ["denied"]);
  assert.ok(notices(denied).some((text) => text.includes("The settings were read again")));
  await put(settings(w), '{\n  "permissions": {\n');
  await session.reload(false);
  const still = await run(session, "read");
  assert.deepEqual(outcomes(still), ["denied"]);
  assert.match(notices(still).join("\n"), /settings\.json:\d+ .*What stood in it before holds until that is put right\./);
});

test("a rule written in the middle of a run holds from the next call of it", async () => {
  await using w = await world({
    replies: [
      { blocks: [call("Bash", { command: "touch first; until [ -e go ]; do sleep 0.01; done" })] },
      { blocks: [call("Bash", { command: "touch second" })] },
      say("done"),
    ],
  });
  await using session = await w.open({ permissionMode: "bypassPermissions" }, { clock: REAL });
  session.watch();
  const running = run(session, "go");
  const there = async (name: string): Promise<boolean> => (await readFile(join(w.cwd, name)).catch(() => undefined)) !== undefined;
  let begun = false;
  await until(
    () => begun,
    async () => (begun = await there("first")),
  );
  await put(join(w.home, ".keel/settings.json"), JSON.stringify({ permissions: { deny: ["Bash(touch second)"] } }));
  await session.reload(false);
  await writeFile(join(w.cwd, "go"), "");
  assert.deepEqual(outcomes(await running), ["ok", "denied"], "what was under way ends as it began");
});

test("hooks are bound at the next event, and gone with the next one too", async () => {
  const write = { blocks: [call("Write", { file_path: "a.txt", content: "x" })] };
  await using w = await world({ replies: [write, say("1"), write, say("2"), write, say("3")] });
  await using session = await w.open({ permissionMode: "bypassPermissions" }, { clock: REAL });
  assert.deepEqual(outcomes(await run(session, "write")), ["ok"]);
  await hook(w, { PreToolUse: "echo 'not today' >&2; exit 2" });
  await session.reload(false);
  assert.deepEqual(outcomes(await run(session, "write")), ["denied"]);
  await hook(w, {});
  await session.reload(false);
  assert.deepEqual(outcomes(await run(session, "write")), ["ok"]);
});

test("a change that a hook holds back doesn't count, and says so", async () => {
  const read = { blocks: [call("Read", { file_path: "notes.txt" })] };
  await using w = await world({ replies: [read, say("read")] }, { "notes.txt": "x" });
  await hook(w, { ConfigChange: `${keep(w)}; echo 'ask me first' >&2; exit 2` });
  await using session = await w.open({ trust: true, permissionMode: "bypassPermissions" }, { clock: REAL });
  await put(join(w.cwd, ".claude/settings.json"), JSON.stringify({ permissions: { deny: ["Read(./notes.txt)"] } }));
  await session.reload(false);
  const envelopes = await run(session, "read");
  assert.deepEqual(outcomes(envelopes), ["ok"]);
  assert.match(notices(envelopes).join("\n"), /\.claude\/settings\.json doesn't count\. .*ask me first/);
  const [told] = await kept(w);
  assert.deepEqual([told?.["source"], told?.["file_path"]], ["project_settings", join(w.cwd, ".claude/settings.json")]);
});

test("trust that is taken back takes what the folder brought with it", async () => {
  await using w = await world({ replies: [say("hello"), say("bye")] });
  await put(join(w.cwd, ".claude/skills/sweep/SKILL.md"), skill("sweep"));
  const { openTrust } = await import("../kept/trust.ts");
  const trust = openTrust(join(w.home, ".keel"));
  assert.equal(await trust.give({ kind: "folder", subject: w.cwd, name: "project", granted: 0 }), undefined);
  await using session = await w.open({}, { clock: REAL });
  session.watch();
  assert.ok(named(session).includes("sweep"));
  await run(session, "hi");
  await rm(join(w.home, ".keel/var/trust"), { recursive: true });
  await until(() => !named(session).includes("sweep"));
});

test("the prefix is written afresh when the cache is cold, or when the user asks for it", async () => {
  let now = 1_000_000;
  await using w = await world({ replies: [say("1"), say("2"), say("3"), say("4"), say("5")] });
  const root = join(w.home, "plugin");
  await put(join(root, ".claude-plugin/plugin.json"), '{"name": "p"}');
  const settings = JSON.stringify({ keel: { dialect: "anthropic" } });
  await using session = await w.open({ settings }, { clock: REAL, named: [root], wall: () => now }, { ANTHROPIC_API_KEY: "none" });
  await run(session, "1");
  await put(join(root, "skills/one/SKILL.md"), skill("one"));
  const { forecast, added } = await session.reload(false);
  assert.deepEqual(added, ["skills p:one"]);
  assert.ok((forecast?.tokens ?? 0) > 0 && (forecast?.usd ?? 0) > 0);
  now += 60_000;
  assert.deepEqual(
    changesIn(await run(session, "2")).map(({ prompt }) => prompt),
    ["announced"],
  );
  assert.equal(prefixOf(w, 1), prefixOf(w, 0));
  now += 300_000;
  assert.deepEqual(
    changesIn(await run(session, "3")).map(({ prompt }) => prompt),
    ["rewritten"],
  );
  assert.match(prefixOf(w, 2), /- p:one: Does one/);
  await put(join(root, "skills/two/SKILL.md"), skill("two"));
  await session.reload(true);
  assert.deepEqual(
    changesIn(await run(session, "4")).map(({ prompt }) => prompt),
    ["rewritten"],
  );
  assert.match(prefixOf(w, 3), /- p:two: Does two/);
  assert.equal(changesIn(await run(session, "5")).length, 0);
  assert.equal(prefixOf(w, 4), prefixOf(w, 3));
});

test("a skill that is described anew is told with the next turn, once; a prompt that is written afresh says a plugin's itself", async () => {
  await using w = await world({ replies: () => say("ok") });
  const [root, own] = [join(w.home, "plugin"), join(w.home, ".keel/skills/mine/SKILL.md")];
  const describe = async (how: string): Promise<void> => {
    await put(join(root, "skills/one/SKILL.md"), skill("one", `Does one ${how}`));
    await put(own, skill("mine", `Does mine ${how}`));
  };
  await put(join(root, ".claude-plugin/plugin.json"), '{"name": "p"}');
  await put(join(root, "skills/two/SKILL.md"), skill("two"));
  await describe("slowly");
  await using session = await w.open({}, { clock: REAL, named: [root] });
  await run(session, "1");
  await describe("quickly");
  await put(join(root, "skills/two/SKILL.md"), `${skill("two")}And more.\n`);
  assert.deepEqual((await session.reload(false)).changed.toSorted(), ["skills mine", "skills p:one", "skills p:two"]);
  assert.deepEqual(
    changesIn(await run(session, "2")).map(({ prompt }) => prompt),
    ["announced"],
  );
  await run(session, "3");
  assert.equal(prefixOf(w, 1), prefixOf(w, 0));
  assert.equal(textsOf(w, 2).split("- p:one: Does one quickly").length, 2);
  assert.match(textsOf(w, 2), /These skills are described anew:\\n- mine: Does mine quickly\\n- p:one: Does one quickly"/);
  await describe("calmly");
  await session.reload(true);
  await run(session, "4");
  await run(session, "5");
  assert.match(prefixOf(w, 4), /- p:one: Does one calmly/);
  assert.doesNotMatch(textsOf(w, 4), /Does one calmly/);
  assert.equal(textsOf(w, 4).split("- mine: Does mine calmly").length, 2);
});

test("a tool whose plugin is taken away stays listed, and says that it is unavailable", async () => {
  const TASKS = fileURLToPath(new URL("../../../../plugins/tasks", import.meta.url));
  await using w = await world({ replies: [say("1"), { blocks: [call("TaskList", {})] }, say("2")] });
  const root = join(w.home, "board");
  const manifest = await readFile(join(TASKS, ".claude-plugin/plugin.json"), "utf8").catch(() =>
    readFile(join(TASKS, "plugin.json"), "utf8"),
  );
  await put(join(root, ".claude-plugin/plugin.json"), manifest);
  await using session = await w.open({}, { clock: REAL, named: [root] });
  await run(session, "1");
  await put(join(root, ".claude-plugin/plugin.json"), '{"name": "tasks"}');
  await session.reload(false);
  const second = await run(session, "2");
  assert.deepEqual(outcomes(second), ["error"]);
  assert.match(JSON.stringify(messagesIn(w.server, 2)), /TaskList is unavailable: the plugin that brings it was taken away/);
  assert.equal(prefixOf(w, 1), prefixOf(w, 0));
});

test("a session that goes on later is told of skills that came meanwhile, once", async () => {
  await using w = await world({ replies: [say("1"), say("2"), say("3")] });
  await put(join(w.home, ".keel/skills/one/SKILL.md"), skill("one"));
  const first = await w.open();
  await run(first, "1");
  await first[Symbol.asyncDispose]();
  await put(join(w.home, ".keel/skills/two/SKILL.md"), skill("two"));
  for (const at of [1, 2]) {
    await using later = await w.open({ resume: { id: first.id } });
    await run(later, `${at}`);
    const told = JSON.stringify(messagesIn(w.server, at)).split("- two: Does two").length - 1;
    assert.equal(told, 1);
  }
});

test("where it is turned off nothing is taken up by itself", async () => {
  await using w = await world({ replies: [say("1"), say("2")] });
  await using session = await w.open({ watch: false }, { clock: REAL });
  session.watch();
  await run(session, "1");
  await put(join(w.home, ".keel/skills/one/SKILL.md"), skill("one"));
  assert.equal(changesIn(await run(session, "2")).length, 0);
  assert.deepEqual((await session.reload(false)).added, ["skills one"]);
});

test("a whole plugin that is dropped into ~/.keel/plugins is taken up, and one that is broken refuses no session", async () => {
  await using w = await world({ replies: [say("hello")] });
  await put(join(w.home, ".keel/plugins/broken/.claude-plugin/plugin.json"), "{");
  await using session = await w.open({}, { clock: REAL });
  assert.ok(session.problems.some(({ file, code }) => code === "manifest_unreadable" && file.includes("plugins/broken")));
  session.watch();
  assert.equal(ended(await run(session, "hi")), "completed");
  await put(join(w.home, ".keel/plugins/shop/.claude-plugin/plugin.json"), '{"name":"shop"}');
  await put(join(w.home, ".keel/plugins/shop/skills/sell/SKILL.md"), skill("sell", "Sells"));
  await until(() => named(session).includes("shop:sell"));
});
