/** Hooks that an earlier start has read: the next one reads them when the first of their events comes. */
import assert from "node:assert/strict";
import { chmod, mkdir, readdir, readFile, rename, stat, truncate, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { call, ended, outcomes, run, world, type World } from "../../test/world.ts";
import { agreeTo, offerTree } from "../inspect/tree-trust.ts";

const write = { blocks: [call("Write", { file_path: "a", content: "x" })] };
const done = { blocks: [{ text: "ok" }] };
const before = (command: string): string => JSON.stringify({ hooks: { PreToolUse: [{ hooks: [{ type: "command", command }] }] } });
const SCRIPT = '"${CLAUDE_PLUGIN_ROOT}"/check.sh';

async function plugin(root: string, files: Readonly<Record<string, string>>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
    await chmod(join(root, path), 0o755);
  }
}

/** A plugin that is named, whose hook says what it is in a file; `again` opens a session after one that has read it. */
async function scene(w: World, hooks = before(SCRIPT)) {
  const root = join(w.home, "guard");
  const say = (words: string): string => `#!/bin/sh\necho ${words} >> ${join(w.home, "ran")}\n`;
  await plugin(root, { ".claude-plugin/plugin.json": '{"name":"guard"}', "hooks/hooks.json": hooks, "check.sh": say("first") });
  const again = () => w.open({ permissionMode: "bypassPermissions" }, { named: [root] });
  await (await again())[Symbol.asyncDispose]();
  return { root, say, again, store: join(w.home, ".keel", "var", "store"), ran: () => readFile(join(w.home, "ran"), "utf8") };
}

test("a start copies and looks at nothing of them; the first event does, and what is there by then runs", async () => {
  await using w = await world({ replies: [write, done] });
  const { root, say, again, store, ran } = await scene(w);
  await rename(store, `${store}-before`);
  await using session = await again();
  assert.deepEqual(session.problems, []);
  await assert.rejects(stat(store));
  await writeFile(join(root, "check.sh"), say("edited"));
  assert.deepEqual(outcomes(await run(session, "go")), ["ok"]);
  assert.equal(await ran(), "edited\n");
});

test("bound in the middle of a reply, they read a conversation with a call that is open", async () => {
  await using w = await world({ replies: [write, write, done] });
  const copy = `cp "$(sed 's/.*"transcript_path":"\\([^"]*\\)".*/\\1/')" ${join(w.home, "seen")}`;
  const { again } = await scene(w, before(copy));
  await using session = await again();
  await run(session, "the words");
  const lines = (await readFile(join(w.home, "seen"), "utf8")).trim().split("\n");
  const told = lines.map((line) => JSON.parse(line) as { type: string; message: { content: unknown } });
  const text = JSON.stringify(told.map(({ message }) => message.content));
  assert.match(text, /the words/);
  assert.doesNotMatch(text, /Interrupted/);
  assert.equal(text.match(/"tool_use"/g)?.length, 2);
  assert.equal(text.match(/"tool_result"/g)?.length, 1);
});

test("what is wrong with them is told at each start", async () => {
  await using w = await world({ replies: [done] });
  const broken = { hooks: { PreToolUse: [{ hooks: [{ type: "command", command: "true", if: "Bash(((" }] }] } };
  const { again } = await scene(w, JSON.stringify(broken));
  for (let start = 0; start < 2; start++) {
    await using session = await again();
    assert.equal(session.problems.filter(({ code }) => code === "hook_if").length, 1);
  }
});

test("what goes wrong with them after the start is told when they would run, and they don't", async () => {
  await using w = await world({ replies: [write, write, done] });
  const { root, again, ran } = await scene(w);
  await using session = await again();
  await writeFile(join(root, "huge"), "");
  await truncate(join(root, "huge"), 2 * 1024 ** 4);
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "completed");
  assert.equal(notices(envelopes).filter((text) => /Its 1 hooks don't run: it holds too many bytes/.test(text)).length, 1);
  await assert.rejects(ran());
});

/** A project's own hooks, agreed to and read by one session; `again` opens the next. */
async function agreed(w: World) {
  const root = join(w.cwd, ".keel");
  const say = (words: string): string => `#!/bin/sh\necho ${words} >> ${join(w.home, "ran")}\n`;
  await plugin(root, { "hooks/hooks.json": before(SCRIPT), "check.sh": say("agreed") });
  const where = { keelHome: join(w.home, ".keel") };
  const offer = await offerTree(where, { root }, "plugin", Date.now());
  assert.ok(offer.ok);
  await agreeTo(where, offer, Date.now());
  const again = () => w.open({ permissionMode: "bypassPermissions", trust: true });
  await (await again())[Symbol.asyncDispose]();
  const store = join(w.home, ".keel", "var", "store");
  return { root, say, again, store, ran: () => readFile(join(w.home, "ran"), "utf8") };
}

test("a repository's run from the state that was agreed to, though nothing of them was read when it was edited", async () => {
  await using w = await world({ replies: [write, done, write, done] });
  const { root, say, again, ran } = await agreed(w);
  await using session = await again();
  await writeFile(join(root, "check.sh"), say("edited"));
  await run(session, "go");
  assert.equal(await ran(), "agreed\n");
  await using edited = await again();
  assert.equal(edited.problems.filter(({ code }) => code === "runs_as_agreed").length, 1);
  await run(edited, "go");
  assert.equal(await ran(), "agreed\nagreed\n");
});

test("a copy that somebody writes into after the start isn't what runs", async () => {
  await using w = await world({ replies: [write, done] });
  const { say, again, store, ran } = await agreed(w);
  await using session = await again();
  const script = (await readdir(store, { recursive: true })).find((path) => path.endsWith("check.sh")) ?? "";
  await chmod(join(store, script), 0o700);
  await writeFile(join(store, script), say("written"));
  await run(session, "go");
  assert.equal(await ran(), "agreed\n");
});
