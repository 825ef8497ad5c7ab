import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { text, type Envelope, type Ref } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk } from "../disk.ts";
import { faultyDisk } from "../fixtures/disk.ts";
import { CWD, folderOf, note, notes, opened, refused } from "../fixtures/scene.ts";
import type { StoreOptions } from "../store.ts";

const refOf = (session: string): Ref => ({ tenant: "local", session });
const idsOf = (all: readonly { readonly ref: Ref }[]): string[] => all.map(({ ref }) => ref.session);
const never = new AbortController().signal;
const said = (seq: number, at: number, words: string): Envelope => ({ ...note(seq, words), at });

/** Three sessions; c is newest. */
async function scene(root: string, options: Partial<StoreOptions> = {}) {
  const one = opened(root, options);
  for (const [at, session] of ["a", "b", "c"].entries()) {
    await one.store.create(refOf(session), { cwd: CWD });
    await using claim = await one.store.claim(refOf(session), "me");
    await one.store.append(refOf(session), claim.fence, 0, [said(1, 1_000 * (at + 1), `words of ${session}`)]);
  }
  const list = async () => idsOf(await one.store.list({ tenant: "local" }));
  const found = async (words: string) =>
    (await one.store.search({ tenant: "local", text: words })).map(({ session }) => session.ref.session);
  return { ...one, list, found, index: join(root, "index.db") };
}

test("nothing of SQLite is loaded, and no index is there, before somebody asks for a list", async () => {
  await using home = await temporaryHome();
  const script = fileURLToPath(new URL("../fixtures/plain.ts", import.meta.url));
  const { before, after } = JSON.parse(execFileSync(process.execPath, [script, home.path], { encoding: "utf8" })) as Record<
    string,
    boolean
  >;
  assert.deepEqual([before, after], [false, true]);
});

test("a folder's latest session is told without an index", async () => {
  await using home = await temporaryHome();
  const { store, index } = await scene(home.path);
  await using claim = await store.claim(refOf("b"), "me");
  await store.append(refOf("b"), claim.fence, 1, [said(2, 9_000, "more")]);
  const [latest] = await store.list({ tenant: "local", cwd: CWD, limit: 1 });
  assert.deepEqual([latest?.ref.session, latest?.title, latest?.status, latest?.updated], ["b", "words of b", "active", 9_000]);
  assert.ok(!existsSync(index));
  assert.deepEqual(await store.list({ tenant: "local", cwd: "/nowhere", limit: 1 }), []);
});

test("the index and its companions are for the user alone", async () => {
  await using home = await temporaryHome();
  const { list } = await scene(home.path);
  await list();
  const names = readdirSync(home.path).filter((name) => name.startsWith("index.db"));
  assert.deepEqual(names.toSorted(), ["index.db", "index.db-shm", "index.db-wal"]);
  for (const name of names) assert.equal(statSync(join(home.path, name)).mode & 0o777, 0o600, name);
});

const SPOILED: Readonly<Record<string, (path: string) => void>> = {
  "is missing": (path) => rmSync(path),
  "is empty": (path) => truncateSync(path, 0),
  "is noise": (path) => writeFileSync(path, Buffer.alloc(20_000, "noise")),
  "has lost its end": (path) => truncateSync(path, 8_192),
  "is spoiled in its middle": (path) => {
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xaa, 4_096, bytes.length));
  },
  "was written by another version": (path) => {
    const bytes = readFileSync(path);
    bytes.writeUInt32BE(99, 60); // the database's user_version
    writeFileSync(path, bytes);
  },
};
for (const [words, spoil] of Object.entries(SPOILED))
  test(`an index that ${words} is made anew, and loses no session`, async () => {
    await using home = await temporaryHome();
    const { store, list, found, index } = await scene(home.path);
    assert.deepEqual(await found("words"), ["c", "b", "a"]);
    await store[Symbol.asyncDispose](); // puts all of it into the one file
    for (const ending of ["-wal", "-shm"]) rmSync(index + ending, { force: true });
    spoil(index);
    assert.deepEqual(await list(), ["c", "b", "a"]);
    assert.deepEqual(await found("words"), ["c", "b", "a"]);
    await using other = opened(home.path).store;
    assert.deepEqual(idsOf(await other.list({ tenant: "local" })), ["c", "b", "a"]);
  });

test("an index that is taken away while it is open is made anew", async () => {
  await using home = await temporaryHome();
  const { store, list, index } = await scene(home.path);
  await list();
  for (const ending of ["", "-wal", "-shm"]) rmSync(index + ending);
  await using claim = await store.claim(refOf("a"), "me");
  await store.append(refOf("a"), claim.fence, 1, [said(2, 9_000, "more")]);
  assert.deepEqual(await list(), ["a", "c", "b"]);
});

