import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { EMPTY, fold, messagesOf, remember, text, viewOf, type Json, type View } from "@keelson/protocol";
import { describe, test } from "vitest";
import { all, CWD, filled, idsOf, made, REF, refused, said, sealed, SESSION, ticking, type OpenStore } from "./store-scene.ts";

/** What stands beside a log: snapshots, blobs, forks; and how all of it goes. */
export function testBeside(name: string, open: OpenStore): void {
  describe(`${name} keeps beside a log`, () => {
    testSnapshots(open);
    testBlobs(open);
    testForks(open);
    testRemoval(open);
  });
}

const KIND = "view/1";
const stateOf = (view: View): Json => JSON.parse(JSON.stringify(view)) as Json;

function testSnapshots(open: OpenStore): void {
  for (const seq of SESSION.map((_, at) => at + 1))
    test(`a snapshot at ${seq}, and what comes after it, is what the whole log comes to`, async () => {
      await using opened = await made(open);
      const { store } = opened;
      {
        await using claim = await store.claim(REF, "me");
        await store.append(REF, claim.fence, 0, SESSION.slice(0, seq));
        await store.putSnapshot(REF, claim.fence, { seq, kind: KIND, state: stateOf(viewOf(SESSION.slice(0, seq))) });
        await store.append(REF, claim.fence, seq, SESSION.slice(seq));
      }
      const snapshot = await store.snapshot(REF, KIND);
      assert.equal(snapshot?.seq, seq);
      let view = { ...EMPTY, ...(snapshot.state as unknown as View) };
      for await (const { event } of store.read(REF, seq)) view = remember(view, event);
      assert.deepEqual(stateOf(view), stateOf(viewOf(SESSION)));
      assert.equal(JSON.stringify(messagesOf(view)), JSON.stringify(fold(SESSION)));
    });

  test("there is none at first, none of another kind, and the latest takes the place of the one before", async () => {
    await using opened = await made(open);
    const { store } = opened;
    await using claim = await store.claim(REF, "me");
    assert.equal(await store.snapshot(REF, KIND), undefined);
    for (const seq of [1, 2, 5]) {
      await store.append(REF, claim.fence, (await store.head(REF)).head, SESSION.slice((await store.head(REF)).head, seq));
      await store.putSnapshot(REF, claim.fence, { seq, kind: KIND, state: { at: seq } });
      assert.deepEqual(await store.snapshot(REF, KIND), { seq, kind: KIND, state: { at: seq } });
    }
    assert.equal(await store.snapshot(REF, "another"), undefined);
    await store.putSnapshot(REF, claim.fence, { seq: 5, kind: "another", state: [] });
    assert.equal(await store.snapshot(REF, KIND), undefined);
  });

  for (const seq of [0, 1, 3, 9])
    test(`a snapshot of ${seq} isn't one of a log that ends at 2`, async () => {
      await using opened = await made(open);
      await using claim = await opened.store.claim(REF, "me");
      await opened.store.append(REF, claim.fence, 0, SESSION.slice(0, 2));
      await refused("head_mismatch", opened.store.putSnapshot(REF, claim.fence, { seq, kind: KIND, state: null }));
    });

  test("it outlives its writer and any number of others", async () => {
    await using opened = await made(open);
    const { store } = opened;
    for (const owner of ["a", "b", "c"]) {
      await using claim = await store.claim(REF, owner);
      await store.append(REF, claim.fence, claim.head, SESSION.slice(claim.head, claim.head + 2));
      if (owner === "a") await store.putSnapshot(REF, claim.fence, { seq: 2, kind: KIND, state: "two" });
    }
    assert.deepEqual(await store.snapshot(REF, KIND), { seq: 2, kind: KIND, state: "two" });
  });

  for (const [words, state] of Object.entries<Json>({
    "a long text": { words: "x".repeat(200_000), of: ["ünï", "blob:text:0", "half \ud83d"] },
    "an image": [
      { type: "image", source: { type: "base64", media_type: "image/png", data: Buffer.from("a picture".repeat(99)).toString("base64") } },
    ],
    nothing: null,
  }))
    test(`a state with ${words} comes back as it was`, async () => {
      await using opened = await made(open);
      await using claim = await opened.store.claim(REF, "me");
      await opened.store.append(REF, claim.fence, 0, SESSION.slice(0, 2));
      await opened.store.putSnapshot(REF, claim.fence, { seq: 2, kind: KIND, state });
      assert.equal(JSON.stringify((await opened.store.snapshot(REF, KIND))?.state), JSON.stringify(state));
    });
}

