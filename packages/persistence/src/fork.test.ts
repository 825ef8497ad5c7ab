import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, folderOf, note, notes, opened, REF, refused } from "./fixtures/scene.ts";

const CHILD = { tenant: "local", session: "child" };

/** Two segments: records 1 to 4, then 5 to 8. */
async function scene(root: string, disk: Disk = nodeDisk) {
  const one = opened(root, { disk });
  await one.store.create(REF, { cwd: CWD });
  for (const from of [1, 5]) {
    await using claim = await one.store.claim(REF, "me");
    await one.store.append(REF, claim.fence, from - 1, notes(from, from + 3));
  }
  return { ...one, child: folderOf(root, "child") };
}

test("a fork has second names of its parent's segments, and a first one of its own that seals them", async () => {
  await using home = await temporaryHome();
  const { store, folder, child } = await scene(home.path);
  await store.fork(REF, 6, CHILD, { cwd: CWD });
  for (const name of ["0.jsonl", "1.jsonl", "2.jsonl"])
    assert.equal(statSync(join(child, name)).ino, statSync(join(folder, name)).ino, name);
  assert.deepEqual(JSON.parse(readFileSync(join(child, "3.jsonl"), "utf8")), {
    keel: 2,
    session: "child",
    epoch: 3,
    base: 6,
    parent: "s",
    cwd: CWD,
    created: 5,
  });
  assert.deepEqual(await all(store, 0, CHILD), notes(1, 6));
  await store.fork(REF, 3, { tenant: "local", session: "other" }, { cwd: CWD });
  assert.deepEqual(
    readdirSync(folderOf(home.path, "other")).toSorted(),
    ["0.jsonl", "1.jsonl", "2.jsonl"],
    "what comes later isn't its own",
  );
});

test("a fork's name, times and folder are its own, whatever its parent does", async () => {
  await using home = await temporaryHome();
  let now = 100;
  const { store } = opened(home.path, { now: () => now });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, notes(1, 4));
  now = 2_000;
  await store.fork(REF, 2, CHILD, { cwd: "/projects/two" });
  now = 3_000;
  await store.append(REF, claim.fence, 4, [{ ...note(5), at: 9_000 }]);
  assert.deepEqual(await store.get(CHILD), {
    ref: CHILD,
    cwd: "/projects/two",
    created: 2_000,
    updated: 2_000,
    title: "line 1",
    status: "interrupted",
    parent: "s",
  });
  await using mine = await store.claim(CHILD, "me");
  await store.append(CHILD, mine.fence, 2, [note(3, "mine")]);
  assert.equal((await store.get(CHILD)).created, 2_000);
});

test("of a session that another process is writing the last segment is copied: that one may still take back what isn't acknowledged", async () => {
  await using home = await temporaryHome();
  const { store, folder, child } = await scene(home.path);
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 8, notes(9, 12));
  const elsewhere = opened(home.path).store;
  await elsewhere.fork(REF, 10, CHILD, { cwd: CWD });
  assert.equal(statSync(join(child, "2.jsonl")).ino, statSync(join(folder, "2.jsonl")).ino);
  assert.notEqual(statSync(join(child, "3.jsonl")).ino, statSync(join(folder, "3.jsonl")).ino);
  truncateSync(join(folder, "3.jsonl"), 150); // as its writer would, after a failed barrier
  assert.deepEqual(await all(elsewhere, 0, CHILD), notes(1, 10));
  await store.fork(REF, 8, { tenant: "local", session: "settled" }, { cwd: CWD });
});

test("what a parent in this process has acknowledged is shared while it goes on", async () => {
  await using home = await temporaryHome();
  const { store, folder, child } = await scene(home.path);
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 8, notes(9, 12));
  await store.fork(REF, 10, CHILD, { cwd: CWD });
  assert.equal(statSync(join(child, "3.jsonl")).ino, statSync(join(folder, "3.jsonl")).ino);
  await store.append(REF, claim.fence, 12, notes(13, 20));
  assert.deepEqual(await all(store, 0, CHILD), notes(1, 10));
});

test("a fork that the disk refuses leaves nothing, whichever touch of it fails", async () => {
  await using home = await temporaryHome();
  for (let n = 1, failed = true; failed; n++) {
    const root = join(home.path, `${n}`);
    await scene(root);
    let touch = 0;
    failed = false;
    const fail = (name: string): void => {
      if (++touch !== n) return;
      failed = true;
      throw Object.assign(new Error(name), { code: "EIO" });
    };
    const disk = Object.fromEntries(
      Object.entries(nodeDisk).map(([name, act]) => [
        name,
        (...given: readonly unknown[]): unknown => {
          fail(name);
          return Reflect.apply(act, undefined, given);
        },
      ]),
    );
    const { store } = opened(root, { disk: { ...nodeDisk, ...disk } });
    await store.fork(REF, 6, CHILD, { cwd: CWD }).catch(() => undefined);
    const sound = opened(root).store;
    const there = await sound.get(CHILD).catch(() => undefined);
    if (there) assert.deepEqual(await all(sound, 0, CHILD), notes(1, 6), `touch ${n}`);
    else await sound.fork(REF, 6, CHILD, { cwd: CWD });
    assert.deepEqual(await all(sound), notes(1, 8), `touch ${n}`);
    assert.deepEqual(await all(sound, 0, CHILD), notes(1, 6), `touch ${n}`);
  }
});

test("a fork in the middle of being made is no session", async () => {
  await using home = await temporaryHome();
  let seen: unknown;
  const { store } = await scene(home.path, {
    ...nodeDisk,
    rename: (from, to) => {
      seen = [opened(home.path).store.get(CHILD), opened(home.path).store.list({ tenant: "local" })];
      nodeDisk.rename(from, to);
    },
  });
  await store.fork(REF, 6, CHILD, { cwd: CWD });
  const [got, listed] = seen as [Promise<unknown>, Promise<readonly unknown[]>];
  await Promise.allSettled([got]);
  assert.ok((await listed).length <= 2);
  await refused("exists", store.fork(REF, 6, CHILD, { cwd: CWD }));
});
