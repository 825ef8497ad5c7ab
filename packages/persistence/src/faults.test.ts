import assert from "node:assert/strict";
import { join } from "node:path";
import { isStoreError, type Envelope, type SessionStore } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { faultyDisk, type Plan } from "./fixtures/disk.ts";
import { all, CWD, note, opened, REF } from "./fixtures/scene.ts";

/** As SQLite tests itself: touch n of the disk fails, for n = 1, 2, 3 …, until everything gets through without having been touched. */
const SWEEPS: Readonly<Record<string, { readonly plan: (n: number) => Plan; readonly exact: boolean }>> = {
  "one touch fails": { plan: (n) => (at) => (at === n ? "EIO" : undefined), exact: true },
  "all touches fail from one on": { plan: (n) => (at) => (at >= n ? "EIO" : undefined), exact: false },
  "the disk is full from one on, and takes half of what it is given": {
    plan: (n) => (at, name) => (at < n || (name !== "write" && name !== "makeFolder") ? undefined : at === n ? "short" : "ENOSPC"),
    exact: true,
  },
  "a write is cut short once, and files can't be": {
    plan: (n) => {
      let faults = 0;
      return (at, name) => {
        if (name === "truncate") return "EPERM";
        return name !== "write" || at < n || faults === 2 ? undefined : faults++ === 0 ? "short" : "EDQUOT";
      };
    },
    exact: false,
  },
};

for (const [words, { plan, exact }] of Object.entries(SWEEPS))
  test(`when ${words}, what was acknowledged is there, nothing else harms it, and the store goes on when the disk does`, async () => {
    await using home = await temporaryHome();
    for (let n = 1, touched = true; touched; n++) {
      const root = join(home.path, `${n}`);
      const sound = opened(root).store;
      touched = false;
      let healed = false;
      const planned = plan(n);
      const disk = faultyDisk((at, name, path) => {
        const fault = healed ? undefined : planned(at, name, path);
        touched ||= fault !== undefined && name !== "truncate";
        return fault;
      });
      const { store } = opened(root, { disk: { ...disk, isRemote: () => true } }); // without an index: to make one takes its time
      const { acknowledged } = await live(store, sound);
      healed = true;
      await trying(store.create(REF, { cwd: CWD }));
      const log = await all(sound);
      assert.deepEqual(log.slice(0, acknowledged.length), acknowledged, `touch ${n}`);
      if (exact) assert.equal(log.length, acknowledged.length, `touch ${n}`);
      await using claim = await store.claim(REF, "after");
      assert.equal(claim.head, log.length, `touch ${n}`);
      await store.append(REF, claim.fence, claim.head, [note(claim.head + 1)], { barrier: true });
      assert.deepEqual(await all(sound), [...log, note(log.length + 1)], `touch ${n}`);
    }
  });

/** What a house does over two openings of a session: it keeps what it couldn't store and tries again with the next event. `sound` reads what is really there. */
async function live(store: SessionStore, sound: SessionStore): Promise<{ readonly acknowledged: readonly Envelope[] }> {
  await trying(store.create(REF, { cwd: CWD }));
  let acknowledged: readonly Envelope[] = [];
  for (const opening of [1, 2]) {
    const claim = await trying(store.claim(REF, `opening ${opening}`));
    if (claim === undefined) continue;
    const log = await all(sound);
    assert.equal(claim.head, log.length);
    assert.deepEqual(log.slice(0, acknowledged.length), acknowledged);
    acknowledged = log;
    let waiting: readonly Envelope[] = [];
    for (const barrier of [false, true, false]) {
      waiting = [...waiting, note(acknowledged.length + waiting.length + 1, `opening ${opening}`)];
      const head = await trying(store.append(REF, claim.fence, acknowledged.length, waiting, { barrier }));
      if (head === undefined) continue;
      acknowledged = [...acknowledged, ...waiting];
      waiting = [];
    }
    await trying(all(store));
    await trying(store.list({ tenant: "local" }));
    await claim[Symbol.asyncDispose]();
  }
  return { acknowledged };
}

async function trying<T>(work: Promise<T>): Promise<T | undefined> {
  try {
    return await work;
  } catch (error) {
    assert.ok(isStoreError(error) && ["unwritable", "unreadable", "not_found", "exists"].includes(error.code), String(error));
    return undefined;
  }
}
