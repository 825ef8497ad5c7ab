import assert from "node:assert/strict";
import { readFileSync, truncateSync } from "node:fs";
import { basename, join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { digestOf } from "./blobs.ts";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, note, notes, opened, REF, refused } from "./fixtures/scene.ts";
import { nodeHost } from "./host.ts";
import { parseRecord } from "./record.ts";

/**
 * A disk that keeps apart what the system holds and what a loss of power would leave. A sync that fails drops what was held,
 * and the next one doesn't speak of it again: so does Linux. `syncs`: what was synced, by name. `gate.fails`: every sync, or that of one file.
 */
function powerDisk() {
  const paths = new Map<number, string>();
  const held = new Map<string, [number, Buffer][]>();
  const kept = new Map<string, Buffer>();
  const syncs: string[] = [];
  const gate: { fails: boolean | string; before: () => Promise<void> } = { fails: false, before: async () => undefined };
  const disk: Disk = {
    ...nodeDisk,
    open: (path, what) => {
      const fd = nodeDisk.open(path, what);
      paths.set(fd, path);
      return fd;
    },
    write: (fd, bytes, position) => {
      const path = paths.get(fd) ?? "";
      const at = position ?? nodeDisk.stat(path)?.size ?? 0;
      held.set(path, [...(held.get(path) ?? []), [at, Buffer.from(bytes)]]);
      return nodeDisk.write(fd, bytes, position);
    },
    sync: async (fd) => {
      const path = paths.get(fd) ?? "";
      const size = nodeDisk.stat(path)?.size ?? 0;
      const writes = held.get(path) ?? [];
      held.delete(path);
      syncs.push(basename(path));
      await gate.before();
      if (gate.fails === true || gate.fails === basename(path)) throw Object.assign(new Error("EIO"), { code: "EIO" });
      const image = Buffer.alloc(size);
      kept.get(path)?.copy(image);
      for (const [at, bytes] of writes) bytes.copy(image, at);
      kept.set(path, image);
    },
    syncFolder: async (path) => {
      syncs.push(`${basename(path)}/`);
      await nodeDisk.syncFolder(path);
    },
  };
  return { disk, syncs, gate, afterPowerLoss: (path: string) => kept.get(path)?.toString().split("\n") ?? [] };
}

const no = (): boolean => false;
const seqs = (lines: readonly string[]): (number | undefined)[] => lines.slice(1, -1).map((line) => parseRecord(Buffer.from(line))?.seq);

test("a barrier keeps all before it: earlier segments, and the names in the folders, once for each claim", async () => {
  await using home = await temporaryHome();
  const { disk, syncs, afterPowerLoss } = powerDisk();
  const { store, folder } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  for (const [from, to] of [
    [1, 2],
    [3, 4],
  ] as const) {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, from - 1, notes(from, to));
  }
  assert.deepEqual(syncs, []);
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 4, [note(5)], { barrier: true });
  const folders = ["s/", `${basename(join(folder, ".."))}/`, "sessions/", `${basename(home.path)}/`];
  assert.deepEqual(syncs.splice(0), ["0.jsonl", "1.jsonl", "2.jsonl", ...folders, "3.jsonl"]);
  for (const [epoch, stored] of [
    [1, [1, 2]],
    [2, [3, 4]],
    [3, [5]],
  ] as const)
    assert.deepEqual(seqs(afterPowerLoss(join(folder, `${epoch}.jsonl`))), stored);
  await store.append(REF, claim.fence, 5, [note(6)]);
  assert.deepEqual(syncs, []);
  await store.append(REF, claim.fence, 6, [], { barrier: true });
  assert.deepEqual(syncs, ["3.jsonl"]);
});

test("an append behind a barrier is acknowledged when the disk has it, and those that come meanwhile share the next", async () => {
  await using home = await temporaryHome();
  const { disk, syncs, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [], { barrier: true });
  syncs.length = 0;
  let open = (): void => undefined;
  gate.before = () => new Promise((done) => (open = done));
  const done: number[] = [];
  const appends = notes(1, 6).map((envelope, at) =>
    store.append(REF, claim.fence, at, [envelope], { barrier: at % 2 === 0 }).then(({ head }) => done.push(head)),
  );
  assert.deepEqual(await all(store), notes(1, 6), "written at once");
  assert.deepEqual(done, []);
  open();
  await Promise.all(appends.slice(0, 2));
  assert.deepEqual(done, [1, 2], "the others stand behind the second barrier");
  gate.before = async () => undefined;
  open();
  await Promise.all(appends);
  assert.deepEqual(
    done.toSorted((one, other) => one - other),
    [1, 2, 3, 4, 5, 6],
  );
  assert.deepEqual(syncs, ["1.jsonl", "1.jsonl"]);
});

