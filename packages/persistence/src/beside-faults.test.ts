import assert from "node:assert/strict";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { isStoreError, text, type Envelope, type SessionStore } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk } from "./disk.ts";
import { faultyDisk, type Plan } from "./fixtures/disk.ts";
import { all, CWD, note, opened, REF } from "./fixtures/scene.ts";

/** As faults.test.ts, for what stands beside a log: blobs, snapshots, forks and removal. */
const SWEEPS: Readonly<Record<string, (n: number) => Plan>> = {
  "one touch fails": (n) => (at) => (at === n ? "EIO" : undefined),
  "the disk is full from one on, and takes half of what it is given": (n) => (at, name) =>
    at < n || (name !== "write" && name !== "makeFolder") ? undefined : at === n ? "short" : "ENOSPC",
};

const CHILD = { tenant: "local", session: "child" };
const picture = (seq: number): Envelope => {
  const data = Buffer.from(`picture ${seq % 2} `.repeat(200)).toString("base64");
  const content = [text("look"), { type: "image", source: { type: "base64", media_type: "image/png", data } }];
  return { ...note(seq), event: { type: "context.added", from: "user", content } };
};
const LOG = [picture(1), note(2, "x".repeat(70_000)), picture(3), note(4)];

for (const [words, plan] of Object.entries(SWEEPS))
  test(`when ${words}, a picture is whole or not there, a snapshot right or not there, a fork whole or not there, and a session gone or not`, async () => {
    await using home = await temporaryHome();
    for (let n = 1, touched = true; touched; n++) {
      const root = join(home.path, `${n}`);
      const sound = opened(root, n % 8 === 0 ? {} : { disk: { ...nodeDisk, isRemote: () => true } }); // to make an index takes its time
      touched = false;
      let healed = false;
      const planned = plan(n);
      const disk = faultyDisk((at, name, path) => {
        const fault = healed ? undefined : planned(at, name, path);
        touched ||= fault !== undefined;
        return fault;
      });
      const { store } = opened(root, { disk });
      const acknowledged = await live(store);
      healed = true;
      await look(sound.store, acknowledged, `touch ${n}`);
      await goOn(store, sound.store, `touch ${n}`);
      assert.deepEqual(
        sound.problems.filter(({ severity }) => severity === "error"),
        [],
        `touch ${n}`,
      );
    }
  });

type Said = { readonly head: number; readonly isDeleted: boolean };

async function live(store: SessionStore): Promise<Said> {
  await trying(store.create(REF, { cwd: CWD }));
  const claim = await trying(store.claim(REF, "me"));
  let head = 0;
  for (const barrier of [true, false]) {
    const stored = claim && (await trying(store.append(REF, claim.fence, head, LOG.slice(head, head + 2), { barrier })));
    head = stored?.head ?? head;
    if (claim) await trying(store.putSnapshot(REF, claim.fence, { seq: head, kind: "k", state: { head, x: "y".repeat(70_000) } }));
    await trying(all(store));
  }
  if (claim) await trying(store.fork(REF, Math.min(head, 2), CHILD, { cwd: CWD }));
  await trying(store.get(REF));
  await claim?.[Symbol.asyncDispose]();
  const gone = await trying(store.delete(REF).then(() => true));
  return { head, isDeleted: gone === true };
}

async function look(store: SessionStore, { head, isDeleted }: Said, where: string): Promise<void> {
  const log = await trying(all(store));
  if (!isDeleted && log !== undefined) {
    assert.ok(log.length >= head && isDeepStrictEqual(log, LOG.slice(0, log.length)), where); // what couldn't be taken back is whole too
    const snapshot = await store.snapshot(REF, "k");
    assert.ok(!snapshot || isDeepStrictEqual(snapshot.state, { head: snapshot.seq, x: "y".repeat(70_000) }), where);
  }
  const forked = await trying(all(store, 0, CHILD));
  assert.ok(!forked || isDeepStrictEqual(forked, LOG.slice(0, Math.min(head, 2))), where);
  const ids = (await store.list({ tenant: "local" })).map(({ ref }) => ref.session).toSorted();
  assert.deepEqual(ids, [...(forked ? ["child"] : []), ...(log ? ["s"] : [])], where);
}

/** By the one who met the faults: a lock of its own that it couldn't take away is still its own. */
async function goOn(store: SessionStore, sound: SessionStore, where: string): Promise<void> {
  const log = await trying(all(sound));
  if (log === undefined) await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "after");
  assert.equal(claim.head, log?.length ?? 0, where);
  await store.append(REF, claim.fence, claim.head, [picture(claim.head + 1)]);
  assert.ok(isDeepStrictEqual((await all(sound)).at(-1), picture(claim.head + 1)), where);
}

async function trying<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    const codes = ["unwritable", "unreadable", "not_found", "exists", "head_mismatch"];
    assert.ok(isStoreError(error) && codes.includes(error.code), String(error));
    return undefined;
  }
}
