import assert from "node:assert/strict";
import type { Envelope } from "@keelson/protocol";
import type { Script, SeenRequest } from "@keelson/simulator";
import { test } from "vitest";
import { openSessions, type Sessions } from "../sessions/sessions.ts";
import { call, run, world, type World } from "../../test/world.ts";

const say = (text: string) => ({ blocks: [{ text }] });
const shelf = (w: World): Sessions => openSessions({ keelHome: `${w.home}/.keel` }, () => Date.now());
const lastIn = ({ body }: SeenRequest): string => JSON.stringify(Array.isArray(body["messages"]) ? body["messages"].at(-1) : "");
const inner = { description: "a part", prompt: "inner part", name: "inner" };

const NESTED: Script = {
  replies: (request) => {
    if (lastIn(request).includes("begin"))
      return { blocks: [call("Agent", { description: "a part", prompt: "outer part", name: "outer" })] };
    return lastIn(request).includes("more, please")
      ? { blocks: [call("SendMessage", { to: "outer", message: "ask the inner" })] }
      : say("ok");
  },
  sessions: [
    {
      match: { promptIncludes: "outer part" },
      replies: (request) => {
        if (lastIn(request).includes("outer part")) return { blocks: [call("Agent", inner)] };
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
};

async function exported(w: World, id: string): Promise<string> {
  await using sessions = shelf(w);
  const session = await sessions.find(id, "");
  assert.ok(typeof session !== "string");
  return (await Array.fromAsync(sessions.print(session, "jsonl", false, "whole"))).join("");
}

async function taken(w: World, text: string): Promise<string> {
  await using sessions = shelf(w);
  const result = await sessions.take(text, "a.jsonl", w.cwd);
  assert.ok(typeof result !== "string");
  return result.session.ref.session;
}

test("what is taken elsewhere has its agents' logs with it, and theirs: a message lets them go on with all that they knew", async () => {
  await using here = await world(NESTED);
  const first = await here.open();
  await run(first, "begin");
  await first[Symbol.asyncDispose]();
  const text = await exported(here, first.id);
  await using there = await world(NESTED);
  await using session = await there.open({ resume: { id: await taken(there, text) } });
  const envelopes = await run(session, "more, please");
  assert.match(JSON.stringify(envelopes.filter(({ path }) => path.length === 2)), /it was a quince/);
  assert.ok(there.server.requests.some((request) => request.text.includes("what was it?") && request.text.includes("inner part")));
});

test("taken in twice on the same machine, each has agents of its own", async () => {
  await using w = await world(NESTED);
  const first = await w.open();
  await run(first, "begin");
  await first[Symbol.asyncDispose]();
  const text = await exported(w, first.id);
  const logs = async (id: string): Promise<readonly string[]> =>
    [...(await exported(w, id)).matchAll(/"keel":1,"session":"([^"]+)"/g)].map(([, session = ""]) => session);
  const ids = [first.id, await taken(w, text), await taken(w, text)];
  const all = (await Promise.all(ids.map(logs))).flat();
  assert.equal(all.length, 9);
  assert.equal(new Set(all).size, 9);
});

test("a working tree that a file speaks of is nobody's here", async () => {
  await using w = await world(NESTED);
  const first = await w.open();
  await run(first, "begin");
  await first[Symbol.asyncDispose]();
  const lines = (await exported(w, first.id)).trim().split("\n");
  const forged = lines.map((line) => {
    const { event, ...envelope }: Partial<Envelope> = JSON.parse(line);
    if (event?.type !== "agent.started") return line;
    return JSON.stringify({ ...envelope, event: { ...event, body: { ...event.body, tree: { path: "/", base: "", by: "git" } } } });
  });
  assert.notDeepEqual(forged, lines);
  assert.ok(!(await exported(w, await taken(w, forged.join("\n")))).includes('"tree"'));
});
