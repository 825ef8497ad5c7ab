/** Monitors that plugins declare, in a session: real shells, and a model that is told what they print. */
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Message } from "@keelson/protocol";
import { test } from "vitest";
import { plugin } from "../../test/plugin.ts";
import { call, ended, messagesIn, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const bash = (command: string) => ({ blocks: [call("Bash", { command })] });
const until = (file: string) => bash(`until [ -e ${file} ]; do sleep 0.02; done`);
const ask = async () => ({ behavior: "deny" as const });

const told = (messages: readonly Message[]): string =>
  (messages.at(-1)?.content ?? []).flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");

async function opened(w: World, monitors: readonly object[], more: object = { ask }, files: Readonly<Record<string, string>> = {}) {
  const root = await plugin(w, "ops", { "monitors/monitors.json": monitors, ...files });
  return await w.open({ permissionMode: "bypassPermissions" }, { named: [root], ...more });
}

test("a monitor begins after the first reply, and its lines stand behind the next results, once", async () => {
  await using w = await world({ replies: [bash("ls"), until("seen"), until("seen"), say("ok")] });
  const command = "ls > before; echo 'deploy failed'; echo; echo \"in $KEEL_PROJECT_DIR\"; touch seen; exec sleep 1000";
  await using session = await opened(w, [{ name: "deploys", command, description: "what is deployed" }]);
  assert.equal(ended(await run(session, "go")), "completed");
  const words = `The monitor deploys of the plugin ops (what is deployed) printed:\ndeploy failed\nin ${w.cwd}`;
  assert.deepEqual(
    [1, 2, 3].map((at) => told(messagesIn(w.server, at))),
    ["", words, ""],
  );
});

test("what it prints between runs is told with the next prompt; it doesn't hold an end back", async () => {
  await using w = await world({ replies: [say("hello"), say("again")] });
  await using session = await opened(w, [{ name: "log", command: "echo one; touch seen; exec sleep 1000" }]);
  await run(session, "hi");
  while (!session.works().some((work) => work.id.startsWith("monitor_") && work.output().includes("one"))) await new Promise(setImmediate);
  await run(session, "so?");
  assert.match(told(messagesIn(w.server, 1)), /so\?\nThe monitor log of the plugin ops printed:\none$/);
});

test("one that ends says so; one that talks without end is cut, and silent in the end", async () => {
  await using w = await world({
    replies: [bash("ls"), until("over"), ...["a", "b", "c", "d"].map((file) => bash(`sleep 0.2; touch ${file}`)), say("ok")],
  });
  await using session = await opened(w, [
    { name: "brief", command: "echo only; trap 'touch over' EXIT; exit 3" },
    { name: "flood", command: "i=0; while :; do i=$((i+1)); echo line $i; done" },
  ]);
  await run(session, "go");
  const all = [1, 2, 3, 4, 5, 6].map((at) => told(messagesIn(w.server, at)));
  assert.match(all.join("\n"), /only\n(?:.*\n)*\[it has ended: exit code 3\]/);
  const floods = all.filter((words) => words.includes("monitor flood"));
  assert.equal(floods.length, 3);
  for (const words of floods) {
    assert.match(words, /^\[\d+ earlier lines: .*monitor_\w+/m);
    assert.ok((words.match(/^line \d+$/gm)?.length ?? 0) <= 50);
  }
  assert.match(floods[2] ?? "", /isn't told any more/);
});

test("one that waits for a skill begins when that is started", async () => {
  await using w = await world({ replies: [bash("ls"), until("seen"), say("ok")] });
  const files = { "skills/ship/SKILL.md": "---\nname: ship\ndescription: d\n---\nShip it.\n" };
  const monitors = [
    { name: "ships", command: "echo sailing; touch seen; exec sleep 1000", when: "on-skill-invoke:ship" },
    { name: "others", command: "touch never", when: "on-skill-invoke:other" },
  ];
  await using session = await opened(w, monitors, { ask }, files);
  await run(session, "/ops:ship");
  assert.match(JSON.stringify(messagesIn(w.server, 0)), /Ship it/);
  assert.match(told(messagesIn(w.server, 2)), /The monitor ships of the plugin ops printed:\nsailing/);
  await assert.rejects(readFile(join(w.cwd, "never")));
});

test("it is among the works of the session, and gone when that has closed", async () => {
  await using w = await world({ replies: [bash("ls"), until("seen"), say("ok")] });
  const session = await opened(w, [{ name: "log", command: "echo $$ > pid; touch seen; exec sleep 1000" }]);
  await run(session, "go");
  const pid = Number(await readFile(join(w.cwd, "pid"), "utf8"));
  process.kill(pid, 0);
  assert.deepEqual(
    session.works().map((work) => [work.id.replace(/_.*/, ""), work.state()]),
    [["monitor", "running"]],
  );
  await session[Symbol.asyncDispose]();
  assert.throws(() => process.kill(pid, 0));
});

test("without a person none runs, nor one with an option of the user in its command", async () => {
  await using w = await world({ replies: [bash("ls"), say("ok"), bash("ls"), say("ok")] });
  const alone = await opened(w, [{ name: "log", command: "touch ran" }], {});
  await run(alone, "go");
  assert.deepEqual(alone.works(), []);
  await alone[Symbol.asyncDispose]();
  await using session = await opened(w, [{ name: "odd", command: "echo ${user_config.key}" }]);
  await run(session, "go");
  assert.deepEqual(session.works(), []);
  assert.match(session.problems.map(({ text }) => text).join(), /"odd" has an option of the user/);
});
