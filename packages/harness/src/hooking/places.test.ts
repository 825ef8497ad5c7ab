import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { HOOK_EVENTS, type HookEvent } from "@keelson/protocol";
import { test } from "vitest";
import { hook } from "../../test/hooks.ts";
import { REAL, until } from "../../test/live.ts";
import { call, ended, run, world } from "../../test/world.ts";

/** Events that nothing in a session brings about yet, each with what will. */
const LATER: Readonly<Partial<Record<HookEvent, string>>> = {
  PreCompact: "compaction",
  PostCompact: "compaction",
  Elicitation: "MCP servers",
  ElicitationResult: "MCP servers",
  TeammateIdle: "agents that stay and wait for work",
};
const TASKS = fileURLToPath(new URL("../../../../plugins/tasks", import.meta.url));
const say = (text: string) => ({ blocks: [{ text }] });

test("every event of the protocol fires in a session, but for those whose place comes with a later part", async () => {
  const work = [
    call("Write", { file_path: "a.txt", content: "x" }),
    call("Read", { file_path: "nowhere.txt" }),
    call("Bash", { command: "cd sub" }),
    call("TaskCreate", { subject: "ship", description: "soon" }),
    call("Agent", { description: "d", prompt: "look around" }),
  ];
  const replies = [
    { blocks: work },
    { blocks: [call("TaskUpdate", { taskId: "1", status: "completed" }), call("EnterWorktree", { name: "side" })] },
    { blocks: [call("ExitWorktree", { action: "remove", discard_changes: true })] },
    say("done"),
    { blocks: [call("Bash", { command: "./deploy.sh" })] },
    say("done"),
  ];
  const ruling = '{"label":"risky","reason":"It sends things away.","hard":true}';
  await using w = await world({
    replies: ({ text }) => (text.includes("You judge one tool call") ? say(ruling) : (replies.shift() ?? { error: { status: 400 } })),
    sessions: [{ match: { promptIncludes: "look around" }, replies: [say("seen")] }],
  });
  const fired = join(w.home, "fired");
  const tree = join(w.home, "tree");
  for (const folder of [fired, tree, join(w.cwd, "sub"), join(w.home, ".keel/commands"), join(w.home, ".claude")])
    await mkdir(folder, { recursive: true });
  await writeFile(join(w.home, ".keel/commands/fix.md"), "Fix issue $1.\n");
  await writeFile(join(w.home, ".claude/CLAUDE.md"), "Answer in verse.\n");
  const places = HOOK_EVENTS.filter((event) => LATER[event] === undefined);
  const watched = join(w.home, "watched.txt");
  const says: Readonly<Partial<Record<HookEvent, string>>> = {
    WorktreeCreate: tree,
    CwdChanged: `'${JSON.stringify({ hookSpecificOutput: { hookEventName: "CwdChanged", watchPaths: [watched] } })}'`,
  };
  const keep = (event: HookEvent): string => `cat > ${join(fired, event)}${says[event] ? `; echo ${says[event]}` : ""}`;
  const hooks = Object.fromEntries(places.map((event) => [event, keep(event)]));
  await hook(w, hooks);

  const session = await w.open(
    { model: "one", setup: "init" },
    { clock: REAL, named: [TASKS], ask: async () => ({ behavior: "allow", scope: "once" }) },
  );
  assert.equal(ended(await run(session, "/fix 7")), "completed");
  assert.equal(await session.addFolder(tree), undefined);
  await hook(w, hooks, { cleanupPeriodDays: 3 });
  let last = 0;
  const change = async (): Promise<void> => {
    if (Date.now() - last < 1_000) return; // what never rests is never told of
    last = Date.now();
    await writeFile(watched, `${last}`);
  };
  await until(() => ["ConfigChange", "DirectoryAdded", "FileChanged"].every((event) => existsSync(join(fired, event))), change);
  session.setModel("two");
  session.setMode("auto");
  assert.equal(ended(await run(session, "deploy")), "completed");
  assert.equal(ended(await run(session, "and now fail")), "model_error");
  await session[Symbol.asyncDispose]();

  assert.deepEqual([...(await readdir(fired)), ...Object.keys(LATER)].toSorted(), HOOK_EVENTS.toSorted());
  for (const event of places) {
    const told = JSON.parse(await readFile(join(fired, event), "utf8")) as { readonly hook_event_name: string };
    assert.equal(told.hook_event_name, event);
  }
});
