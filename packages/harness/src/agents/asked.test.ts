import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import type { Reply, Script, SeenRequest } from "@keelson/simulator";
import { test } from "vitest";
import type { Asking } from "../recollection.ts";
import { openSessions } from "../sessions/sessions.ts";
import { killed } from "../../test/killed.ts";
import { call, ended, run, world, type World } from "../../test/world.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const start = (prompt: string, more: object = {}) => call("Agent", { description: "a part", prompt, ...more });
const touch = (file: string): Reply => ({ blocks: [call("Bash", { command: `touch ${file}` })] });
const own = (envelopes: readonly Envelope[]): readonly Envelope[] => envelopes.filter(({ path }) => path.length === 0);
const results = (envelopes: readonly Envelope[]): string =>
  JSON.stringify(own(envelopes).flatMap(({ event }) => (event.type === "call.completed" ? [event.result["content"]] : [])));
const lastIn = ({ body }: SeenRequest): string => JSON.stringify(Array.isArray(body["messages"]) ? body["messages"].at(-1) : "");

async function asks(w: Pick<World, "home">, id: string): Promise<readonly Asking[]> {
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  const session = await sessions.find(id, "");
  assert.ok(typeof session !== "string");
  return await sessions.asks(session);
}

async function answer(w: Pick<World, "home">, id: string, askId: string | undefined, said: object): Promise<void> {
  await using sessions = openSessions({ keelHome: join(w.home, ".keel") }, () => Date.now());
  const session = await sessions.find(id, "");
  assert.ok(typeof session !== "string");
  assert.equal(await sessions.answer(session, askId ?? "", { scope: "once", ...said } as Record<string, string>), undefined);
}

async function parked(w: World, more = {}): Promise<string> {
  await using session = await w.open({ defer: true, ...more });
  assert.equal(ended(own(await run(session, "go"))), "tool_deferred");
  return session.id;
}

async function goOn(w: World, id: string): Promise<readonly Envelope[]> {
  await using session = await w.open({ resume: { id }, defer: true });
  return await Array.fromAsync(session.run([], new AbortController().signal));
}

const ONE: Script = {
  replies: [{ blocks: [start("job one")] }, say("It is done.")],
  sessions: [
    {
      match: { promptIncludes: "job one" },
      replies: (request) => (lastIn(request).includes("job one") ? touch("made") : say(`heard: ${lastIn(request).includes("not today")}`)),
    },
  ],
};

test("a question of an agent parks the run; it is its session's to show and to answer, and the agent goes on where it was", async () => {
  await using w = await world(ONE);
  const id = await parked(w);
  const [asking, ...others] = await asks(w, id);
  assert.deepEqual(others, []);
  assert.match(String(asking?.body["agent"]), /^agent_\w+$/);
  assert.equal(asking?.body["tool"], "Bash");
  assert.equal(ended(own(await goOn(w, id))), "tool_deferred", "without an answer it goes on waiting");
  assert.equal((await asks(w, id)).length, 1);
  await answer(w, id, asking?.askId, { behavior: "allow" });
  assert.deepEqual(await asks(w, id), []);
  const envelopes = await goOn(w, id);
  assert.equal(ended(own(envelopes)), "completed");
  assert.ok(existsSync(join(w.cwd, "made")));
  assert.match(results(envelopes), /heard: false/);
  assert.equal(new Set(envelopes.filter(({ path }) => path.length > 0).map(({ session }) => session)).size, 1);
});

test("a no reaches the agent with its words", async () => {
  await using w = await world(ONE);
  const id = await parked(w);
  const [asking] = await asks(w, id);
  await answer(w, id, asking?.askId, { behavior: "deny", message: "not today" });
  assert.match(results(await goOn(w, id)), /heard: true/);
  assert.ok(!existsSync(join(w.cwd, "made")));
});

