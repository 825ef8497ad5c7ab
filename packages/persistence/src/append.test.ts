import assert from "node:assert/strict";
import { appendFileSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { StoreErrorCode } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk } from "./disk.ts";
import { faultyDisk, type Plan } from "./fixtures/disk.ts";
import { all, CWD, note, notes, opened, REF, refused } from "./fixtures/scene.ts";
import { memoryStore } from "./memory.ts";
import { RECORD_LIMIT } from "./record.ts";

/** A claimed session with two records on a disk whose faults can be changed while it runs. */
async function writing(root: string) {
  let plan: Plan = () => undefined;
  const scene = opened(root, { disk: faultyDisk((at, name, path) => plan(at, name, path)) });
  await scene.store.create(REF, { cwd: CWD });
  const claim = await scene.store.claim(REF, "me");
  await scene.store.append(REF, claim.fence, 0, notes(1, 2));
  const path = join(scene.folder, "1.jsonl");
  return { ...scene, claim, path, size: statSync(path).size, faults: (next: Plan) => (plan = next) };
}
/** Fails the writes from now on, the first one after half of the bytes. */
function failing(code: string, alsoCutting = false): Plan {
  let writes = 0;
  return (_, name) => {
    if (name === "truncate" && alsoCutting) return "EPERM";
    return name !== "write" ? undefined : writes++ === 0 ? "short" : code;
  };
}
const none: Plan = () => undefined;

const WORDS: Readonly<Record<string, RegExp>> = {
  ENOSPC: /disk is full.*Make room/,
  EDQUOT: /quota.*Make room/,
  EROFS: /read-only.*KEEL_HOME/,
  EIO: /error.*KEEL_HOME/,
};
for (const [code, words] of Object.entries(WORDS))
  test(`${code} in the middle of a record: one line says where and what to do, the file ends with the last whole record, and it goes on`, async () => {
    await using home = await temporaryHome();
    const { store, claim, path, size, faults } = await writing(home.path);
    faults(failing(code));
    await refused("unwritable", store.append(REF, claim.fence, 2, notes(3, 5)), words);
    await refused("unwritable", store.append(REF, claim.fence, 2, notes(3, 5)), new RegExp(path));
    assert.equal(statSync(path).size, size);
    assert.deepEqual(await all(opened(home.path).store), notes(1, 2));
    faults(none);
    assert.deepEqual(await store.append(REF, claim.fence, 2, notes(3, 5)), { head: 5, epoch: 1 });
    assert.deepEqual(await all(opened(home.path).store), notes(1, 5));
    await claim[Symbol.asyncDispose]();
  });

test("short counts alone are no failure", async () => {
  await using home = await temporaryHome();
  const { store, claim, faults } = await writing(home.path);
  let at = 0;
  faults((_, name) => (name === "write" && at++ % 3 !== 2 ? "short" : undefined));
  await store.append(REF, claim.fence, 2, notes(3, 9));
  assert.deepEqual(await all(store), notes(1, 9));
  await claim[Symbol.asyncDispose]();
});

test("a disk that takes nothing and says nothing is full", async () => {
  await using home = await temporaryHome();
  const { store, claim, faults } = await writing(home.path);
  faults((_, name) => (name === "write" ? "none" : undefined));
  await refused("unwritable", store.append(REF, claim.fence, 2, [note(3)]), /disk is full/);
  await claim[Symbol.asyncDispose]();
});

test("an error that isn't the disk's is a bug, and passes as it is", async () => {
  await using home = await temporaryHome();
  const bug = new Error("a bug");
  const { store } = opened(home.path, {
    disk: {
      ...nodeDisk,
      names: () => {
        throw bug;
      },
    },
  });
  for (const work of [store.create(REF, { cwd: CWD }), store.get(REF), store.list({ tenant: "local" })])
    await assert.rejects(work, (error) => error === bug);
});

