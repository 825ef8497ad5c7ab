import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { faultyDisk } from "./fixtures/disk.ts";
import { all, CWD, note, notes, opened, REF, refused } from "./fixtures/scene.ts";
import { nodeHost, type Host, type ProcessMark } from "./host.ts";
import { memoryStore } from "./memory.ts";
import { headOf } from "./segment.ts";
import { nodeDisk } from "./disk.ts";

const now = (): number => 5;
const host = nodeHost(now);
/** Sees every other process as gone: as after another boot, or from another machine. */
const alone: Host = { self: { ...host.self, boot: "another boot" }, lives: ({ boot }) => boot === "another boot", standing: host.standing };

test("one pen for a session: two owners, two stores and one owner twice find it held", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  assert.deepEqual([claim.fence, claim.head], [{ epoch: 1, owner: "me" }, 0]);
  await refused("held", store.claim(REF, "you"), /open in this process already/);
  await refused("held", store.claim(REF, "me"));
  await refused("held", opened(home.path).store.claim(REF, "you"));
});

test("of many who claim at once exactly one gets it, again and again", async () => {
  await using home = await temporaryHome();
  const stores = Array.from({ length: 5 }, () => opened(home.path).store);
  await stores[0]?.create(REF, { cwd: CWD });
  for (let round = 1; round <= 20; round++) {
    const settled = await Promise.allSettled(stores.map((store, at) => store.claim(REF, `owner ${at}`)));
    const won = settled.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
    assert.equal(won.length, 1);
    assert.equal(won[0]?.fence.epoch, round);
    await won[0]?.[Symbol.asyncDispose]();
  }
});

test("in memory too, giving a pen back twice takes nothing from the next", async () => {
  const store = memoryStore({ now });
  await store.create(REF, { cwd: CWD });
  const first = await store.claim(REF, "me");
  await first[Symbol.asyncDispose]();
  await refused("fenced", store.append(REF, first.fence, 0, [note(1)]));
  await using second = await store.claim(REF, "me");
  await first[Symbol.asyncDispose]();
  await refused("held", store.claim(REF, "you"), /open in this process already/);
  await refused("fenced", store.append(REF, { ...second.fence, owner: "you" }, 0, [note(1)]));
  await store.append(REF, second.fence, 0, [note(1)]);
});

test("what was given back is fenced, and giving it back twice takes nothing from the next", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  const first = await store.claim(REF, "me");
  await store.append(REF, first.fence, 0, [note(1)]);
  await first[Symbol.asyncDispose]();
  await refused("fenced", store.append(REF, first.fence, 1, [note(2)]));
  await using second = await store.claim(REF, "me");
  await first[Symbol.asyncDispose]();
  await refused("held", opened(home.path).store.claim(REF, "you"));
  await refused("fenced", store.append(REF, { ...second.fence, owner: "you" }, 1, [note(2)]));
  await refused("fenced", store.append(REF, { ...second.fence, epoch: 1 }, 1, [note(2)]));
  await store.append(REF, second.fence, 1, [note(2)]);
  assert.deepEqual(readdirSync(folder).toSorted(), ["0.jsonl", "1.jsonl", "2.jsonl", "2.lock"]);
});

const STALE: Readonly<Record<string, Partial<ProcessMark>>> = {
  "a process that is gone": { pid: 2 ** 22 + 1 },
  "a pid that another process has by now": { started: "long ago" },
  "our own pid, used before us": { pid: process.pid, started: "long ago" },
  "another boot": { boot: "another boot" },
};
for (const [words, mark] of Object.entries(STALE))
  test(`the lock of ${words} holds nobody up`, async () => {
    await using home = await temporaryHome();
    const { store, folder } = opened(home.path);
    await store.create(REF, { cwd: CWD });
    await (await store.claim(REF, "me"))[Symbol.asyncDispose]();
    writeFileSync(join(folder, "1.lock"), JSON.stringify({ ...host.self, pid: process.ppid, ...mark, owner: "x", at: 1 }));
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.fence.epoch, 2);
    assert.ok(!existsSync(join(folder, "1.lock")));
  });

test("a lock without words holds for the moment in which it is written, and not after a crash", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path, { now: () => 100_000 });
  await store.create(REF, { cwd: CWD });
  const lock = join(folder, "1.lock");
  for (const words of ["", '{"pid":1', "null", "\0\0\0"]) {
    writeFileSync(lock, words);
    utimesSync(lock, 99, 99);
    await refused("held", store.claim(REF, "me"), /just opening/);
    utimesSync(lock, 10, 10);
    const claim = await store.claim(REF, "me");
    await claim[Symbol.asyncDispose]();
    for (const name of readdirSync(folder)) if (name !== "0.jsonl") unlinkSync(join(folder, name));
  }
});

