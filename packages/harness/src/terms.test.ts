import assert from "node:assert/strict";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { test } from "vitest";
import { call, ended, outcomes, requestsIn, run, world, type World } from "../test/world.ts";
import { openSessions } from "./sessions/sessions.ts";

const remove = { blocks: [call("Bash", { command: "rm -f a.txt" })] };
const done = { blocks: [{ text: "ok" }] };
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const begun = async (w: World, flags: Parameters<World["open"]>[0]): Promise<string> => {
  await using session = await w.open(flags);
  await run(session, "go");
  return session.id;
};
const isThere = async (w: World): Promise<boolean> => (await stat(join(w.cwd, "a.txt")).catch(() => undefined)) !== undefined;
const systemIn = (w: World, at: number): string => JSON.stringify(requestsIn(w.server)[at]?.body["system"]);

test("what a command line forbade is forbidden when the session goes on, in a copy of it too", async () => {
  await using w = await world({ replies: [done, remove, done, remove, done] }, { "a.txt": "a\n" });
  const id = await begun(w, { ...BYPASS, disallowedTools: ["Bash(rm *)"] });
  for (const fork of [true, false]) {
    await using again = await w.open({ resume: { id }, fork });
    assert.equal(again.mode, "bypassPermissions");
    assert.deepEqual(outcomes(await run(again, "go on")), ["denied"]);
  }
  assert.ok(await isThere(w));
});

test("what --settings forbade and asks about on a command line holds as well", async () => {
  await using w = await world(
    { replies: [done, remove, done, { blocks: [call("Bash", { command: "touch b.txt" })] }, done] },
    { "a.txt": "a\n" },
  );
  const settings = JSON.stringify({ permissions: { deny: ["Bash(rm *)"], ask: ["Bash(touch *)"] } });
  const id = await begun(w, { ...BYPASS, settings });
  await using again = await w.open({ resume: { id } });
  assert.deepEqual(outcomes(await run(again, "go on")), ["denied"]);
  assert.deepEqual(outcomes(await run(again, "go on")), ["denied"], "nobody is there to ask");
});

test("a new command line adds to what is forbidden, for this time and the next; an empty list takes it back", async () => {
  await using w = await world({ replies: [done, done, remove, done, remove, done] }, { "a.txt": "a\n" });
  const id = await begun(w, { ...BYPASS, disallowedTools: ["Bash(rm *)"] });
  await using second = await w.open({ resume: { id }, disallowedTools: ["WebFetch"] });
  await run(second, "go on");
  await second[Symbol.asyncDispose]();
  await using third = await w.open({ resume: { id } });
  assert.deepEqual(outcomes(await run(third, "go on")), ["denied"]);
  await third[Symbol.asyncDispose]();
  await using fourth = await w.open({ resume: { id }, disallowedTools: [] });
  assert.deepEqual(outcomes(await run(fourth, "go on")), ["ok"]);
});

test("its tools, its words to the model and its part as a coordinator come back; another command line may give others", async () => {
  await using w = await world({ replies: [done, done, done] });
  const id = await begun(w, {
    tools: ["Read", "Agent"],
    systemPrompt: "You are a clerk.",
    appendSystemPrompt: "Be brief.",
    coordinator: true,
  });
  await using again = await w.open({ resume: { id } });
  assert.deepEqual(again.tools, ["Agent"]);
  await run(again, "go on");
  assert.match(systemIn(w, 1), /You are a clerk\..*You coordinate.*Be brief\./);
  await again[Symbol.asyncDispose]();
  await using other = await w.open({
    resume: { id },
    tools: ["default"],
    systemPrompt: "You are a cook.",
    appendSystemPrompt: "",
    coordinator: false,
  });
  assert.ok(other.tools.includes("Bash"));
  await run(other, "go on");
  assert.match(systemIn(w, 2), /You are a cook\./);
  assert.doesNotMatch(systemIn(w, 2), /clerk|coordinate|brief/);
});

test("a parked run that is answered goes on within what its command line forbade", async () => {
  const ask = { blocks: [call("Bash", { command: "touch b.txt" })] };
  await using w = await world({ replies: [ask, remove, done] }, { "a.txt": "a\n" });
  const settings = JSON.stringify({ permissions: { ask: ["Bash(touch *)"] } });
  const id = await begun(w, { ...BYPASS, defer: true, settings, disallowedTools: ["Bash(rm *)"] });
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  const session = await sessions.find(id, w.cwd);
  assert.ok(typeof session !== "string");
  const [asking] = await sessions.asks(session);
  assert.equal(await sessions.answer(session, asking?.askId ?? "", { behavior: "allow", scope: "once" }), undefined);
  await using again = await w.open({ resume: { id }, defer: true });
  const envelopes = await Array.fromAsync(again.run([], new AbortController().signal));
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["ok", "denied"]);
  assert.ok(await isThere(w));
});

test("a copy that can't be opened isn't left behind", async () => {
  await using w = await world({ replies: [done] });
  const id = await begun(w, {});
  await assert.rejects(w.open({ resume: { id }, fork: true, settings: "{" }));
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  assert.equal((await sessions.list({ limit: 5 })).length, 1);
  await using again = await w.open({ resume: { id } });
  assert.equal(again.id, id, "and the session is given back");
});

test("what else --settings held comes back too, but neither what it allowed nor its variables; a session taken in has none of it", async () => {
  await using w = await world({ replies: [done, done, done] });
  const held = { keel: { maxTokens: 1 }, permissions: { allow: ["Bash(touch *)"], deny: ["WebFetch"] }, env: { KEY: "hidden" } };
  const id = await begun(w, { settings: JSON.stringify(held) });
  await using again = await w.open({ resume: { id } });
  assert.equal(ended(await run(again, "go on")), "budget_exhausted");
  await again[Symbol.asyncDispose]();
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  const session = await sessions.find(id, w.cwd);
  assert.ok(typeof session !== "string");
  const log = (await Array.fromAsync(sessions.print(session, "jsonl", false))).join("");
  assert.match(log, /"terms":\{"deny":\["WebFetch"\],"settings":/);
  assert.doesNotMatch(log, /hidden|Bash\(touch/);
  const taken = await sessions.take(log, "x.jsonl", w.cwd);
  assert.ok(typeof taken !== "string");
  assert.doesNotMatch((await Array.fromAsync(sessions.print(taken.session, "jsonl", false))).join(""), /"settings"/);
});
