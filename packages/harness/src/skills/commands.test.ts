import assert from "node:assert/strict";
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
const told = (w: World, at: number): string => JSON.stringify(messagesIn(w.server, at));

test("a command is started by its file's name, by its folder's and its own, and by its plugin's", async () => {
  await using w = await world({ replies: () => say("ok") });
  await put(w.home, {
    ".claude/commands/git/push.md": "Push it to $1.\n",
    "p/.claude-plugin/plugin.json": JSON.stringify({ name: "kit" }),
    "p/commands/polish.md": "Polish $ARGUMENTS.\n",
  });
  await using session = await w.open({}, { named: [join(w.home, "p")] });
  for (const prompt of ["/push main", "/git:push main", "/kit:polish it", "/polish it"]) await run(session, prompt);
  for (const at of [0, 1]) assert.match(told(w, at), /Push it to main\./);
  for (const at of [2, 3]) assert.match(told(w, at), /Polish it\./);
});

test("a command's head: the model, what it may run, the hint for the user; the model can't start one that is the user's alone", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Bash", { command: "touch made" }), call("Skill", { skill: "ship" })] }, say("ok"), say("ok")],
  });
  await put(w.home, {
    ".keel/commands/ship.md":
      "---\ndescription: Ships it\nargument-hint: [version] [channel]\nallowed-tools: Bash(touch *)\nmodel: opus\ndisable-model-invocation: true\n---\nShip $1 to $2 for \\$1, as $ARGUMENTS.\n",
    ".keel/commands/plain.md": "Do it.\n",
  });
  await using session = await w.open({ model: "sonnet" });
  assert.deepEqual(
    session.skills.find(({ name }) => name === "ship"),
    { name: "ship", kind: "command", description: "Ships it", takes: "[version] [channel]" },
  );
  assert.deepEqual(outcomes(await run(session, '/ship "1 2" beta')), ["ok", "error"]);
  assert.match(told(w, 0), /Ship 1 2 to beta for \$1, as \\"1 2\\" beta\./);
  assert.equal(w.server.requests[0]?.body["model"], "claude-opus-5-5");
  assert.match(told(w, 1), /ship is the user's alone to start/);
  assert.doesNotMatch(JSON.stringify(w.server.requests[0]?.body["system"]) + told(w, 0), /ship: Ships it/);
});

test("six are started at most; what comes behind goes to each, and a word that is none ends the list", async () => {
  await using w = await world({ replies: () => say("ok") });
  const names = ["a1", "a2", "a3", "a4", "a5", "a6", "a7"];
  await put(w.home, Object.fromEntries(names.map((name) => [`.keel/commands/${name}.md`, `${name} with $ARGUMENTS.\n`])));
  await using session = await w.open();
  assert.deepEqual(notices(await run(session, `${names.map((name) => `/${name}`).join(" ")} x`)), []);
  for (const name of names.slice(0, 6)) assert.match(told(w, 0), new RegExp(`${name} with /a7 x\\.`));
  assert.doesNotMatch(told(w, 0), /# Command a7/);
  await run(session, "/a1 first /a2");
  assert.match(told(w, 1), /a1 with first \/a2\./);
});
