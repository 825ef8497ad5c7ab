import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { fold, type Envelope, type Message } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, messagesIn, outcomes, run, world, type World } from "../../test/world.ts";
import { openSessions, type Sessions } from "./sessions.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const open = (w: World): Sessions => openSessions({ keelHome: `${w.home}/.keel` }, () => Date.now());
const found = async (sessions: Sessions, what: string, cwd = "") => {
  const session = await sessions.find(what, cwd);
  assert.ok(typeof session !== "string", String(session));
  return session;
};
async function exported(sessions: Sessions, id: string): Promise<string> {
  return (await Array.fromAsync(sessions.print(await found(sessions, id), "jsonl", false))).join("");
}
const viewIn = (text: string): readonly Message[] =>
  fold(
    text
      .trim()
      .split("\n")
      .slice(1)
      .map((line): Envelope => JSON.parse(line)),
  );

test("a question that nobody is there to answer is kept, the run is parked, and an answer days later lets it go on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Write", { file_path: "a.txt", content: "x" })] }, say("written")] });
  const first = await w.open({ defer: true });
  const parked = await run(first, "write it");
  assert.equal(ended(parked), "tool_deferred");
  const { id } = first;
  await first[Symbol.asyncDispose]();

  await using sessions = open(w);
  const session = await found(sessions, id);
  assert.equal(session.status, "waiting");
  const [asking] = await sessions.asks(session);
  assert.equal(asking?.body["tool"], "Write");
  assert.equal(await sessions.answer(session, asking?.askId ?? "", { behavior: "allow", scope: "once" }), undefined);
  assert.match((await sessions.answer(session, asking?.askId ?? "", { behavior: "allow" })) ?? "", /No open question/);

  await using again = await w.open({ resume: { id } });
  const envelopes = await Array.fromAsync(again.run([], new AbortController().signal));
  assert.deepEqual(outcomes(envelopes), ["ok"]);
  assert.equal(ended(envelopes), "completed");
});

test("a run that waits for an answer is taken up without one: it goes on waiting, whoever asks it to go on", async () => {
  await using w = await world({ replies: [{ blocks: [call("Write", { file_path: "a.txt", content: "x" })] }, say("written")] });
  const first = await w.open({ defer: true });
  await run(first, "write it");
  await first[Symbol.asyncDispose]();
  await using again = await w.open({ resume: { id: first.id } });
  assert.equal(ended(await Array.fromAsync(again.run([], new AbortController().signal))), "tool_deferred");
  await using sessions = open(w);
  assert.equal((await sessions.asks(await found(sessions, first.id))).length, 1);
});

test("what only a sub-agent said is found, as its session's; deleting that leaves neither the agent's log nor long outputs behind", async () => {
  const start = call("Agent", { description: "a part", prompt: "look for it" });
  await using w = await world({
    replies: [{ blocks: [start, call("Bash", { command: "yes plum | head -c 200000" })] }, say("done")],
    sessions: [{ match: { promptIncludes: "look for it" }, replies: [say("a quince")] }],
  });
  const session = await w.open({ permissionMode: "bypassPermissions" });
  await run(session, "go");
  await session[Symbol.asyncDispose]();
  await using sessions = open(w);
  const hits = await sessions.search("quince", { limit: 5 });
  assert.deepEqual(
    hits.map(({ session: { ref } }) => ref.session),
    [session.id],
  );
  const left = async (): Promise<readonly string[]> =>
    (await readdir(`${w.home}/.keel/var`, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile() && /outputs|sessions/.test(entry.parentPath))
      .map(({ name }) => name);
  assert.ok((await left()).length > 2);
  assert.equal(await sessions.remove(await found(sessions, session.id)), undefined);
  assert.deepEqual(await left(), []);
});

test("who is asked may leave it for later: the question stays open, and the run waits", async () => {
  await using w = await world({ replies: [{ blocks: [call("Write", { file_path: "a.txt", content: "x" })] }] });
  const first = await w.open({}, { ask: async () => "later" });
  assert.equal(ended(await run(first, "write it")), "tool_deferred");
  await first[Symbol.asyncDispose]();
  await using sessions = open(w);
  const session = await found(sessions, first.id);
  assert.equal(session.status, "waiting");
  assert.equal((await sessions.asks(session)).length, 1);
});

test("a denial by answer is told to the model, and an answer that comes too late counts no more", async () => {
  await using w = await world({ replies: [{ blocks: [call("Write", { file_path: "a.txt", content: "x" })] }, say("ok")] });
  const first = await w.open({ defer: true });
  await run(first, "write it");
  await first[Symbol.asyncDispose]();
  const late = openSessions({ keelHome: `${w.home}/.keel` }, () => Date.now() + 30 * 86_400_000);
  const session = await found(late, first.id);
  assert.deepEqual(await late.asks(session), []);
  await late[Symbol.asyncDispose]();
  await using sessions = open(w);
  const [asking] = await sessions.asks(session);
  await sessions.answer(session, asking?.askId ?? "", { behavior: "deny", message: "not there" });
  await using again = await w.open({ resume: { id: first.id } });
  const envelopes = await Array.fromAsync(again.run([], new AbortController().signal));
  assert.deepEqual(outcomes(envelopes), ["denied"]);
  assert.match(JSON.stringify(envelopes), /The user said no: not there/);
});

test("mode, model, what was allowed, the list of steps and files that were read come back with the session", async () => {
  await using w = await world(
    {
      replies: [
        {
          blocks: [
            call("Read", { file_path: "a.txt" }),
            call("TodoWrite", { todos: [{ content: "Look", status: "pending" }] }),
            call("Bash", { command: "touch made" }),
          ],
        },
        say("ok"),
        { blocks: [call("Edit", { file_path: "a.txt", old_string: "a", new_string: "b" }), call("Bash", { command: "touch made" })] },
        say("done"),
      ],
    },
    { "a.txt": "a\n" },
  );
  const first = await w.open({ model: "one" }, { ask: async () => ({ behavior: "allow", scope: "session" }) });
  await run(first, "go");
  first.setMode("acceptEdits");
  first.setModel("two");
  await first.add([{ type: "text", text: "by the way" }]);
  await first[Symbol.asyncDispose]();

  await using again = await w.open({ resume: "latest" });
  assert.deepEqual([again.id, again.mode, again.model], [first.id, "acceptEdits", "two"]);
  const envelopes = await run(again, "go on");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok"], "the file needn't be read again, nor the command asked about");
});

test("words that arrive while a run is under way are read after the next step, as the user's", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "true" })] }, say("ok")] });
  await using session = await w.open({ permissionMode: "bypassPermissions" });
  const envelopes: Envelope[] = [];
  for await (const envelope of session.run([{ type: "text", text: "go" }], new AbortController().signal)) {
    envelopes.push(envelope);
    if (envelope.event.type === "call.started") await session.steer([{ type: "text", text: "use the other one" }]);
  }
  assert.match(JSON.stringify(messagesIn(w.server, 1).at(-1)), /tool_result.*use the other one/);
  const added = envelopes.flatMap(({ event }) =>
    event.type === "context.added" && JSON.stringify(event.content).includes("other one") ? [event.from] : [],
  );
  assert.deepEqual(added, ["user"]);
});

