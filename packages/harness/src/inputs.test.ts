import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { openStore } from "@keelson/persistence";
import { text, type Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, messagesIn, run, world, type World } from "../test/world.ts";

const done = { blocks: [{ text: "ok" }] };
const waits = { blocks: [call("Bash", { command: "until [ -e go ]; do sleep 0.02; done" })] };
const BYPASS = { permissionMode: "bypassPermissions" } as const;
const logOf = async (w: World, session: string): Promise<readonly Envelope[]> => {
  await using store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
  return await Array.fromAsync(store.read({ tenant: "local", session }, 0));
};
/** Takes a prompt to its end; `during` while its first command waits. */
async function running(session: Awaited<ReturnType<World["open"]>>, w: World, during: () => Promise<void>): Promise<readonly Envelope[]> {
  const seen: Envelope[] = [];
  for await (const envelope of session.run([text("work")], new AbortController().signal)) {
    seen.push(envelope);
    if (envelope.event.type !== "call.started") continue;
    await during();
    await writeFile(join(w.cwd, "go"), "");
  }
  return seen;
}

test("words for a run that is under way are on disk when they are accepted, though nothing else happens; the reader is shown them in their order", async () => {
  await using w = await world({ replies: [waits, done] });
  await using session = await w.open(BYPASS);
  const seen = await running(session, w, async () => {
    await session.steer([text("hurry")]);
    assert.match(JSON.stringify((await logOf(w, session.id)).at(-1)?.event), /input\.received.*hurry/);
  });
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /hurry/);
  const numbers = seen.flatMap(({ seq }) => seq ?? []);
  assert.deepEqual(
    numbers,
    numbers.toSorted((one, other) => one - other),
  );
  assert.deepEqual(
    numbers,
    (await logOf(w, session.id)).map(({ seq }) => seq),
  );
});

test("a prompt that waits for its own run is on disk too, and isn't told to the run before it", async () => {
  await using w = await world({ replies: [waits, done, done] });
  await using session = await w.open(BYPASS);
  let id = "";
  await running(session, w, async () => void (id = await session.accept([text("afterwards")], "prompt")));
  assert.doesNotMatch(JSON.stringify(messagesIn(w.server, 1)), /afterwards/);
  const own = await Array.fromAsync(session.run([text("afterwards")], new AbortController().signal, [id]));
  assert.equal(ended(own), "completed");
  assert.equal(JSON.stringify(messagesIn(w.server, 2)).split("afterwards").length, 2, "told once");
  assert.equal((await logOf(w, session.id)).filter(({ event }) => event.type === "input.received").length, 2);
});

test("what was accepted and never read is delivered when the session goes on, in its order; what was withdrawn isn't", async () => {
  await using w = await world({ replies: [waits, done, done] });
  const session = await w.open(BYPASS);
  await running(session, w, async () => {
    await session.accept([text("first")], "prompt");
    const second = await session.accept([text("second")], "steer");
    await session.accept([text("third")], "prompt");
    await session.withdraw([second]);
  });
  await session[Symbol.asyncDispose]();
  await using again = await w.open({ resume: { id: session.id } });
  assert.equal(ended(await Array.fromAsync(again.run([], new AbortController().signal))), "completed");
  const told = JSON.stringify(messagesIn(w.server, 2));
  assert.match(told, /first.*third/);
  assert.doesNotMatch(told, /second/);
});

test("a prompt that comes before the session has said anything stands behind its beginning", async () => {
  await using w = await world({ replies: [done, done] });
  await using session = await w.open();
  const id = await session.accept([text("second")], "prompt");
  await run(session, "first");
  await Array.fromAsync(session.run([text("second")], new AbortController().signal, [id]));
  const log = await logOf(w, session.id);
  assert.equal(log[0]?.event.type, "session.opened");
  assert.equal(log.filter(({ event }) => event.type === "session.opened").length, 1);
  assert.doesNotMatch(JSON.stringify(messagesIn(w.server, 0)), /second/);
});
