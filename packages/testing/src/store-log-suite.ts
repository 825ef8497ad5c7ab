import assert from "node:assert/strict";
import { fold, refusal, type Envelope, type Ref, type SessionStore, type StoreErrorCode } from "@keelson/protocol";
import { describe, test } from "vitest";
import { all, CWD, filled, made, REF, refused, said, sealed, SESSION, ticking, type OpenStore } from "./store-scene.ts";

/** The log: order, numbers, one writer. */
export function testLog(name: string, open: OpenStore): void {
  describe(`${name} keeps a log`, () => {
    testOrder(open);
    testNumbers(open);
    testPen(open);
    testAbsence(open);
  });
}

function testOrder(open: OpenStore): void {
  for (const after of [0, 1, 4, SESSION.length - 1, SESSION.length, SESSION.length + 5])
    test(`what was appended is read back in order, after ${after}`, async () => {
      await using opened = await made(open);
      const { store } = opened;
      await using claim = await store.claim(REF, "me");
      assert.equal(claim.head, 0);
      assert.equal((await store.append(REF, claim.fence, 0, SESSION.slice(0, 3))).head, 3);
      assert.deepEqual(await store.append(REF, claim.fence, 3, SESSION.slice(3), { barrier: true }), {
        head: SESSION.length,
        epoch: claim.fence.epoch,
      });
      assert.deepEqual(await all(store, REF, after), SESSION.slice(after));
      assert.equal((await store.head(REF)).head, SESSION.length);
    });

  test("what the model sees is the same after the way through the store, at every record", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    for (const [at, envelope] of SESSION.entries()) {
      await opened.store.append(REF, claim.fence, at, [envelope]);
      const back = await all(opened.store);
      assert.deepEqual(fold(back), fold(SESSION.slice(0, at + 1)));
      if (at > 0) assert.equal(refusal(fold(back)), undefined); // before the prompt there is nothing to send
    }
  });

  test("what many owners have appended one after the other is one log", async () => {
    await using opened = await made(open);
    const { store } = opened;
    for (const [at, envelope] of SESSION.entries()) {
      await using claim = await store.claim(REF, `owner ${at}`);
      assert.equal(claim.head, at);
      await store.append(REF, claim.fence, at, [envelope], { barrier: at % 2 === 0 });
    }
    assert.deepEqual(await all(store), SESSION);
    for (const after of [1, 7, 14]) assert.deepEqual(await all(store, REF, after), SESSION.slice(after));
  });

  test("appends that are not waited for are stored in the order in which they were asked for", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    const appends = SESSION.map((envelope, at) => opened.store.append(REF, claim.fence, at, [envelope], { barrier: at % 3 === 0 }));
    assert.deepEqual(
      (await Promise.all(appends)).map(({ head }) => head),
      SESSION.map(({ seq }) => seq),
    );
    assert.deepEqual(await all(opened.store), SESSION);
  });

  test("an append of nothing stores nothing and tells the head, behind a barrier too", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    assert.equal((await opened.store.append(REF, claim.fence, 0, [])).head, 0);
    await opened.store.append(REF, claim.fence, 0, SESSION.slice(0, 2));
    assert.equal((await opened.store.append(REF, claim.fence, 2, [], { barrier: true })).head, 2);
    assert.deepEqual(await all(opened.store), SESSION.slice(0, 2));
  });

  test("what is changed after it was appended, or after it was read, isn't changed in the store", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    const mine = structuredClone(SESSION[1]) as Envelope & { event: { content: unknown[] } };
    await opened.store.append(REF, claim.fence, 0, SESSION.slice(0, 1));
    await opened.store.append(REF, claim.fence, 1, [mine]);
    mine.event.content.length = 0;
    const [, read] = (await all(opened.store)) as (typeof mine)[];
    read?.event.content.splice(0);
    assert.deepEqual(await all(opened.store), SESSION.slice(0, 2));
  });

  test("two sessions have logs of their own", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const other = await filled(store, "other", [said("something else")]);
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, SESSION);
    await refused("fenced", store.append(other, claim.fence, 1, sealed([said("x")], { after: 1 })));
    assert.deepEqual(await all(store), SESSION);
    assert.equal((await all(store, other)).length, 1);
  });
}