test("words that arrive with the last reply let the run go on", async () => {
  await using w = await world({ replies: [say("first"), say("second")] });
  await using session = await w.open();
  const envelopes: Envelope[] = [];
  for await (const envelope of session.run([{ type: "text", text: "go" }], new AbortController().signal)) {
    envelopes.push(envelope);
    if (envelope.event.type === "block.completed" && w.server.requests.length === 1)
      await session.steer([{ type: "text", text: "and more" }]);
  }
  assert.equal(envelopes.filter(({ event }) => event.type === "turn.started").length, 2);
});

test("a fork begins as the other one stands, and each goes on alone", async () => {
  await using w = await world({ replies: [say("one"), say("two"), say("three")] });
  const first = await w.open();
  await run(first, "a");
  await first[Symbol.asyncDispose]();
  await using forked = await w.open({ resume: { id: first.id }, fork: true });
  assert.notEqual(forked.id, first.id);
  await run(forked, "b");
  await using sessions = open(w);
  const [before, after] = [viewIn(await exported(sessions, first.id)), viewIn(await exported(sessions, forked.id))];
  assert.deepEqual(after.slice(0, before.length), before);
  assert.equal(after.length, before.length + 2);
});

test("an exported session that is taken in again is the same conversation", async () => {
  await using w = await world({ replies: [{ blocks: [call("Read", { file_path: "a.txt" })] }, say("plum")] }, { "a.txt": "plum\n" });
  const first = await w.open();
  await run(first, "which word?");
  await first[Symbol.asyncDispose]();
  await using sessions = open(w);
  const text = await exported(sessions, first.id);
  const taken = await sessions.take(text, "x.jsonl", w.cwd);
  assert.ok(typeof taken !== "string");
  assert.deepEqual(viewIn(await exported(sessions, taken.session.ref.session)), viewIn(text));
  assert.match(
    await Array.fromAsync(sessions.print(taken.session, "md", true)).then((parts) => parts.join("")),
    /which word\?[\s\S]*Read[\s\S]*plum/,
  );
});

test("a session is found by the beginning of its id and by what was said in it; what fits many is said", async () => {
  await using w = await world({ replies: () => say("ok") });
  for (const prompt of ["the blue whale", "the red whale"]) {
    const session = await w.open();
    await run(session, prompt);
    await session[Symbol.asyncDispose]();
  }
  await using sessions = open(w);
  const all = await sessions.list({ limit: 10 });
  assert.equal(all.length, 2);
  const blue = await found(sessions, "blue whale");
  assert.match(blue.title, /blue/);
  assert.equal((await found(sessions, blue.ref.session.slice(0, 13))).ref.session, blue.ref.session);
  assert.match(String(await sessions.find("whale", "/elsewhere")), /more than one session/);
  assert.match(String(await sessions.find("octopus", "")), /No session/);
});

test("logs of sub-agents are no sessions of a person's: they are neither listed nor continued", async () => {
  await using w = await world({
    replies: [{ blocks: [call("Agent", { description: "d", prompt: "look" })] }, say("ok"), say("again")],
    sessions: [{ match: { promptIncludes: "look" }, replies: [say("seen")] }],
  });
  const first = await w.open();
  await run(first, "go");
  await first[Symbol.asyncDispose]();
  await using sessions = open(w);
  assert.deepEqual(
    (await sessions.list({ limit: 10 })).map(({ ref }) => ref.session),
    [first.id],
  );
  await using again = await w.open({ resume: "latest" });
  assert.equal(again.id, first.id);
});

test("a session that is removed is gone, and the index can be made anew", async () => {
  await using w = await world({ replies: () => say("ok") });
  const first = await w.open();
  await run(first, "a");
  await first[Symbol.asyncDispose]();
  await using sessions = open(w);
  assert.equal(await sessions.reindex(new AbortController().signal), 1);
  assert.equal(await sessions.remove(await found(sessions, first.id)), undefined);
  assert.deepEqual(await sessions.list({ limit: 10 }), []);
});
