import assert from "node:assert/strict";
import {
  fold,
  isStoreError,
  refusal,
  text,
  type Envelope,
  type Event,
  type Ref,
  type SessionStore,
  type StoreErrorCode,
} from "@keelson/protocol";
import { describe, test } from "vitest";
import { USAGE, use } from "./script.ts";

/** What every implementation of the store's contracts must do, clause by clause. `open` gives an empty store; dispose ends it. */
export function testStore(name: string, open: () => Promise<AsyncDisposable & { readonly store: SessionStore }>): void {
  const ref: Ref = { tenant: "local", session: "5f0c7c1e-one" };
  const meta = { cwd: "/projects/one" };

  describe(`${name} keeps the store's contract`, () => {
    test("what was appended is read back in order, from any place", async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ref, meta);
      await using claim = await store.claim(ref, "me");
      assert.equal(claim.head, 0);
      assert.equal((await store.append(ref, claim.fence, 0, SESSION.slice(0, 3))).head, 3);
      assert.equal((await store.append(ref, claim.fence, 3, SESSION.slice(3), { barrier: true })).head, SESSION.length);
      assert.deepEqual(await all(store, ref, 0), SESSION);
      assert.deepEqual(await all(store, ref, 4), SESSION.slice(4));
      assert.deepEqual(await all(store, ref, SESSION.length), []);
      assert.equal((await store.head(ref)).head, SESSION.length);
    });

    test("what the model sees is the same after the way through the store, at every record", async () => {
      await using opened = await open();
      await opened.store.create(ref, meta);
      await using claim = await opened.store.claim(ref, "me");
      for (const [at, envelope] of SESSION.entries()) {
        await opened.store.append(ref, claim.fence, at, [envelope]);
        const back = await all(opened.store, ref, 0);
        assert.deepEqual(fold(back), fold(SESSION.slice(0, at + 1)));
        if (at > 0) assert.equal(refusal(fold(back)), undefined); // before the prompt there is nothing to send
      }
    });

    test("an event of a type that nobody here knows comes back as it was", async () => {
      await using opened = await open();
      await opened.store.create(ref, meta);
      await using claim = await opened.store.claim(ref, "me");
      const odd = JSON.parse(
        '{"v":1,"seq":1,"at":5,"session":"s","run":"r","path":[],"event":{"type":"moon.risen","phase":{"full":true}},"more":[1]}',
      ) as Envelope;
      await opened.store.append(ref, claim.fence, 0, [odd]);
      assert.deepEqual(await all(opened.store, ref, 0), [odd]);
    });

    test("one writer: held while it lives, then a later epoch, and what the earlier one adds is refused", async () => {
      await using opened = await open();
      const { store } = opened;
      await store.create(ref, meta);
      const first = await store.claim(ref, "first");
      await store.append(ref, first.fence, 0, SESSION.slice(0, 2));
      await refused("held", store.claim(ref, "second"));
      await first[Symbol.asyncDispose]();
      await using second = await store.claim(ref, "second");
      assert.ok(second.fence.epoch > first.fence.epoch);
      assert.equal(second.head, 2);
      await refused("fenced", store.append(ref, first.fence, 2, SESSION.slice(2, 3)));
      await store.append(ref, second.fence, 2, SESSION.slice(2));
      assert.deepEqual(await all(store, ref, 0), SESSION);
    });

    test("a head that isn't the log's is refused, and nothing is stored", async () => {
      await using opened = await open();
      await opened.store.create(ref, meta);
      await using claim = await opened.store.claim(ref, "me");
      await opened.store.append(ref, claim.fence, 0, SESSION.slice(0, 2));
      await refused("head_mismatch", opened.store.append(ref, claim.fence, 1, SESSION.slice(1, 2)));
      await refused("head_mismatch", opened.store.append(ref, claim.fence, 3, SESSION.slice(3, 4)));
      assert.deepEqual(await all(opened.store, ref, 0), SESSION.slice(0, 2));
    });

    test("an unknown session is not found, a known one isn't created twice", async () => {
      await using opened = await open();
      const { store } = opened;
      await refused("not_found", store.get(ref));
      await refused("not_found", store.claim(ref, "me"));
      await refused("not_found", store.head(ref));
      await refused("not_found", all(store, ref, 0));
      await store.create(ref, meta);
      await refused("exists", store.create(ref, meta));
      assert.deepEqual(await all(store, ref, 0), []);
    });

    test("sessions are listed newest first, those of a folder alone when it is named", async () => {
      await using opened = await open();
      const { store } = opened;
      for (const [session, cwd] of [
        ["a", "/projects/one"],
        ["b", "/projects/two"],
        ["c", "/projects/one"],
      ] as const) {
        const one: Ref = { tenant: "local", session };
        await store.create(one, { cwd });
        await using claim = await store.claim(one, "me");
        await store.append(one, claim.fence, 0, SESSION.slice(0, 2));
        await new Promise((done) => setTimeout(done, 15)); // a file's time has its own grain
      }
      assert.deepEqual(
        (await store.list({ tenant: "local" })).map(({ ref: { session } }) => session),
        ["c", "b", "a"],
      );
      assert.deepEqual(
        (await store.list({ tenant: "local", cwd: "/projects/one" })).map(({ ref: { session } }) => session),
        ["c", "a"],
      );
      const { title, cwd } = await store.get({ tenant: "local", session: "b" });
      assert.deepEqual([title, cwd], ["fix the test", "/projects/two"]);
      assert.deepEqual(await store.list({ tenant: "somebody else" }), []);
    });
  });
}

const result = (callId: string): Event => ({
  type: "call.completed",
  callId,
  outcome: "ok",
  result: { type: "tool_result", tool_use_id: callId, content: [text("ünï ✓ \u2028 and \n more")] },
  ms: 1,
});

/** One small session with everything that the fold looks at. */
const SESSION: readonly Envelope[] = (
  [
    { type: "session.opened", meta: { cwd: "/projects/one" } },
    { type: "context.added", from: "user", content: [text("fix the test")] },
    { type: "turn.started", turn: 0, because: "prompt" },
    { type: "block.completed", messageId: "m1", index: 0, block: text("I look.") },
    { type: "block.completed", messageId: "m1", index: 1, block: use("a", "Read") },
    { type: "call.started", callId: "a", input: {}, replay: "safe" },
    { type: "block.completed", messageId: "m1", index: 2, block: use("b", "Bash") },
    result("a"),
    { type: "reply.completed", messageId: "m1", stopReason: "tool_use", usage: USAGE },
    { type: "call.started", callId: "b", input: {}, replay: "never" },
    result("b"),
    { type: "turn.started", turn: 1, because: "tool_results" },
    { type: "block.completed", messageId: "m2", index: 0, block: text("Done.") },
    { type: "reply.completed", messageId: "m2", stopReason: "end_turn", usage: USAGE },
    { type: "run.ended", reason: "completed", totals: { turns: 2 } },
  ] satisfies Event[]
).map((event, at): Envelope => ({ v: 1, seq: at + 1, at: 1_000 + at, session: "5f0c7c1e-one", run: "r", path: [], event }));

async function all(store: SessionStore, ref: Ref, after: number): Promise<Envelope[]> {
  return await Array.fromAsync(store.read(ref, after));
}

async function refused(code: StoreErrorCode, work: Promise<unknown>): Promise<void> {
  await assert.rejects(work, (error) => isStoreError(error) && error.code === code);
}