test("a barrier that fails takes back what stands behind the last acknowledged record, and what follows is whole again", async () => {
  await using home = await temporaryHome();
  const { disk, gate, afterPowerLoss } = powerDisk();
  const { store, folder, problems } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [note(1)], { barrier: true });
  await store.append(REF, claim.fence, 1, notes(2, 3));
  gate.fails = true;
  const failed = [
    store.append(REF, claim.fence, 3, [note(4, "lost")], { barrier: true }),
    store.append(REF, claim.fence, 4, [note(5, "lost")]),
    store.append(REF, claim.fence, 5, [note(6, "lost")], { barrier: true }),
  ];
  for (const append of failed) await refused("unwritable", append, /error.*EIO/);
  assert.deepEqual(await all(store), notes(1, 3));
  gate.fails = false;
  await store.append(REF, claim.fence, 3, notes(4, 5), { barrier: true });
  assert.deepEqual(await all(store), notes(1, 5));
  assert.deepEqual(seqs(afterPowerLoss(join(folder, "1.jsonl"))), [1, 2, 3, 4, 5], "what the system had dropped was given to it again");
  assert.deepEqual(problems, []);
});

test("a barrier behind which everything is acknowledged holds nobody up, and takes nothing back when it fails", async () => {
  await using home = await temporaryHome();
  const { disk, gate, afterPowerLoss } = powerDisk();
  const { store, folder } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, notes(1, 2));
  let open = (): void => undefined;
  gate.before = () => new Promise((done) => (open = done));
  gate.fails = true;
  const settled = store.append(REF, claim.fence, 2, [], { barrier: true });
  const { head } = await store.append(REF, claim.fence, 2, [note(3)]);
  assert.equal(head, 3, "acknowledged while the disk is at it");
  while (await Promise.race([settled.then(no, no), breathe(true)])) open();
  await refused("unwritable", settled);
  gate.before = async () => undefined;
  gate.fails = false;
  await store.append(REF, claim.fence, 3, [note(4)], { barrier: true });
  assert.deepEqual(await all(store), notes(1, 4));
  assert.deepEqual(seqs(afterPowerLoss(join(folder, "1.jsonl"))), [1, 2, 3, 4], "what the system had dropped was given to it again");
});

test("a first barrier that fails is made good for the earlier segments too", async () => {
  await using home = await temporaryHome();
  const { disk, gate, afterPowerLoss } = powerDisk();
  const { store, folder } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, notes(1, 3));
  }
  await using claim = await store.claim(REF, "me");
  gate.fails = "1.jsonl";
  await refused("unwritable", store.append(REF, claim.fence, 3, [note(4)], { barrier: true }));
  gate.fails = false;
  await store.append(REF, claim.fence, 3, [note(4)], { barrier: true });
  assert.deepEqual(seqs(afterPowerLoss(join(folder, "1.jsonl"))), [1, 2, 3]);
  assert.deepEqual(seqs(afterPowerLoss(join(folder, "2.jsonl"))), [4]);
});

test("a disk that loses records when it fails is told, and the log goes on from what is really there", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const { store, folder, problems } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, notes(1, 4));
  const path = join(folder, "1.jsonl");
  const size = readFileSync(path).length;
  gate.fails = true;
  gate.before = async () => truncateSync(path, size - 10);
  await refused("unwritable", store.append(REF, claim.fence, 4, [note(5)], { barrier: true }));
  gate.fails = false;
  gate.before = async () => undefined;
  await refused("head_mismatch", store.append(REF, claim.fence, 4, [note(5)]));
  assert.match(problems.map(({ text }) => text).join(), /lost the records 4 to 4/);
  await store.append(REF, claim.fence, 3, [note(4, "anew")]);
  assert.deepEqual(await all(store), [...notes(1, 3), note(4, "anew")]);
});