test("where a file can't be cut, the next append begins on a fresh line, and the torn piece never becomes a record", async () => {
  await using home = await temporaryHome();
  const { store, claim, path, problems, faults } = await writing(home.path);
  let head = 2;
  const whole = Buffer.byteLength(JSON.stringify(note(3, "torn"))); // without its newline
  for (const taken of [1, 20, whole - 1, whole]) {
    faults(failing("ENOSPC", true));
    const torn = note(head + 1, "torn");
    await refused("unwritable", store.append(REF, claim.fence, head, [torn]));
    // half was taken; the disk takes some more of it, up to the newline
    const line = JSON.stringify(torn);
    const begun = readFileSync(path, "utf8").split("\n").at(-1) ?? "";
    if (taken > begun.length) appendFileSync(path, line.slice(begun.length, taken));
    faults((_, name) => (name === "truncate" ? "EPERM" : undefined));
    await store.append(REF, claim.fence, head, [note(head + 1), note(head + 2)]);
    head += 2;
    assert.deepEqual(await all(opened(home.path).store), notes(1, head));
  }
  const { size } = statSync(path);
  faults((_, name) => (name === "truncate" ? "EPERM" : name === "write" ? "ENOSPC" : undefined));
  await refused("unwritable", store.append(REF, claim.fence, head, [note(head + 1)]));
  faults((_, name) => (name === "truncate" ? "EPERM" : undefined));
  await store.append(REF, claim.fence, head, []);
  assert.equal(statSync(path).size, size, "where nothing was taken, nothing is mended");
  await claim[Symbol.asyncDispose]();
  faults(none);
  await using again = await store.claim(REF, "me");
  assert.equal(again.head, head);
  assert.equal(problems.length, 4);
});

test("whole records that can't be taken back stop the log, rather than being told twice", async () => {
  await using home = await temporaryHome();
  const { store, claim, faults } = await writing(home.path);
  let writes = 0;
  faults((_, name) =>
    name === "truncate" ? "EPERM" : name !== "write" ? undefined : ++writes === 1 ? "short" : writes === 2 ? "ENOSPC" : undefined,
  );
  await refused("unwritable", store.append(REF, claim.fence, 2, notes(3, 4))); // half of it: the first record, whole
  await refused("unwritable", store.append(REF, claim.fence, 2, [note(3, "another")]));
  faults(none);
  await store.append(REF, claim.fence, 2, [note(3, "another")]);
  assert.deepEqual(await all(store), [...notes(1, 2), note(3, "another")]);
  await claim[Symbol.asyncDispose]();
});

test("numbers that don't continue the head, and records that are too large, are refused whole, on disk and in memory", async () => {
  await using home = await temporaryHome();
  for (const store of [opened(home.path).store, memoryStore({ now: () => 0 })]) {
    await store.create(REF, { cwd: CWD });
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, notes(1, 2));
    const { seq: _, ...unnumbered } = note(3);
    const refusals: readonly (readonly [StoreErrorCode, number, ReturnType<typeof notes>])[] = [
      ["head_mismatch", 1, [note(2)]],
      ["head_mismatch", 3, [note(4)]],
      ["head_mismatch", 2, [note(4)]],
      ["head_mismatch", 2, [note(2)]],
      ["head_mismatch", 2, [note(3), note(5)]],
      ["head_mismatch", 2, [note(3), note(3)]],
      ["head_mismatch", 2, [unnumbered]],
      ["too_large", 2, [note(3), note(4, "x".repeat(RECORD_LIMIT))]],
    ];
    for (const [code, head, envelopes] of refusals) await refused(code, store.append(REF, claim.fence, head, envelopes));
    assert.deepEqual(await all(store), notes(1, 2));
    assert.equal((await store.append(REF, claim.fence, 2, [])).head, 2);
    const room = RECORD_LIMIT - JSON.stringify(note(3, "")).length - 1;
    await store.append(REF, claim.fence, 2, [note(3, "x".repeat(room))]);
    await refused("too_large", store.append(REF, claim.fence, 3, [note(4, "x".repeat(room + 1))]));
    assert.equal((await store.head(REF)).head, 3);
  }
});

test("what isn't an envelope is a bug, not a stored record that nobody can read", async () => {
  await using home = await temporaryHome();
  const { store, claim } = await writing(home.path);
  await assert.rejects(store.append(REF, claim.fence, 2, [{ ...note(3), at: Number.NaN }]), TypeError);
  await store.append(REF, claim.fence, 2, [note(3)]);
  await claim[Symbol.asyncDispose]();
});
