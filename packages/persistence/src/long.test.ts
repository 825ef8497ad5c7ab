import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, note, notes, opened, REF } from "./fixtures/scene.ts";

const READER = fileURLToPath(new URL("./fixtures/reader.ts", import.meta.url));
const MIB = 1024 * 1024;

/** A log of a size, written past the store for the sake of time; a record in a hundred is large. */
async function longLog(root: string, bytes: number): Promise<number> {
  const { store, folder } = opened(root);
  await store.create(REF, { cwd: CWD });
  await (await store.claim(REF, "me"))[Symbol.asyncDispose]();
  const fd = openSync(join(folder, "1.jsonl"), "a");
  let seq = 0;
  for (let written = 0; written < bytes;)
    written += writeSync(fd, `${JSON.stringify(note(++seq, "x".repeat(seq % 100 === 0 ? MIB : 8_000)))}\n`);
  closeSync(fd);
  return seq;
}

function readApart(root: string): Readonly<Record<string, number>> {
  const printed = execFileSync(process.execPath, ["--max-semi-space-size=1", "--max-old-space-size=24", READER, root], {
    encoding: "utf8",
  });
  return JSON.parse(printed) as Readonly<Record<string, number>>;
}

test("a log of 60 MiB is claimed and read in little memory", async () => {
  await using home = await temporaryHome();
  await longLog(join(home.path, "short"), 1);
  const { peak: floor = 0 } = readApart(join(home.path, "short"));
  const records = await longLog(home.path, 60 * MIB);
  const { met, head, peak = 0 } = readApart(home.path);
  assert.deepEqual([met, head], [records, records]);
  assert.ok(peak - floor < 40 * MIB, `${Math.round((peak - floor) / MIB)} MiB more than for one record`);
});

test("a thousand records come back in order, one chunk of the disk ahead of who reads them", async () => {
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
  await using claim = await store.claim(REF, "me");
  const records = notes(1, 1_000).map(({ seq = 0 }) => note(seq, "x".repeat(1_000)));
  for (let head = 0; head < 1_000; head += 10) await store.append(REF, claim.fence, head, records.slice(head, head + 10));
  assert.deepEqual(await all(store), records);
  assert.deepEqual(await all(store, 990), records.slice(990));

  taken = 0;
  assert.equal((await store.head(REF)).head, 1_000);
  assert.ok(taken < statSync(join(folder, "1.jsonl")).size / 5, "only the ends are read for the head");
  taken = 0;
  let seen = 0;
  for await (const envelope of store.read(REF, 0)) {
    seen += JSON.stringify(envelope).length + 1;
    assert.ok(taken <= seen + 300_000, `${taken} taken for ${seen}`);
  }
});

test("what a claim has read isn't read once more by who has claimed, and nothing is missing when something was added first", async () => {
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
  const records = notes(1, 500).map(({ seq = 0 }) => note(seq, "x".repeat(1_000)));
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, records);
  }
  const size = statSync(join(folder, "1.jsonl")).size;
  for (const after of [0, 400]) {
    taken = 0;
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 500);
    assert.deepEqual(await all(store, after), records.slice(after));
    assert.ok(taken < 1.5 * size, `${taken} of ${size}`);
    assert.deepEqual(await all(store), records, "and again");
  }
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 500, [note(501)]);
  assert.deepEqual(await all(store), [...records, note(501)]);
});
