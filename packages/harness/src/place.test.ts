import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, realpath, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { call, messagesIn, outcomes, requestsIn, run, world, type World } from "../test/world.ts";
import { openSessions } from "./sessions/sessions.ts";

const done = { blocks: [{ text: "ok" }] };
const enter = { blocks: [call("EnterWorktree", { name: "side" })] };
const leave = (action: string) => ({ blocks: [call("ExitWorktree", { action, discard_changes: true })] });
const write = { blocks: [call("Bash", { command: "echo made > new.txt" })] };
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const yes = { ask: async () => ({ behavior: "allow", scope: "once" }) as const };
const isThere = async (...path: readonly string[]): Promise<boolean> => (await stat(join(...path)).catch(() => undefined)) !== undefined;

function commit({ cwd }: World): void {
  const git = (...args: readonly string[]): string =>
    execFileSync("git", ["-c", "user.name=n", "-c", "user.email=e@example.org", ...args], { cwd, encoding: "utf8" });
  git("init", "-q");
  git("add", ".");
  git("commit", "-qm", "first");
}
const placeOf = (w: World, folder: string) => ({
  cwd: folder,
  home: w.home,
  keelHome: join(w.home, ".keel"),
  env: process.env,
  platform: process.platform,
});

async function begun(w: World, prompts = 1): Promise<{ readonly id: string; readonly cwd: string }> {
  await using session = await w.open(BYPASS, yes);
  for (let at = 0; at < prompts; at++) await run(session, "go");
  return { id: session.id, cwd: session.cwd };
}

test("a session that moved into a working tree goes on there, and leaves it as its own", async () => {
  await using w = await world({ replies: [enter, done, write, leave("remove"), done] }, { "a.txt": "a\n" });
  commit(w);
  const { id, cwd: tree } = await begun(w);
  assert.notEqual(tree, w.cwd);
  await using again = await w.open({ resume: { id } }, yes);
  assert.equal(again.cwd, tree);
  assert.deepEqual(outcomes(await run(again, "go on")), ["ok", "ok"]);
  assert.ok(!(await isThere(w.cwd, "new.txt")), "nothing landed in the folder that it left");
  assert.ok(!(await isThere(tree)));
  assert.equal(again.cwd, w.cwd);
});

test("one that left its working tree is where it was before", async () => {
  await using w = await world({ replies: [enter, leave("keep"), done] }, { "a.txt": "a\n" });
  commit(w);
  const { id } = await begun(w);
  await using again = await w.open({ resume: { id } }, yes);
  assert.equal(again.cwd, w.cwd);
});

test("a copy goes on in the same working tree, and can't take it away", async () => {
  await using w = await world({ replies: [enter, done, leave("remove"), done, leave("remove"), leave("keep"), done] }, { "a.txt": "a\n" });
  commit(w);
  const { id, cwd: tree } = await begun(w);
  await using forked = await w.open({ resume: { id }, fork: true }, yes);
  assert.equal(forked.cwd, tree);
  assert.deepEqual(outcomes(await run(forked, "go on")), ["error"]);
  await forked[Symbol.asyncDispose]();
  await using later = await w.open({ resume: { id: forked.id } }, yes);
  assert.deepEqual(outcomes(await run(later, "go on")), ["error", "ok"]);
  assert.ok(await isThere(tree));
});

test("where the working tree is gone a line says so, the model is told, and the session goes on in its folder", async () => {
  await using w = await world({ replies: [enter, done, write, done] }, { "a.txt": "a\n" });
  commit(w);
  const { id, cwd: tree } = await begun(w);
  await rm(tree, { recursive: true });
  await using again = await w.open({ resume: { id } }, yes);
  assert.equal(again.cwd, w.cwd);
  assert.match(again.problems.map(({ text }) => text).join("\n"), new RegExp(`working tree ${tree} is gone.*${w.cwd}`));
  assert.deepEqual(outcomes(await run(again, "go on")), ["ok"]);
  assert.match(JSON.stringify(messagesIn(w.server, 2)), /working tree .* is gone/);
  assert.ok(await isThere(w.cwd, "new.txt"));
  await again[Symbol.asyncDispose]();
  await using last = await w.open({ resume: { id } }, yes);
  assert.deepEqual(last.problems, [], "it is told once");
});

test("the folder that the shell went to is where it goes on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "cd sub" })] }, done, write, done] }, {});
  await mkdir(join(w.cwd, "sub"));
  const { id } = await begun(w);
  await using again = await w.open({ resume: { id } }, yes);
  await run(again, "go on");
  assert.ok(await isThere(w.cwd, "sub", "new.txt"));
});

test("a session is taken up from anywhere in the folder that it was begun in; what the command line names is meant from where it was typed", async () => {
  await using w = await world({ replies: [done, write, done] });
  const { id } = await begun(w);
  const elsewhere = join(w.home, "elsewhere");
  await mkdir(join(elsewhere, "more"), { recursive: true });
  await using again = await w.open({ resume: { id }, addDirs: ["more"] }, { place: placeOf(w, elsewhere), ...yes });
  assert.equal(again.cwd, w.cwd);
  await run(again, "go on");
  assert.ok(await isThere(w.cwd, "new.txt"));
  assert.match(JSON.stringify(requestsIn(w.server)[1]?.body["system"]), new RegExp(join(elsewhere, "more")));
});

test("where its folder is gone a line says so and where it goes on, and there it stays", async () => {
  await using w = await world({ replies: [done, write, done] });
  const { id } = await begun(w);
  const elsewhere = await realpath(w.home).then((home) => join(home, "elsewhere"));
  await rename(w.cwd, elsewhere);
  await using again = await w.open({ resume: { id } }, { place: placeOf(w, elsewhere), ...yes });
  assert.equal(again.cwd, elsewhere);
  assert.match(again.problems.map(({ text }) => text).join("\n"), new RegExp(`${w.cwd}, is gone.*${elsewhere}`));
  await run(again, "go on");
  assert.ok(await isThere(elsewhere, "new.txt"));
  await again[Symbol.asyncDispose]();
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  const session = await sessions.find(id, w.cwd);
  assert.equal(typeof session === "string" ? session : await sessions.folder(session), elsewhere);
  await using last = await w.open({ resume: { id } }, { place: placeOf(w, w.home), ...yes });
  assert.equal(last.cwd, elsewhere);
});