const bytesOf = (size: number, seed = 1): Uint8Array => Uint8Array.from({ length: size }, (_, at) => (at * seed * 31) % 256);
const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

function testBlobs(open: OpenStore): void {
  for (const size of [0, 1, 4_096, 65_537, 1_000_000])
    test(`a blob of ${size} bytes is had by the sha256 of what it holds, and put twice is one`, async () => {
      await using opened = await made(open);
      const bytes = bytesOf(size);
      for (let times = 0; times < 2; times++) assert.equal(await opened.store.putBlob(REF, bytes), digestOf(bytes));
      assert.deepEqual(Buffer.from((await opened.store.blob(REF, digestOf(bytes))) ?? []), Buffer.from(bytes));
    });

  test("a blob is its session's: another has none of that name until it puts it too", async () => {
    await using opened = await made(open);
    const { store } = opened;
    const other = await filled(store, "other", [said("x")]);
    const digest = await store.putBlob(REF, bytesOf(100));
    assert.equal(await store.blob(other, digest), undefined);
    await store.putBlob(other, bytesOf(100));
    await store.delete(REF);
    assert.deepEqual(Buffer.from((await store.blob(other, digest)) ?? []), Buffer.from(bytesOf(100)));
  });

  for (const name of ["0".repeat(64), "", "../../etc/passwd", "F".repeat(64)])
    test(`there is no blob ${JSON.stringify(name)}`, async () => {
      await using opened = await made(open);
      assert.equal(await opened.store.blob(REF, name), undefined);
    });
}

const CHILD = { tenant: "local", session: "child" };

function testForks(open: OpenStore): void {
  for (const seq of [0, 1, 2, 7, 8, 14, SESSION.length])
    test(`a fork at ${seq} has the parent's events up to there and goes on alone`, async () => {
      await using opened = await open(ticking());
      const { store } = opened;
      const parent = await filled(
        store,
        "parent",
        SESSION.map(({ event }) => event),
      );
      const before = await all(store, parent);
      await store.fork(parent, seq, CHILD, { cwd: "/elsewhere" });
      assert.equal(JSON.stringify(await all(store, CHILD)), JSON.stringify(before.slice(0, seq)));
      await using mine = await store.claim(CHILD, "child's");
      await using theirs = await store.claim(parent, "parent's");
      assert.equal(mine.head, seq);
      const added = sealed([said("another way")], { session: CHILD.session, after: seq });
      await store.append(CHILD, mine.fence, seq, added, { barrier: true });
      await store.append(parent, theirs.fence, before.length, sealed([said("the old way")], { after: before.length }), { barrier: true });
      assert.deepEqual(await all(store, CHILD), [...before.slice(0, seq), ...added]);
      assert.equal((await all(store, parent)).length, before.length + 1);
      const { cwd, parent: from } = await store.get(CHILD);
      assert.deepEqual([cwd, from], ["/elsewhere", parent.session]);
    });

  test("a session can be forked while it is being written, up to what is acknowledged", async () => {
    await using opened = await made(open);
    const { store } = opened;
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, SESSION.slice(0, 5), { barrier: true });
    await store.fork(REF, 4, CHILD, { cwd: CWD });
    await store.append(REF, claim.fence, 5, SESSION.slice(5));
    assert.deepEqual(await all(store, CHILD), SESSION.slice(0, 4));
    assert.deepEqual(await all(store), SESSION);
  });

  test("a fork of a fork, and each of the three goes without the others", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    const parent = await filled(
      store,
      "parent",
      SESSION.map(({ event }) => event),
    );
    const whole = await all(store, parent);
    const digest = await store.putBlob(parent, bytesOf(70_000));
    await store.fork(parent, 9, CHILD, { cwd: CWD });
    const grandchild = { tenant: "local", session: "grandchild" };
    await store.fork(CHILD, 4, grandchild, { cwd: CWD });
    await store.delete(CHILD);
    assert.deepEqual(await all(store, grandchild), whole.slice(0, 4));
    await store.delete(parent);
    assert.deepEqual(await all(store, grandchild), whole.slice(0, 4));
    assert.equal((await store.blob(grandchild, digest))?.length, 70_000);
    await using claim = await store.claim(grandchild, "me");
    await store.append(grandchild, claim.fence, 4, sealed([said("on")], { after: 4 }));
  });

  test("what is large in the parent is in the fork", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    const large = said("y".repeat(100_000));
    const parent = await filled(store, "parent", [large, said("z")]);
    await store.fork(parent, 2, CHILD, { cwd: CWD });
    await store.delete(parent);
    assert.deepEqual((await all(store, CHILD))[0]?.event, large);
  });

  test("a fork is refused past the parent's end, and for an id that is taken", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    const parent = await filled(store, "parent", [said("a"), said("b")]);
    await refused("head_mismatch", store.fork(parent, 3, CHILD, { cwd: CWD }));
    await refused("not_found", store.get(CHILD));
    await refused("exists", store.fork(parent, 1, parent, { cwd: "/elsewhere" }));
    await store.fork(parent, 1, CHILD, { cwd: CWD });
    await refused("exists", store.fork(parent, 1, CHILD, { cwd: CWD }));
    await refused("not_found", store.fork(parent, 1, { tenant: "local", session: "../x" }, { cwd: CWD }));
  });

  test("a snapshot that was made before the fork is the fork's too, one that was made behind it isn't", async () => {
    for (const at of [3, 8]) {
      await using opened = await made(open);
      const { store } = opened;
      await using claim = await store.claim(REF, "me");
      await store.append(REF, claim.fence, 0, SESSION.slice(0, at));
      await store.putSnapshot(REF, claim.fence, { seq: at, kind: KIND, state: at });
      await store.append(REF, claim.fence, at, SESSION.slice(at));
      await store.fork(REF, 5, CHILD, { cwd: CWD });
      const snapshot = await store.snapshot(CHILD, KIND);
      assert.ok(snapshot === undefined || (at === 3 && snapshot.state === 3), "a snapshot may be lost, and never wrong");
    }
  });
}