test("a claim that died between its lock and its segment leaves no number out, so the writer before it is fenced too", async () => {
  await using home = await temporaryHome();
  const zombie = opened(home.path);
  await zombie.store.create(REF, { cwd: CWD });
  const old = await zombie.store.claim(REF, "old");
  await zombie.store.append(REF, old.fence, 0, [note(1)]);
  writeFileSync(join(zombie.folder, "2.lock"), JSON.stringify({ ...host.self, boot: "gone", owner: "x", at: 1 }));
  await using claim = await opened(home.path, { host: alone }).store.claim(REF, "new");
  assert.equal(claim.fence.epoch, 3);
  await refused("fenced", zombie.store.append(REF, old.fence, 1, [note(2, "late")]));
});

test("a claim that the disk refuses leaves nothing behind, and the session free", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  for (const ending of [".jsonl", ".lock"]) {
    const full = faultyDisk((_, name, path) => (name === "write" && path?.endsWith(ending) ? "ENOSPC" : undefined));
    await refused("unwritable", opened(home.path, { disk: full }).store.claim(REF, "me"), /disk is full/);
    assert.deepEqual(readdirSync(folder), ["0.jsonl"]);
  }
  await using claim = await store.claim(REF, "me");
  assert.equal(claim.fence.epoch, 1);
});

test("a writer that was taken for dead is fenced at its next append, and its late lines are never read", async () => {
  await using home = await temporaryHome();
  const zombie = opened(home.path);
  await zombie.store.create(REF, { cwd: CWD });
  const old = await zombie.store.claim(REF, "old");
  await zombie.store.append(REF, old.fence, 0, notes(1, 3));

  const taker = opened(home.path, { host: alone });
  await using claim = await taker.store.claim(REF, "new");
  assert.equal(claim.head, 3);
  await refused("fenced", zombie.store.append(REF, old.fence, 3, [note(4, "late")]));
  await refused("fenced", zombie.store.append(REF, old.fence, 3, [note(4, "later")]));
  appendFileSync(join(zombie.folder, "1.jsonl"), `${JSON.stringify(note(5, "latest"))}\n`);
  for (const store of [zombie.store, taker.store]) {
    assert.deepEqual(await all(store), notes(1, 3));
    assert.equal((await store.head(REF)).head, 3);
  }
  await taker.store.append(REF, claim.fence, 3, notes(4, 6));
  await old[Symbol.asyncDispose]();
  await refused("held", opened(home.path, { host: alone }).store.claim(REF, "third"));
  for (const after of [0, 2, 3, 5, 6]) assert.deepEqual(await all(zombie.store, after), notes(after + 1, 6));
  assert.deepEqual([...zombie.problems, ...taker.problems], []);
});

test("a reader that is under way when the session is taken over reads no late line", async () => {
  await using home = await temporaryHome();
  const zombie = opened(home.path);
  await zombie.store.create(REF, { cwd: CWD });
  const old = await zombie.store.claim(REF, "old");
  const big = Array.from({ length: 40 }, (_, at) => note(at + 1, "x".repeat(20_000)));
  await zombie.store.append(REF, old.fence, 0, big);
  const reading = zombie.store.read(REF, 0)[Symbol.asyncIterator]();
  const read = [(await reading.next()).value];

  const taker = opened(home.path, { host: alone });
  await using claim = await taker.store.claim(REF, "new");
  appendFileSync(join(zombie.folder, "1.jsonl"), `${JSON.stringify(note(41, "late"))}\n`);
  await taker.store.append(REF, claim.fence, 40, [note(41, "mine")]);
  for (let step = await reading.next(); !step.done; step = await reading.next()) read.push(step.value);
  assert.deepEqual(read, [...big, note(41, "mine")]);
});

test("what a taken-over writer was told is stored, is stored: the next segment begins behind it", async () => {
  await using home = await temporaryHome();
  const zombie = opened(home.path);
  await zombie.store.create(REF, { cwd: CWD });
  const old = await zombie.store.claim(REF, "old");
  await zombie.store.append(REF, old.fence, 0, [note(1)]);
  let seq = 1;
  // The old writer writes once before each touch of the disk by the one who takes over.
  const appends: Promise<"stored" | "refused">[] = [];
  const write = (): void => {
    const mine = ++seq;
    appends.push(
      zombie.store.append(REF, old.fence, mine - 1, [note(mine)]).then(
        () => "stored",
        () => "refused",
      ),
    );
  };
  const watched = Object.fromEntries(
    Object.entries(nodeDisk).map(([name, act]) => [
      name,
      (...given: readonly unknown[]) => (write(), Reflect.apply(act, undefined, given)),
    ]),
  );
  const taker = opened(home.path, { host: alone, disk: { ...nodeDisk, ...watched } });
  await using claim = await taker.store.claim(REF, "new");
  const outcomes = await Promise.all(appends);
  const stored = 1 + outcomes.filter((outcome) => outcome === "stored").length;
  assert.ok(outcomes.includes("stored") && outcomes.includes("refused"));
  assert.ok(claim.head >= stored, `${claim.head} < ${stored}`);
  assert.deepEqual(await all(opened(home.path).store), notes(1, claim.head));
  assert.equal(headOf(nodeDisk, taker.folder)?.head, claim.head);
});