test("where the index can't be used the folders are read, and it is said why", async () => {
  await using home = await temporaryHome();
  const { list, found, index, problems } = await scene(home.path);
  mkdirSync(index);
  assert.deepEqual(await list(), ["c", "b", "a"]);
  assert.deepEqual(await found("words b"), ["b"]);
  assert.match(problems[0]?.text ?? "", /index of sessions can't be used.*reindex/);
  assert.equal(problems[0]?.severity, "warning");
});

test("on a disk that is read-only the folders are read", async () => {
  await using home = await temporaryHome();
  await scene(home.path);
  const { store } = opened(home.path, {
    disk: faultyDisk((_, name) => (["write", "makeFolder", "remove"].includes(name) ? "EROFS" : undefined)),
  });
  chmodSync(home.path, 0o500);
  assert.deepEqual(idsOf(await store.list({ tenant: "local" })), ["c", "b", "a"]);
  chmodSync(home.path, 0o700);
});

test("what another process has made, changed and deleted is seen at the next look", async () => {
  await using home = await temporaryHome();
  const { list } = await scene(home.path);
  assert.deepEqual(await list(), ["c", "b", "a"]);
  const { store } = opened(home.path);
  await store.delete(refOf("b"));
  await store.create(refOf("d"), { cwd: CWD });
  assert.deepEqual(await list(), ["c", "a", "d"]);
  await using claim = await store.claim(refOf("a"), "me");
  await store.append(refOf("a"), claim.fence, 1, [said(2, 9_000, "more")]);
  assert.deepEqual(await list(), ["a", "c", "d"]);
  await store.append(refOf("a"), claim.fence, 2, [said(3, 9_001, "and more")]);
  assert.deepEqual(await list(), ["a", "c", "d"]);
});

test("a session that is made again in another folder is found there, with the words it has now", async () => {
  await using home = await temporaryHome();
  const { store, found, list } = await scene(home.path);
  assert.deepEqual(await found("words of b"), ["b"]);
  await store.delete(refOf("b"));
  await store.create(refOf("b"), { cwd: "/projects/two" });
  {
    await using claim = await store.claim(refOf("b"), "me");
    await store.append(refOf("b"), claim.fence, 0, [said(1, 8_000, "something else")]);
  }
  assert.deepEqual(await list(), ["b", "c", "a"]);
  assert.deepEqual(await found("words"), ["c", "a"]);
  assert.deepEqual(await found("else"), ["b"]);
  assert.deepEqual(idsOf(await store.list({ tenant: "local", cwd: "/projects/two" })), ["b"]);
});

test("a log that was cut back and went another way is indexed anew", async () => {
  await using home = await temporaryHome();
  const { store, found, list } = await scene(home.path);
  const path = join(folderOf(home.path, "a"), "1.jsonl");
  const size = statSync(path).size;
  {
    await using claim = await store.claim(refOf("a"), "me");
    await store.append(refOf("a"), claim.fence, 1, [said(2, 8_000, "vanishing")]);
  }
  assert.deepEqual(await found("vanishing"), ["a"]);
  const last = join(folderOf(home.path, "a"), "2.jsonl");
  truncateSync(last, readFileSync(last).indexOf(10) + 1);
  {
    await using claim = await store.claim(refOf("a"), "me");
    await store.append(refOf("a"), claim.fence, 1, [said(2, 500, "lasting"), said(3, 600, "x")]);
  }
  assert.ok(size > 0);
  assert.deepEqual(await list(), ["c", "b", "a"]);
  assert.deepEqual(await found("vanishing"), []);
  assert.deepEqual(await found("lasting"), ["a"]);
});

test("a folder that was taken away by hand is no longer listed, and its page is full all the same", async () => {
  await using home = await temporaryHome();
  const { store, list } = await scene(home.path);
  await list();
  rmSync(folderOf(home.path, "c"), { recursive: true });
  assert.deepEqual(idsOf(await store.list({ tenant: "local", limit: 2 })), ["b", "a"]);
});

test("a folder that was put there by hand is listed after a reindex", async () => {
  await using home = await temporaryHome();
  const { store, list, found } = await scene(home.path);
  await list();
  cpSync(folderOf(home.path, "a"), folderOf(home.path, "z"), { recursive: true });
  assert.deepEqual(await list(), ["c", "b", "a"]);
  assert.equal(await store.reindex(never), 4);
  assert.deepEqual((await list()).toSorted(), ["a", "b", "c", "z"]);
  assert.deepEqual((await found("words of a")).toSorted(), ["a", "z"]);
});

test("a reindex that can't write its index is refused in words, and what is there is listed all the same", async () => {
  await using home = await temporaryHome();
  await scene(home.path);
  const readOnly = faultyDisk((_, name, path) => (name === "open" && path?.endsWith("index.db") ? "EROFS" : undefined));
  const { store } = opened(home.path, { disk: readOnly });
  await refused("unwritable", store.reindex(never), /index.*EROFS.*whole/);
  assert.equal((await store.list({ tenant: "local" })).length, 3);
});

test("a folder that a refused session left behind is counted by no reindex", async () => {
  await using home = await temporaryHome();
  const { store } = await scene(home.path);
  mkdirSync(folderOf(home.path, "refused"));
  assert.equal(await store.reindex(never), 3);
  await using without = opened(home.path, { disk: { ...nodeDisk, isRemote: () => true } }).store;
  assert.equal(await without.reindex(never), 3);
});

test("a claim that comes between two steps of a look isn't missed", async () => {
  await using home = await temporaryHome();
  let onRemove = async (): Promise<void> => undefined;
  const pending: Promise<void>[] = [];
  const { store } = await scene(home.path, {
    disk: {
      ...nodeDisk,
      remove: (path) => {
        if (path.includes("/changed/")) pending.push(onRemove());
        nodeDisk.remove(path);
      },
    },
  });
  const writer = opened(home.path).store;
  const claims: AsyncDisposable[] = [];
  onRemove = async () => {
    onRemove = async () => undefined;
    const claim = await writer.claim(refOf("a"), "me"); // its lock and its mark are there before it has to wait
    claims.push(claim);
    await writer.append(refOf("a"), claim.fence, 1, [said(2, 9_000, "more")]);
  };
  await store.list({ tenant: "local" });
  await Promise.all(pending);
  assert.deepEqual(idsOf(await store.list({ tenant: "local", limit: 1 })), ["a"]);
  for (const claim of claims) await claim[Symbol.asyncDispose]();
  assert.deepEqual(idsOf(await store.list({ tenant: "local", status: "active" })), []);
});

test("marks of sessions that nobody holds go with the look at them", async () => {
  await using home = await temporaryHome();
  const { store, list } = await scene(home.path);
  assert.equal(readdirSync(join(home.path, "changed")).length, 3);
  await using _ = await store.claim(refOf("b"), "me");
  await list();
  assert.deepEqual(
    readdirSync(join(home.path, "changed")).map((name) => name.split("+")[1]),
    ["b"],
  );
});

test("to tend puts words into the index ahead of a search, and stops where it is told to", async () => {
  await using home = await temporaryHome();
  const { store, found, index } = await scene(home.path);
  const ended = new AbortController();
  ended.abort();
  await store.tend(ended.signal);
  assert.ok(existsSync(index));
  await store.tend(never);
  assert.deepEqual(await found("words"), ["c", "b", "a"]);
});

test("two who index the same sessions at once put each word in once", async () => {
  await using home = await temporaryHome();
  const { store } = await scene(home.path);
  await using claim = await store.claim(refOf("a"), "me");
  await store.append(refOf("a"), claim.fence, 1, notes(2, 500));
  await using one = opened(home.path).store;
  await using two = opened(home.path).store;
  await Promise.all([one.tend(never), two.tend(never), store.tend(never)]);
  const { DatabaseSync } = await import("node:sqlite");
  const db = new DatabaseSync(join(home.path, "index.db"));
  assert.deepEqual(
    db.prepare("SELECT count(*) AS n, sum(worded) AS w FROM session").get(),
    Object.assign(Object.create(null), { n: 3, w: 502 }),
  );
  assert.equal(db.prepare("SELECT count(*) AS n FROM words WHERE words MATCH 'line'").get()?.["n"], 499);
  db.close();
});

test("a common word finds the newest sessions, a rare one the old one, also where they are many", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  for (let at = 0; at < 520; at++) {
    await store.create(refOf(`s${at}`), { cwd: `/projects/${at % 2}` });
    await using claim = await store.claim(refOf(`s${at}`), "me");
    const { event } = { event: { type: "context.added", from: "user", content: [text(`common ${at === 3 ? "rare" : ""}`)] } as const };
    await store.append(refOf(`s${at}`), claim.fence, 0, [{ ...said(1, 1_000 + at, ""), event }]);
  }
  const found = async (words: string, more = {}) =>
    (await store.search({ tenant: "local", text: words, limit: 3, ...more })).map(({ session }) => session.ref.session);
  assert.deepEqual(await found("common"), ["s519", "s518", "s517"]);
  assert.deepEqual(await found("common", { cwd: "/projects/0" }), ["s518", "s516", "s514"]);
  assert.deepEqual(await found("rare"), ["s3"]);
  assert.deepEqual(await found("common rare", { cwd: "/projects/1" }), ["s3"]);
  assert.equal((await store.search({ tenant: "local", text: "common", limit: 510 })).length, 510);
  {
    await using claim = await store.claim(refOf("s4"), "me");
    await store.append(refOf("s4"), claim.fence, 1, [said(2, 9_000, "taken up again")]);
  }
  assert.deepEqual(await found("c"), ["s4", "s519", "s518"]);
  assert.deepEqual(await found("again"), ["s4"]);
});

test("an index that is made of what is there numbers the sessions by their age, so that a search passes over the old ones", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  for (const session of ["c", "a", "b"]) {
    await store.create(refOf(session), { cwd: CWD });
    await (await store.claim(refOf(session), "me"))[Symbol.asyncDispose]();
  }
  await store.list({ tenant: "local" });
  await store[Symbol.asyncDispose]();
  const db = new DatabaseSync(join(home.path, "index.db"));
  const names = db.prepare("SELECT name FROM session ORDER BY id").all();
  db.close();
  assert.deepEqual(
    names.map(({ name }) => name),
    ["c", "a", "b"],
  );
});