test("several wait at once, each goes on with its own answer, and one that asked nothing isn't run again", async () => {
  const job = (name: string, ...replies: readonly Reply[]) => ({
    match: { promptIncludes: `job ${name}` },
    replies: (request: SeenRequest) => (lastIn(request).includes(`job ${name}`) ? (replies[0] ?? say("?")) : say(`${name} is over`)),
  });
  await using w = await world({
    replies: [{ blocks: [start("job red"), start("job blue"), start("job plain")] }, say("All done.")],
    sessions: [job("red", touch("red")), job("blue", touch("blue")), job("plain", say("plain is over"))],
  });
  const id = await parked(w);
  const open = await asks(w, id);
  assert.equal(open.length, 2);
  const blue = open.find(({ body }) => JSON.stringify(body["input"]).includes("blue"));
  await answer(w, id, blue?.askId, { behavior: "allow" });
  assert.equal(ended(own(await goOn(w, id))), "tool_deferred");
  assert.ok(existsSync(join(w.cwd, "blue")) && !existsSync(join(w.cwd, "red")));
  await answer(w, id, (await asks(w, id))[0]?.askId, { behavior: "allow" });
  const envelopes = await goOn(w, id);
  assert.equal(ended(own(envelopes)), "completed");
  assert.ok(existsSync(join(w.cwd, "red")));
  const asked = w.server.requests.filter(({ text }) => text.includes("job plain") && !text.includes("job red"));
  assert.equal(asked.length, 1);
});

test("an agent's agent parks all of them", async () => {
  await using w = await world({
    replies: [{ blocks: [start("outer job")] }, say("It is done.")],
    sessions: [
      {
        match: { promptIncludes: "outer job" },
        replies: (request) => (lastIn(request).includes("outer job") ? { blocks: [start("inner job")] } : say("outer heard it")),
      },
      {
        match: { promptIncludes: "inner job" },
        replies: (request) => (lastIn(request).includes("inner job") ? touch("made") : say("inner did it")),
      },
    ],
  });
  const id = await parked(w);
  const [asking] = await asks(w, id);
  assert.match(String(asking?.body["agent"]), /^agent_\w+\/agent_\w+$/);
  await answer(w, id, asking?.askId, { behavior: "allow" });
  const envelopes = await goOn(w, id);
  assert.equal(ended(own(envelopes)), "completed");
  assert.match(results(envelopes), /outer heard it/);
  assert.ok(existsSync(join(w.cwd, "made")));
});

test("one in the background waits too: its session is told so, and it goes on by itself when it is answered", async () => {
  await using w = await world({
    ...ONE,
    replies: (request) => {
      const said = lastIn(request);
      if (said.includes('"go"')) return { blocks: [start("job one", { run_in_background: true })] };
      return say(said.includes("waits for an answer") ? "I was told that it waits." : said.includes("heard:") ? "Now it is done." : "Hm.");
    },
  });
  await using first = await w.open({ defer: true });
  const before = await run(first, "go");
  assert.match(JSON.stringify(own(before)), /I was told that it waits/);
  await first[Symbol.asyncDispose]();
  const [asking] = await asks(w, first.id);
  await answer(w, first.id, asking?.askId, { behavior: "allow" });
  const envelopes = await goOn(w, first.id);
  assert.ok(existsSync(join(w.cwd, "made")));
  assert.match(JSON.stringify(own(envelopes)), /Now it is done/);
});

test("killed while an agent's question is open: the session shows it, and asks it again or takes the answer that came meanwhile", async () => {
  await using scene = await killed(ONE, { asks: true });
  const [asking] = await asks(scene, scene.id);
  assert.equal(asking?.body["tool"], "Bash");
  const again: string[] = [];
  {
    await using session = await scene.reopen(
      { permissionMode: "default" },
      {
        ask: async ({ askId }) => {
          again.push(askId);
          return "later";
        },
      },
    );
    assert.equal(ended(own(await Array.fromAsync(session.run([], new AbortController().signal)))), "tool_deferred");
  }
  assert.deepEqual(again, [asking?.askId]);
  await answer(scene, scene.id, asking?.askId, { behavior: "allow" });
  await using session = await scene.reopen({ permissionMode: "default" });
  const envelopes = await Array.fromAsync(session.run([], new AbortController().signal));
  assert.equal(ended(own(envelopes)), "completed");
  assert.match(results(envelopes), /heard: false/);
});
