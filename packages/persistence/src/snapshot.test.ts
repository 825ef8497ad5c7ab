import assert from "node:assert/strict";
import { copyFileSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, note, notes, opened, REF } from "./fixtures/scene.ts";

const KIND = "a test/1";

/** Two segments: records 1 to 6 with a snapshot at 4, then 7 to 9. */
async function scene(root: string, disk: Disk = nodeDisk) {
  const one = opened(root, { disk });
  await one.store.create(REF, { cwd: CWD });
  {
    await using claim = await one.store.claim(REF, "me");
    await one.store.append(REF, claim.fence, 0, notes(1, 4));
    await one.store.putSnapshot(REF, claim.fence, { seq: 4, kind: KIND, state: { four: true } });
    await one.store.append(REF, claim.fence, 4, notes(5, 6));
  }
  {
    await using claim = await one.store.claim(REF, "me");
    await one.store.append(REF, claim.fence, 6, notes(7, 9));
  }
  return { ...one, path: join(one.folder, "snapshot"), first: join(one.folder, "1.jsonl"), last: join(one.folder, "2.jsonl") };
}

test("it stands beside the segments, for the user alone, and is found by any store", async () => {
  await using home = await temporaryHome();
  const { path } = await scene(home.path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.deepEqual(await opened(home.path).store.snapshot(REF, KIND), { seq: 4, kind: KIND, state: { four: true } });
});

const SPOILED: Readonly<Record<string, (bytes: Buffer) => Buffer>> = {
  "is empty": () => Buffer.alloc(0),
  "is cut within its first line": (bytes) => bytes.subarray(0, 100),
  "is cut within its state": (bytes) => bytes.subarray(0, -5),
  "has another state": (bytes) => Buffer.from(bytes.toString().replace("four", "five")),
  "says that it is of another record": (bytes) => Buffer.from(bytes.toString().replace('"seq":4', '"seq":5')),
  "is noise": () => Buffer.from([0, 1, 2, 255, 10, 10]),
};
for (const [words, spoil] of Object.entries(SPOILED))
  test(`one that ${words} is none, and the session is the same without it`, async () => {
    await using home = await temporaryHome();
    const { store, path, problems } = await scene(home.path);
    writeFileSync(path, spoil(readFileSync(path)));
    assert.equal(await store.snapshot(REF, KIND), undefined);
    assert.equal((await store.get(REF)).title, "line 1");
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 9);
    assert.deepEqual(await all(store), notes(1, 9));
    assert.deepEqual(problems, []);
  });

const CHANGED: Readonly<Record<string, (first: string) => void>> = {
  "its record is another": (first) => writeFileSync(first, readFileSync(first, "utf8").replace("line 4", "LINE 4")),
  "a record before it is another": (first) => writeFileSync(first, readFileSync(first, "utf8").replace("line 2", "LINE 2")),
  "a record before it is gone": (first) => writeFileSync(first, readFileSync(first, "utf8").replace(/^.*line 2.*$/m, "")),
  "its record is gone": (first) => truncateSync(first, 200),
  "a file before it was touched": (first) => utimesSync(first, 1, 1),
};
for (const [words, change] of Object.entries(CHANGED))
  test(`when ${words} there is none, and a claim reads all of the log`, async () => {
    await using home = await temporaryHome();
    const { store, first } = await scene(home.path);
    {
      await using claim = await store.claim(REF, "me");
      await store.putSnapshot(REF, claim.fence, { seq: 9, kind: KIND, state: { nine: true } });
    }
    assert.equal((await store.snapshot(REF, KIND))?.seq, 9);
    change(first);
    assert.equal(await store.snapshot(REF, KIND), undefined);
    const readable = await all(store);
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 9, "no number is given twice");
    assert.equal(readable.at(-1)?.seq, 9);
  });

test("when a loss of power took records that a snapshot knows, they are told as missing, and the snapshot is none", async () => {
  await using home = await temporaryHome();
  const { store, folder, problems } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, notes(1, 3));
    await store.putSnapshot(REF, claim.fence, { seq: 3, kind: KIND, state: "three" });
  }
  const path = join(folder, "1.jsonl");
  truncateSync(path, readFileSync(path).lastIndexOf("\n", -3) + 1);
  await using claim = await store.claim(REF, "me");
  assert.equal(claim.head, 3);
  assert.match(problems[0]?.text ?? "", /Record 3 is missing/);
  assert.equal(await store.snapshot(REF, KIND), undefined);
  await store.append(REF, claim.fence, 3, [note(4, "another")]);
  assert.equal(await store.snapshot(REF, KIND), undefined);
});

test("what a writer that was taken over had snapshot behind its successor's base isn't the log's", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  const old = await store.claim(REF, "old");
  await store.append(REF, old.fence, 0, notes(1, 3));
  await store.putSnapshot(REF, old.fence, { seq: 3, kind: KIND, state: "old" });
  const aside = join(home.path, "aside");
  const { folder } = opened(home.path);
  copyFileSync(join(folder, "snapshot"), aside);
  const header = readFileSync(join(folder, "1.jsonl"), "utf8").split("\n")[0] ?? "";
  writeFileSync(join(folder, "2.jsonl"), `${header.replace('"epoch":1', '"epoch":2').replace('"base":0', '"base":2')}\n`);
  assert.deepEqual(await all(store), notes(1, 2));
  assert.equal(await store.snapshot(REF, KIND), undefined);
});

test("with a snapshot a claim, a summary and a read take the tail of a long log and no more", async () => {
  await using home = await temporaryHome();
  let taken = 0;
  const disk: Disk = {
    ...nodeDisk,
    read: (fd, bytes, position) => {
      const count = nodeDisk.read(fd, bytes, position);
      taken += count;
      return count;
    },
  };
  const { store, folder } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  const long = (seq: number): Envelope => note(seq, `${seq} ${"x".repeat(4_000)}`);
  const records = Array.from({ length: 4_000 }, (_, at) => long(at + 1));
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, records.slice(0, 3_990));
    await store.putSnapshot(REF, claim.fence, { seq: 3_990, kind: KIND, state: null });
    await store.append(REF, claim.fence, 3_990, records.slice(3_990));
  }
  const size = statSync(join(folder, "1.jsonl")).size;
  assert.ok(size > 15_000_000);
  for (const act of [
    async () => assert.equal((await store.get(REF)).title, `1 ${"x".repeat(78)}`),
    async () => assert.deepEqual(await all(store, 3_990), records.slice(3_990)),
    async () => assert.equal((await store.snapshot(REF, KIND))?.seq, 3_990),
    async () => {
      await using claim = await store.claim(REF, "me");
      assert.equal(claim.head, 4_000);
    },
  ]) {
    taken = 0;
    await act();
    assert.ok(taken < size / 4, `${taken} of ${size}`);
  }
});