function testRemoval(open: OpenStore): void {
  test("what was deleted is nowhere, and its id is free", async () => {
    await using opened = await open(ticking());
    const { store } = opened;
    const ref = await filled(store, "gone", [said("unmistakable words"), said("y".repeat(100_000))]);
    await store.list({ tenant: "local" });
    await store.search({ tenant: "local", text: "unmistakable" });
    await store.delete(ref);
    for (const work of [store.get(ref), all(store, ref), store.head(ref), store.claim(ref, "me"), store.delete(ref)])
      await refused("not_found", work);
    assert.deepEqual(await store.list({ tenant: "local" }), []);
    assert.deepEqual(await store.search({ tenant: "local", text: "unmistakable" }), []);
    await store.create(ref, { cwd: CWD });
    assert.deepEqual(await all(store, ref), []);
    assert.equal((await store.get(ref)).title, "");
  });

  test("a session that is held can't be deleted", async () => {
    await using opened = await made(open);
    await using claim = await opened.store.claim(REF, "me");
    await refused("held", opened.store.delete(REF));
    await opened.store.append(
      REF,
      claim.fence,
      0,
      [text("x")].flatMap(() => SESSION.slice(0, 1)),
    );
  });

  for (const [words, retention, left] of [
    ["nothing", {}, ["d", "c", "b", "a"]],
    ["those before a time", { updatedSince: 3_000 }, ["d", "c"]],
    ["all but the newest", { newest: 3 }, ["d", "c", "b"]],
    ["what either bound forbids", { updatedSince: 2_000, newest: 1 }, ["d"]],
    ["all", { newest: 0 }, []],
  ] as const)
    test(`to retain with ${JSON.stringify(retention)} deletes ${words}`, async () => {
      await using opened = await open(ticking());
      const { store } = opened;
      for (const [at, session] of ["a", "b", "c", "d"].entries())
        await filled(store, session, [said(session)], { at: 1_000 * (at + 1) + 500 });
      const gone = await store.retain("local", retention);
      assert.deepEqual(
        idsOf(gone.map((ref) => ({ ref }))).toSorted(),
        ["a", "b", "c", "d"].filter((id) => !left.some((one) => one === id)),
      );
      assert.deepEqual(idsOf(await store.list({ tenant: "local" })), left);
    });

  test("what somebody holds is retained", async () => {
    await using opened = await made(open);
    await using _ = await opened.store.claim(REF, "me");
    await filled(opened.store, "other", [said("x")]);
    assert.deepEqual(idsOf((await opened.store.retain("local", { newest: 0 })).map((ref) => ({ ref }))), ["other"]);
    assert.deepEqual(await opened.store.retain("somebody else", { newest: 0 }), []);
  });
}
