import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { text, type Block, type Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { digestOf } from "./blobs.ts";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, folderOf, note, opened, REF, refused } from "./fixtures/scene.ts";

const bytes = Buffer.from("a picture, byte for byte ✓".repeat(999));
const picture: Block = { type: "image", source: { type: "base64", media_type: "image/png", data: bytes.toString("base64") } };
const LONG = "a long line of words\n".repeat(5_000);
const shown = (seq: number, ...content: readonly Block[]): Envelope => ({
  ...note(seq),
  event: { type: "context.added", from: "user", content },
});

/** A session in which a picture and a long text came twice. */
async function scene(root: string, disk: Disk = nodeDisk, session = REF.session) {
  const { store, problems } = opened(root, { disk });
  const ref = { tenant: "local", session };
  await store.create(ref, { cwd: CWD });
  const log = [shown(1, text("look"), picture), note(2, LONG), shown(3, picture, text("again")), note(4, LONG)];
  await using claim = await store.claim(ref, "me");
  await store.append(ref, claim.fence, 0, log, { barrier: true });
  return {
    store,
    problems,
    ref,
    log,
    folder: folderOf(root, session),
    at: (digest: string) => join(root, "blobs", digest.slice(0, 2), digest),
  };
}

test("what is large is on disk once, as its own bytes, for the user alone, and its lines are short", async () => {
  await using home = await temporaryHome();
  const { store, folder, log, at } = await scene(home.path);
  assert.deepEqual(await all(store), log);
  assert.ok(statSync(join(folder, "1.jsonl")).size < 1_500);
  assert.deepEqual(readdirSync(join(folder, "blobs")).toSorted(), [digestOf(bytes), digestOf(Buffer.from(LONG))].toSorted());
  assert.deepEqual(readFileSync(join(folder, "blobs", digestOf(bytes))), bytes);
  assert.equal(readFileSync(join(folder, "blobs", digestOf(Buffer.from(LONG))), "utf8"), LONG);
  for (const path of [at(digestOf(bytes)), join(folder, "blobs", digestOf(bytes))]) assert.equal(statSync(path).mode & 0o777, 0o600);
  for (const path of [join(folder, "blobs"), join(home.path, "blobs"), join(at(digestOf(bytes)), "..")])
    assert.equal(statSync(path).mode & 0o777, 0o700, path);
});

test("sessions share the bytes, the last one that goes takes them along, and no other loses any", async () => {
  await using home = await temporaryHome();
  const one = await scene(home.path);
  const two = await scene(home.path, nodeDisk, "t");
  const path = one.at(digestOf(bytes));
  assert.equal(statSync(path).ino, statSync(join(two.folder, "blobs", basename(path))).ino);
  assert.equal(statSync(path).nlink, 3);
  await one.store.delete(one.ref);
  assert.deepEqual(await all(two.store, 0, two.ref), two.log);
  assert.ok(existsSync(path));
  await two.store.delete(two.ref);
  assert.ok(!existsSync(path));
  assert.deepEqual(
    readdirSync(join(home.path, "blobs")).flatMap((part) => readdirSync(join(home.path, "blobs", part))),
    [],
  );
});

test("where a file can't have two names each session has its own, and nothing else is different", async () => {
  await using home = await temporaryHome();
  const link = (): void => {
    throw Object.assign(new Error("EPERM"), { code: "EPERM" });
  };
  const one = await scene(home.path, { ...nodeDisk, link });
  const two = await scene(home.path, { ...nodeDisk, link }, "t");
  await one.store.fork(one.ref, 3, { tenant: "local", session: "u" }, { cwd: CWD });
  await one.store.delete(one.ref);
  assert.deepEqual(await all(two.store, 0, two.ref), two.log);
  assert.deepEqual(await all(two.store, 0, { tenant: "local", session: "u" }), one.log.slice(0, 3));
});

for (const [words, spoil] of Object.entries<(path: string) => void>({
  missing: (path) => rmSync(path),
  "cut short": (path) => writeFileSync(path, readFileSync(path).subarray(0, 100)),
  "of other bytes": (path) => writeFileSync(path, Buffer.alloc(bytes.length)),
}))
  test(`a blob that is ${words} is told, its event says so in its place, and what stands beside it is read`, async () => {
    await using home = await temporaryHome();
    const { store, folder, problems, log } = await scene(home.path);
    spoil(join(folder, "blobs", digestOf(bytes)));
    const back = await all(store);
    assert.deepEqual([back[1], back[3]], [log[1], log[3]]);
    assert.deepEqual(
      problems.map(({ severity, text: said }) => [severity, said.includes(digestOf(bytes))]),
      [
        ["error", true],
        ["error", true],
      ],
    );
    const [first] = back;
    assert.ok(first?.event.type === "context.added");
    const [look, lost] = first.event.content;
    assert.deepEqual(look, text("look"));
    assert.equal(lost?.type, "text", "a picture without its bytes would be refused by the endpoint");
    assert.match(String(lost["text"]), /lost/);
  });

test("a damaged blob that others could share is not taken over by a session that has the bytes", async () => {
  await using home = await temporaryHome();
  const one = await scene(home.path);
  writeFileSync(one.at(digestOf(bytes)), Buffer.alloc(bytes.length));
  const two = await scene(home.path, nodeDisk, "t");
  assert.deepEqual(await all(two.store, 0, two.ref), two.log);
  const three = await scene(home.path, nodeDisk, "u");
  assert.deepEqual(await all(three.store, 0, three.ref), three.log);
});

test("a blob that the disk has no room for keeps its event out, and what was there goes on", async () => {
  await using home = await temporaryHome();
  let full = false;
  const paths = new Map<number, string>();
  const disk: Disk = {
    ...nodeDisk,
    open: (path, what) => {
      const fd = nodeDisk.open(path, what);
      paths.set(fd, path);
      return fd;
    },
    write: (fd, some, position) => {
      if (full && paths.get(fd)?.includes("/blobs/")) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      return nodeDisk.write(fd, some, position);
    },
  };
  const { store, folder } = opened(home.path, { disk });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [note(1)]);
  full = true;
  await refused("unwritable", store.append(REF, claim.fence, 1, [note(2), shown(3, picture)]), /disk is full/);
  await refused("unwritable", store.putBlob(REF, bytes), /disk is full/);
  assert.deepEqual(readdirSync(join(folder, "blobs")), [], "no pieces are left");
  await store.append(REF, claim.fence, 1, [note(2)]);
  full = false;
  await store.append(REF, claim.fence, 2, [shown(3, picture)]);
  assert.deepEqual(await all(store), [note(1), note(2), shown(3, picture)]);
});

test("what no session has any more, because a process died, is swept by a reindex", async () => {
  await using home = await temporaryHome();
  const { store, folder, at, log } = await scene(home.path);
  const left = at(digestOf(Buffer.from("left")));
  mkdirSync(join(left, ".."), { recursive: true });
  writeFileSync(left, "left");
  mkdirSync(join(folder, "..", ".gone-1"));
  mkdirSync(join(folder, "..", ".fork-1"));
  chmodSync(join(folder, "..", ".gone-1"), 0o700);
  await store.reindex(new AbortController().signal);
  assert.ok(!existsSync(left));
  assert.deepEqual(readdirSync(join(folder, "..")).toSorted(), [".fork-1", "s"], "somebody may just be making a fork");
  assert.deepEqual(await all(store), log);
});