test("who comes after a failed barrier doesn't share its end", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  gate.fails = true;
  const first = store.append(REF, claim.fence, 0, [note(1, "lost")], { barrier: true });
  const second = store.append(REF, claim.fence, 1, [note(2, "lost")], { barrier: true });
  const again = first.catch(() => {
    gate.fails = false;
    return store.append(REF, claim.fence, 0, [note(1)], { barrier: true });
  });
  await refused("unwritable", second);
  assert.equal((await again).head, 1);
  assert.deepEqual(await all(store), [note(1)]);
});

test("a barrier that fails after the session was taken over takes back nothing that the new writer counts", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const zombie = opened(home.path, { disk }).store;
  await zombie.create(REF, { cwd: CWD });
  await using old = await zombie.claim(REF, "old");
  gate.fails = "1.jsonl";
  let open = (): void => undefined;
  gate.before = () => new Promise((done) => (open = done));
  const append = zombie.append(REF, old.fence, 0, notes(1, 2), { barrier: true });
  const { store } = opened(home.path, { host: { ...nodeHost(() => 0), lives: () => false } });
  await using claim = await store.claim(REF, "new");
  assert.equal(claim.head, 2);
  while (await Promise.race([append.then(no, no), breathe(true)])) open();
  await refused("fenced", append);
  await store.append(REF, claim.fence, 2, [note(3)]);
  assert.deepEqual(await all(store), notes(1, 3));
});

test("giving the pen back waits for the barrier that is under way", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  const claim = await store.claim(REF, "me");
  const events: string[] = [];
  gate.before = async () => void events.push("synced");
  const append = store.append(REF, claim.fence, 0, [note(1)], { barrier: true });
  const released = claim[Symbol.asyncDispose]().then(() => events.push("given back"));
  await refused("fenced", store.append(REF, claim.fence, 1, [note(2)]));
  await Promise.all([append, released]);
  assert.deepEqual(events, ["synced", "synced", "given back"]);
});

test("a blob is on the disk before the line that names it, once, and again where that failed", async () => {
  await using home = await temporaryHome();
  const { disk, syncs, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [note(1)], { barrier: true });
  syncs.length = 0;
  const large = note(2, "x".repeat(100_000));
  const digest = digestOf(Buffer.from("x".repeat(100_000)));
  gate.fails = digest;
  await refused("unwritable", store.append(REF, claim.fence, 1, [large], { barrier: true }));
  assert.deepEqual(syncs.splice(0), [digest]);
  gate.fails = false;
  await store.append(REF, claim.fence, 1, [large], { barrier: true });
  assert.deepEqual(syncs.splice(0), [digest, "blobs/", "s/", "1.jsonl"]);
  await store.append(REF, claim.fence, 2, [{ ...large, seq: 3 }], { barrier: true });
  assert.deepEqual(syncs, ["1.jsonl"]);
});

test("a snapshot waits for the barrier that is under way, and isn't lost to a slow disk", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, notes(1, 2));
  let open = (): void => undefined;
  gate.before = () => new Promise((done) => (open = done));
  const appends = [store.append(REF, claim.fence, 2, [note(3)], { barrier: true }), store.append(REF, claim.fence, 3, [note(4)])];
  const kept = store.putSnapshot(REF, claim.fence, { seq: 4, kind: "k", state: "four" });
  const through = Promise.allSettled([...appends, kept]);
  while (await Promise.race([through.then(no), breathe(true)])) open();
  await kept;
  assert.equal((await store.snapshot(REF, "k"))?.seq, 4);
});

test("a snapshot of what a failed barrier took back is refused", async () => {
  await using home = await temporaryHome();
  const { disk, gate } = powerDisk();
  const { store } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [note(1)], { barrier: true });
  gate.fails = true;
  const lost = store.append(REF, claim.fence, 1, [note(2)], { barrier: true });
  const kept = store.putSnapshot(REF, claim.fence, { seq: 2, kind: "k", state: "two" });
  await Promise.all([refused("unwritable", lost), refused("head_mismatch", kept)]);
  assert.equal(await store.snapshot(REF, "k"), undefined);
});