const unnumbered = (): Envelope => {
  const [{ seq: _, ...rest }] = sealed([said("x")]) as [Envelope];
  return rest;
};
const numbered = (...seqs: readonly number[]): Envelope[] => seqs.flatMap((seq) => sealed([said(`${seq}`)], { after: seq - 1 }));
/** Over the most that an event may have. */
const HUGE = 16 * 1024 * 1024;

const REFUSALS: Readonly<Record<string, readonly [StoreErrorCode, number, () => readonly Envelope[]]>> = {
  "a head that is behind the log's": ["head_mismatch", 1, () => numbered(2)],
  "a head that is before the log's": ["head_mismatch", 3, () => numbered(4)],
  "a head that isn't the log's, with nothing to add": ["head_mismatch", 3, () => []],
  "a number that leaves one out": ["head_mismatch", 2, () => numbered(4)],
  "a number that is there already": ["head_mismatch", 2, () => numbered(2)],
  "a gap within what is added": ["head_mismatch", 2, () => numbered(3, 5)],
  "a number twice": ["head_mismatch", 2, () => numbered(3, 3)],
  "an event without a number": ["head_mismatch", 2, () => [unnumbered()]],
  "an event that is too large, and those before it": [
    "too_large",
    2,
    () => [...numbered(3), ...sealed([said("x".repeat(HUGE))], { after: 3 })],
  ],
};

function testNumbers(open: OpenStore): void {
  for (const [words, [code, head, envelopes]] of Object.entries(REFUSALS))
    test(`${words} is refused, nothing is stored, and it goes on`, async () => {
      await using opened = await made(open);
      await using claim = await opened.store.claim(REF, "me");
      await opened.store.append(REF, claim.fence, 0, SESSION.slice(0, 2));
      await refused(code, opened.store.append(REF, claim.fence, head, envelopes()));
      assert.deepEqual(await all(opened.store), SESSION.slice(0, 2));
      assert.equal((await opened.store.append(REF, claim.fence, 2, SESSION.slice(2))).head, SESSION.length);
    });

  test("the largest event there may be is stored", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    const room = HUGE - JSON.stringify(sealed([said("")])[0]).length - 1;
    const [largest] = sealed([said("x".repeat(room))]);
    assert.ok(largest);
    await opened.store.append(REF, claim.fence, 0, [largest]);
    assert.deepEqual(await all(opened.store), [largest]);
    await refused("too_large", opened.store.append(REF, claim.fence, 1, sealed([said("x".repeat(room + 1))], { after: 1 })));
  });
}

