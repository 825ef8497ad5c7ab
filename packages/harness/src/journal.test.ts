import assert from "node:assert/strict";
import { memoryStore } from "@keelson/persistence";
import { storeError, text, type Event, type SessionStore } from "@keelson/protocol";
import { test } from "vitest";
import { BARRIERS, Journal } from "./journal.ts";

const REF = { tenant: "local", session: "s" };
const STAMP = { session: "s", run: "r", path: [], wall: () => 7 };
const said = (words: string): Event => ({ type: "context.added", from: "user", content: [text(words)] });

/** A real store whose disk is full while `full()` says so, and that notes up to which event its writes had to outlive a loss of power; `synced` is how long that takes. */
async function scene(full: () => boolean, synced: Promise<void> = Promise.resolve()) {
  const inner = memoryStore({ now: () => 0 });
  const barriers: number[] = [];
  const store: SessionStore = {
    ...inner,
    create: inner.create.bind(inner),
    claim: inner.claim.bind(inner),
    read: inner.read.bind(inner),
    append: async (ref, fence, head, envelopes, options) => {
      if (full()) throw storeError("unwritable", "The disk is full.");
      const written = await inner.append(ref, fence, head, envelopes, options);
      if (!options?.barrier) return written;
      barriers.push(written.head);
      await synced;
      return written;
    },
  };
  await store.create(REF, { cwd: "/" });
  const journal = new Journal(store, await store.claim(REF, "me"));
  const types = async (): Promise<string[]> => (await Array.fromAsync(store.read(REF, 0))).map(({ event }) => event.type);
  return { journal, types, barriers };
}

test("durable events are counted from 1 and stored before they are handed on; the others are only handed on", async () => {
  const { journal, types } = await scene(() => false);
  assert.deepEqual(
    (await journal.write([said("a")], STAMP)).map(({ seq }) => seq),
    [1],
  );
  assert.deepEqual(
    (await journal.write([{ type: "heartbeat" }], STAMP)).map(({ seq }) => seq),
    [undefined],
  );
  assert.deepEqual(
    (await journal.write([said("b")], STAMP)).map(({ seq }) => seq),
    [2],
  );
  assert.deepEqual(await types(), ["context.added", "context.added"]);
});

test("a full disk is told once, holds nobody up, and loses nothing when there is room again", async () => {
  let full = false;
  const { journal, types } = await scene(() => full);
  await journal.write([said("before")], STAMP);
  full = true;
  const told = await journal.write([said("lost?")], STAMP);
  assert.deepEqual(
    told.map(({ event }) => (event.type === "notice.raised" ? event.code : event.type)),
    ["context.added", "log_unwritable"],
  );
  assert.equal((await journal.write([said("still full")], STAMP)).length, 1);
  assert.equal(journal.unsaved, 3);
  full = false;
  const again = await journal.write([said("room")], STAMP);
  assert.deepEqual(
    again.map(({ seq }) => seq),
    [5, 6],
  );
  assert.equal(journal.unsaved, 0);
  assert.deepEqual(await types(), ["context.added", "context.added", "notice.raised", "context.added", "context.added", "notice.raised"]);
});

test("a run that ends while the disk is full says what will be missing, and its end comes last", async () => {
  const { journal } = await scene(() => true);
  await journal.write([said("lost")], STAMP);
  const told = await journal.write([{ type: "run.ended", reason: "completed", totals: {} }], STAMP);
  assert.deepEqual(
    told.map(({ event }) => (event.type === "notice.raised" ? event.code : event.type)),
    ["log_unsaved", "run.ended"],
  );
});

test("an effect that must not happen twice, an edit, a question and the end wait for the disk itself", async () => {
  const { journal, barriers } = await scene(() => false);
  for (const replay of ["safe", "idempotent", "never"] as const)
    await journal.write([{ type: "call.started", callId: "c", input: {}, replay }], STAMP);
  await journal.write([said("x")], STAMP);
  await journal.write([{ type: "run.ended", reason: "completed", totals: {} }], STAMP);
  assert.deepEqual(barriers, [3, 5]);
  for (const type of ["context.edited", "ask.opened"] as const) assert.ok(BARRIERS.includes(type));
});

test("what is said and the results go to the disk while the model reads them: a turn is stored, and waits for no sync", async () => {
  const { journal, barriers, types } = await scene(() => false, new Promise(() => {}));
  await journal.write([said("x")], STAMP);
  await journal.write([{ type: "turn.started", turn: 1, because: "tool_results" }], STAMP);
  assert.deepEqual(await types(), ["context.added", "turn.started"]);
  await new Promise(setImmediate); // behind the request
  assert.deepEqual(barriers, [2]);
});

test("another writer's session is no place to go on in memory", async () => {
  const inner = memoryStore({ now: () => 0 });
  await inner.create(REF, { cwd: "/" });
  const claim = await inner.claim(REF, "first");
  const journal = new Journal(inner, claim);
  await claim[Symbol.asyncDispose]();
  await inner.claim(REF, "second");
  await assert.rejects(journal.write([said("late")], STAMP), /./);
});
