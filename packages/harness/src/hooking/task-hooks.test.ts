import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { test } from "vitest";
import { hook, keep, kept } from "../../test/hooks.ts";
import { call, messagesIn, outcomes, run, world } from "../../test/world.ts";

const done = { blocks: [{ text: "ok" }] };
const TASKS = fileURLToPath(new URL("../../../../plugins/tasks", import.meta.url));
const create = (subject: string) => call("TaskCreate", { subject, description: "soon" });

test("TaskCreated: exit code 2 takes the task off the board again, and the model is told why", async () => {
  await using w = await world({ replies: [{ blocks: [create("write tests"), create("rewrite it all")] }, done] });
  await hook(w, { TaskCreated: "if grep -q rewrite; then echo 'smaller steps' >&2; exit 2; fi" });
  await using session = await w.open({}, { named: [TASKS] });
  assert.deepEqual(outcomes(await run(session, "go")).toSorted(), ["error", "ok"]);
  assert.deepEqual(
    session.board.tasks.map(({ subject }) => subject),
    ["write tests"],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /taken off the board again.*smaller steps/);
});

test("TaskCompleted: exit code 2 keeps the task open, and the model is told why; other changes of it fire nothing", async () => {
  const update = (status: string) => ({ blocks: [call("TaskUpdate", { taskId: "1", status })] });
  await using w = await world({ replies: [{ blocks: [create("ship")] }, update("in_progress"), update("completed"), done] });
  await hook(w, { TaskCompleted: `${keep(w)}; echo 'tests are red' >&2; exit 2` });
  await using session = await w.open({}, { named: [TASKS] });
  assert.deepEqual(outcomes(await run(session, "go")), ["ok", "ok", "error"]);
  assert.equal(session.board.tasks[0]?.status, "in_progress");
  assert.match(JSON.stringify(messagesIn(w.server, 3).at(-1)), /stays open.*tests are red/);
  assert.deepEqual(
    (await kept(w)).map(({ task_id: id, task_subject: subject, task_description: about }) => [id, subject, about]),
    [["1", "ship", "soon"]],
  );
});

test("CwdChanged: a hook knows where the shell went, and what it leaves for the shell is there at the next command", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Bash", { command: "cd sub" })] }, { blocks: [call("Bash", { command: 'echo "<$PLACE>"' })] }, done],
  });
  await mkdir(join(w.cwd, "sub"));
  await hook(w, { CwdChanged: `${keep(w)}; echo 'export PLACE=below' >> "$CLAUDE_ENV_FILE"` });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  await run(session, "go");
  assert.deepEqual(
    (await kept(w)).map(({ old_cwd: from, new_cwd: to }) => [from, to]),
    [[w.cwd, join(w.cwd, "sub")]],
  );
  assert.match(JSON.stringify(messagesIn(w.server, 2).at(-1)), /<below>/);
});
