import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { faultyDisk } from "./fixtures/disk.ts";
import { CWD, folderOf, note, opened, REF, refused } from "./fixtures/scene.ts";
import { slugOf } from "./layout.ts";
import { memoryStore } from "./memory.ts";

test("a session stands in its folder's slug, for the user alone, with a header in front of each segment", async () => {
  await using home = await temporaryHome();
  const root = join(home.path, "var");
  const { store, folder } = opened(root);
  await store.create(REF, { cwd: CWD, parent: "p" });
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, [note(1)]);
    assert.deepEqual(readdirSync(folder).toSorted(), ["0.jsonl", "1.jsonl", "1.lock"]);
    for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o777, 0o600, name);
  }
  await using _ = await store.claim(REF, "me");
  for (let path = folder; path !== home.path; path = join(path, "..")) assert.equal(statSync(path).mode & 0o777, 0o700, path);
  assert.equal(folder, join(root, "sessions", slugOf(CWD), "s"));
  assert.match(slugOf(CWD), /^one-[0-9a-f]{8}$/);
  const header = (epoch: number, base: number): unknown => ({ keel: 2, session: "s", epoch, base, parent: "p", cwd: CWD, created: 5 });
  const lines = (epoch: number): unknown[] =>
    readFileSync(join(folder, `${epoch}.jsonl`), "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as unknown);
  assert.deepEqual(lines(0), [header(0, 0)]);
  assert.deepEqual(lines(1), [header(1, 0), note(1)]);
  assert.deepEqual(lines(2), [header(2, 1)]);
});

test("a slug is readable and can't leave its place, whatever the folder is called", () => {
  for (const cwd of ["/", "/a/..", "/a/.config", "/ü b/Ωmega", `/${"x".repeat(300)}`, "", "/a/b\n"])
    assert.match(slugOf(cwd), /^[A-Za-z0-9_][A-Za-z0-9._-]{0,39}-[0-9a-f]{8}$/, cwd);
  assert.notEqual(slugOf("/a/one"), slugOf("/b/one"));
});

test("an id that isn't a plain name reaches no path, on disk and in memory", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  for (const session of ["", ".", "..", ".s", "../s", "a/b", "a\\b", "a b", "a\0", "ü", "x".repeat(129)])
    for (const kept of [store, memoryStore({ now: () => 0 })]) {
      const ref = { tenant: "local", session };
      await refused("not_found", kept.create(ref, { cwd: CWD }));
      await refused("not_found", kept.claim(ref, "me"));
      await refused("not_found", kept.get(ref));
      await refused("not_found", kept.head(ref));
    }
  assert.deepEqual(readdirSync(home.path), []);
  await store.create({ tenant: "local", session: "x".repeat(128) }, { cwd: CWD });
});

test("a home that can't be made leaves the store open: what reads finds nothing, what writes says why", async () => {
  await using home = await temporaryHome();
  writeFileSync(join(home.path, "file"), "");
  const { store } = opened(join(home.path, "file", "var"));
  assert.deepEqual(await store.list({ tenant: "local" }), []);
  assert.deepEqual(await store.list({ tenant: "local", cwd: CWD, limit: 1 }), []);
  await refused("not_found", store.get(REF));
  await refused("unwritable", store.create(REF, { cwd: CWD }), /isn't a folder.*KEEL_HOME.*ENOTDIR/);
});

test("a session that the disk refused isn't there, and can be made when there is room", async () => {
  await using home = await temporaryHome();
  let full = true;
  const { store } = opened(home.path, { disk: faultyDisk((_, name) => (full && name === "write" ? "ENOSPC" : undefined)) });
  await refused("unwritable", store.create(REF, { cwd: CWD }), /disk is full/);
  await refused("not_found", store.get(REF));
  assert.deepEqual(await store.list({ tenant: "local" }), []);
  full = false;
  await store.create(REF, { cwd: CWD });
});

test("a session whose folder was removed is not found, and is found where it is made anew", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  assert.equal((await store.get(REF)).cwd, CWD);
  rmSync(folder, { recursive: true });
  await refused("not_found", store.get(REF));
  await refused("not_found", store.claim(REF, "me"));
  await store.create(REF, { cwd: "/projects/two" });
  assert.equal((await store.get(REF)).cwd, "/projects/two");
});

test("an id is taken once, even for another folder", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await refused("exists", store.create(REF, { cwd: "/projects/two" }));
  await refused("exists", opened(home.path).store.create(REF, { cwd: CWD }));
});

test("a broken session is told and hides no other", async () => {
  await using home = await temporaryHome();
  const { store, problems } = opened(home.path);
  for (const session of ["good", "headless", "newer"]) await store.create({ tenant: "local", session }, { cwd: CWD });
  writeFileSync(join(folderOf(home.path, "headless"), "0.jsonl"), "\0\0\0\n");
  writeFileSync(join(folderOf(home.path, "newer"), "0.jsonl"), '{"keel":3,"all":"new"}\n');
  writeFileSync(join(folderOf(home.path), "..", "stray"), "not a folder");
  assert.deepEqual((await store.list({ tenant: "local" })).map(({ ref }) => ref.session).toSorted(), ["good", "headless"]);
  assert.deepEqual((await store.list({ tenant: "local", cwd: CWD })).map(({ ref, cwd }) => `${ref.session} ${cwd}`).toSorted(), [
    `good ${CWD}`,
    `headless ${CWD}`,
  ]);
  assert.deepEqual(
    new Set(problems.map(({ severity, text }) => [severity, /newer keelson/.test(text)].join())),
    new Set(["warning,false", "error,true"]),
  );
  await refused("unreadable", store.get({ tenant: "local", session: "newer" }), /Update keelson/);
  const other = opened(home.path).store; // not the one that has just made it, which needn't look
  await refused("unreadable", other.claim({ tenant: "local", session: "newer" }, "me"), /Update keelson/);
});

test("a title is the first line of what the user said first, fit for a terminal", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  assert.equal((await store.get(REF)).title, "");
  await store.append(REF, claim.fence, 0, [
    { ...note(1), event: { type: "context.added", from: "hook", content: [{ type: "text", text: "mind this" }] } },
    note(2, `\n  fix\u001b[31m it ${"✓".repeat(100)}\nand more`),
    note(3, "another"),
  ]);
  assert.equal((await store.get(REF)).title, `fix [31m it ${"✓".repeat(68)}`);
});