function testPen(open: OpenStore): void {
  test("one writer: held while it lives, then a later epoch, and what the earlier one adds is refused", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const first = await store.claim(REF, "first");
    await store.append(REF, first.fence, 0, SESSION.slice(0, 2));
    await refused("held", store.claim(REF, "second"));
    await refused("held", store.claim(REF, "first"));
    await first[Symbol.asyncDispose]();
    await using second = await store.claim(REF, "second");
    assert.ok(second.fence.epoch > first.fence.epoch);
    assert.equal((await store.head(REF)).epoch, second.fence.epoch);
    assert.equal(second.head, 2);
    await refused("fenced", store.append(REF, first.fence, 2, SESSION.slice(2, 3)));
    await store.append(REF, second.fence, 2, SESSION.slice(2));
    assert.deepEqual(await all(store), SESSION);
  });

  test("a session can be taken over from a living owner, who is fenced from then on", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const first = await store.claim(REF, "first");
    await store.append(REF, first.fence, 0, SESSION.slice(0, 3));
    await using second = await store.claim(REF, "second", { takeOver: true });
    assert.equal(second.head, 3);
    await refused("fenced", store.append(REF, first.fence, 3, SESSION.slice(3, 4)));
    await store.append(REF, second.fence, 3, SESSION.slice(3));
    await first[Symbol.asyncDispose]();
    await refused("held", store.claim(REF, "third"));
    assert.deepEqual(await all(store), SESSION);
  });

  test("of those who claim at once one gets it", async () => {
    await using opened = await made(open);
    const settled = await Promise.allSettled(["a", "b", "c", "d"].map((owner) => opened.store.claim(REF, owner)));
    assert.equal(settled.filter(({ status }) => status === "fulfilled").length, 1);
  });

  for (const [words, change] of Object.entries({
    "an epoch that was before": (epoch: number) => ({ epoch: epoch - 1, owner: "me" }),
    "an epoch that isn't yet": (epoch: number) => ({ epoch: epoch + 1, owner: "me" }),
    "another owner": (epoch: number) => ({ epoch, owner: "you" }),
  }))
    test(`a fence with ${words} is refused`, async () => {
      await using opened = await made(open);
      await using claim = await opened.store.claim(REF, "me");
      const fence = change(claim.fence.epoch);
      await refused("fenced", opened.store.append(REF, fence, 0, SESSION.slice(0, 1)));
      await refused("fenced", opened.store.putSnapshot(REF, fence, { seq: 0, kind: "k", state: null }));
    });

  test("a claim that was given back is fenced, and giving it back twice takes nothing from the next", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const first = await store.claim(REF, "me");
    await first[Symbol.asyncDispose]();
    await refused("fenced", store.append(REF, first.fence, 0, SESSION.slice(0, 1)));
    await using second = await store.claim(REF, "me");
    await first[Symbol.asyncDispose]();
    await refused("held", store.claim(REF, "you"));
    await store.append(REF, second.fence, 0, SESSION.slice(0, 1));
  });

  test("reading needs no claim, and isn't held up by one", async () => {
    await using opened = await made(open);
    const { store } = opened;
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, SESSION.slice(0, 4));
    assert.deepEqual(await all(store), SESSION.slice(0, 4));
    assert.equal((await store.get(REF)).title, "fix the test");
  });
}

const ASKING: Readonly<Record<string, (store: SessionStore, ref: Ref) => Promise<unknown>>> = {
  claim: (store, ref) => store.claim(ref, "me"),
  read: (store, ref) => all(store, ref),
  head: (store, ref) => store.head(ref),
  get: (store, ref) => store.get(ref),
  snapshot: (store, ref) => store.snapshot(ref, "k"),
  putBlob: (store, ref) => store.putBlob(ref, new Uint8Array(3)),
  blob: (store, ref) => store.blob(ref, "0".repeat(64)),
  delete: (store, ref) => store.delete(ref),
  fork: (store, ref) => store.fork(ref, 0, { tenant: ref.tenant, session: "child" }, { cwd: CWD }),
};

function testAbsence(open: OpenStore): void {
  for (const [words, ask] of Object.entries(ASKING)) {
    test(`${words} finds no session that isn't there`, async () => {
      await using opened = await made(open);
      await refused("not_found", ask(opened.store, { tenant: "local", session: "another" }));
    });
    test(`${words} finds no session of another tenant`, async () => {
      await using opened = await made(open);
      await refused("not_found", ask(opened.store, { tenant: "somebody else", session: REF.session }));
    });
    test(`${words} finds no session whose name is a path`, async () => {
      await using opened = await made(open);
      for (const session of ["", ".", "..", "../one", "a/b", "a\0"])
        await refused("not_found", ask(opened.store, { tenant: "local", session }));
    });
  }

  test("a session isn't made twice, in another folder neither", async () => {
    await using opened = await made(open);
    await refused("exists", opened.store.create(REF, { cwd: CWD }));
    await refused("exists", opened.store.create(REF, { cwd: "/elsewhere" }));
    assert.deepEqual(await all(opened.store), []);
  });

  test("a store that nobody has used has nothing", async () => {
    await using opened = await open(ticking());
    assert.deepEqual(await opened.store.list({ tenant: "local" }), []);
    assert.deepEqual(await opened.store.search({ tenant: "local", text: "fix" }), []);
    assert.deepEqual(await opened.store.retain("local", { newest: 0 }), []);
    await refused("not_found", opened.store.get(REF));
  });
}
