import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import type { Envelope } from "@keelson/protocol";
import type { Script, SeenRequest } from "@keelson/simulator";
import { test } from "vitest";
import { call, run, world, type World } from "../../test/world.ts";
import { openSessions } from "../sessions/sessions.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const lastIn = ({ body }: SeenRequest): string => JSON.stringify(Array.isArray(body["messages"]) ? body["messages"].at(-1) : "");
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const shelf = (w: World) => openSessions({ keelHome: `${w.home}/.keel` }, () => Date.now());
const relayed = (envelopes: readonly Envelope[]): readonly string[] => [
  ...new Set(envelopes.filter(({ path }) => path.length === 1).map(({ session }) => session)),
];
const logs = async (w: World): Promise<readonly string[]> =>
  (await readdir(`${w.home}/.keel/var/sessions`, { recursive: true })).filter((name) => name.endsWith(".jsonl"));

/** A session whose agent found a plum; whoever goes on with it asks that agent for the colour. */
const PLUM: Script = {
  replies: (request) => {
    const text = lastIn(request);
    if (text.includes("which word?")) return { blocks: [call("Agent", { description: "a part", prompt: "find the word", name: "scout" })] };
    if (text.includes("and its colour?")) return { blocks: [call("SendMessage", { to: "scout", message: "which colour?" })] };
    return say("I see.");
  },
  sessions: [
    {
      match: { promptIncludes: "find the word" },
      replies: (request) => say(lastIn(request).includes("colour") ? "blue as the sky" : "plum"),
    },
  ],
};

async function remove(w: World, id: string): Promise<void> {
  await using sessions = shelf(w);
  const session = await sessions.find(id, "");
  assert.ok(typeof session !== "string");
  assert.equal(await sessions.remove(session), undefined);
}

async function asked(w: World, id: string, more = {}): Promise<{ readonly id: string; readonly envelopes: readonly Envelope[] }> {
  await using session = await w.open({ resume: { id }, ...more });
  return { id: session.id, envelopes: await run(session, "and its colour?") };
}

async function begun(w: World): Promise<string> {
  await using session = await w.open();
  await run(session, "which word?");
  return session.id;
}

test("a fork's agents are its own from the beginning: the session goes, and they go on with all that they knew", async () => {
  await using w = await world(PLUM);
  const id = await begun(w);
  const fork = await w.open({ resume: { id }, fork: true });
  await fork[Symbol.asyncDispose]();
  await remove(w, id);
  const { envelopes } = await asked(w, fork.id);
  assert.equal(relayed(envelopes).length, 1);
  const request = w.server.requests
    .map(({ text }) => text)
    .find((text) => text.includes("which colour?") && text.includes("find the word"));
  assert.match(request ?? "", /"plum"/);
});

test("an agent that went on in a fork stays where it was for the session, and goes when the fork goes", async () => {
  await using w = await world(PLUM);
  const id = await begun(w);
  const before = await logs(w);
  const fork = await asked(w, id, { fork: true });
  const again = await asked(w, fork.id);
  assert.deepEqual(relayed(again.envelopes), relayed(fork.envelopes), "it goes on in one log, run after run");
  {
    await using sessions = shelf(w);
    const hits = await sessions.search("sky", { limit: 5 });
    assert.deepEqual(
      hits.map(({ session }) => session.ref.session),
      [fork.id],
    );
  }
  await remove(w, fork.id);
  assert.deepEqual((await logs(w)).toSorted(), before.toSorted());
  assert.equal(relayed((await asked(w, id)).envelopes).length, 1);
});

test("a fork of a fork has agents of its own, and those of agents too", async () => {
  await using w = await world({
    replies: (request) => {
      const text = lastIn(request);
      if (text.includes("begin")) return { blocks: [call("Agent", { description: "a part", prompt: "outer part", name: "outer" })] };
      return text.includes("go on") ? { blocks: [call("SendMessage", { to: "outer", message: "ask the inner" })] } : say("I see.");
    },
    sessions: [
      {
        match: { promptIncludes: "outer part" },
        replies: (request) => {
          if (lastIn(request).includes("outer part"))
            return { blocks: [call("Agent", { description: "a part", prompt: "inner part", name: "inner" })] };
          return lastIn(request).includes("ask the inner")
            ? { blocks: [call("SendMessage", { to: "inner", message: "what was it?" })] }
            : say("outer says");
        },
      },
      {
        match: { promptIncludes: "inner part" },
        replies: (request) => say(lastIn(request).includes("what was it?") ? "it was a quince" : "quince"),
      },
    ],
  });
  const first = await w.open();
  await run(first, "begin");
  await first[Symbol.asyncDispose]();
  const second = await w.open({ resume: { id: first.id }, fork: true });
  await second[Symbol.asyncDispose]();
  const third = await w.open({ resume: { id: second.id }, fork: true });
  await third[Symbol.asyncDispose]();
  await remove(w, first.id);
  await remove(w, second.id);
  await using session = await w.open({ resume: { id: third.id } });
  const envelopes = await run(session, "go on");
  assert.match(JSON.stringify(envelopes.filter(({ path }) => path.length === 2)), /it was a quince/);
});

test("long outputs that a fork's history names stay until the last one that names them is gone, and are its to read", async () => {
  let named = "";
  await using w = await world({
    replies: (request) => {
      const said = lastIn(request);
      if (said.includes("again")) return { blocks: [call("Read", { file_path: named, limit: 1 })] };
      return said.includes("make it long") ? { blocks: [call("Bash", { command: "yes plum | head -c 200000" })] } : say("I see.");
    },
  });
  const first = await w.open(BYPASS);
  await run(first, "make it long");
  await first[Symbol.asyncDispose]();
  const outputs = `${w.home}/.keel/var/outputs`;
  named = `${outputs}/${first.id}/${(await readdir(`${outputs}/${first.id}`))[0]}`;
  const second = await w.open({ resume: { id: first.id }, fork: true });
  await second[Symbol.asyncDispose]();
  const third = await w.open({ resume: { id: second.id }, fork: true, permissionMode: "dontAsk" });
  await remove(w, first.id);
  await remove(w, second.id);
  const read = (await run(third, "again")).flatMap(({ event }) => (event.type === "call.completed" ? [event] : []));
  await third[Symbol.asyncDispose]();
  assert.match(JSON.stringify(read[0]?.result), /plum/);
  assert.equal(read[0]?.outcome, "ok");
  assert.ok((await readFile(named, "utf8")).length > 0);
  await remove(w, third.id);
  assert.deepEqual(await readdir(outputs), []);
});
