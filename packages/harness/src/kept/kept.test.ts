import assert from "node:assert/strict";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { openGrants } from "./grants.ts";
import { openTrust } from "./trust.ts";

const DAY = 86_400_000;
const at = (time: number) => () => time;

test("what a person allowed for a folder is there for the next session, and in no other folder", async () => {
  await using home = await temporaryHome();
  const grants = openGrants(home.path, at(1000));
  assert.equal(await grants.add([{ rule: "Bash(npm test)", folder: "/a", granted: 1000 }]), undefined);
  const next = openGrants(home.path, at(2000));
  assert.deepEqual(await next.list("/a"), [{ rule: "Bash(npm test)", folder: "/a", granted: 1000 }]);
  assert.deepEqual(await next.list("/b"), []);
});

test("a permission that ends on a date is gone on that date", async () => {
  await using home = await temporaryHome();
  await openGrants(home.path, at(0)).add([{ rule: "Bash(npm test)", folder: "/a", granted: 0, until: DAY }]);
  assert.equal((await openGrants(home.path, at(DAY - 1)).list("/a")).length, 1);
  assert.deepEqual(await openGrants(home.path, at(DAY)).list("/a"), []);
});

test("what was allowed can be taken back", async () => {
  await using home = await temporaryHome();
  const grants = openGrants(home.path, at(1));
  await grants.add(["/a", "/b"].map((folder) => ({ rule: "Bash(npm test)", folder, granted: 1 })));
  assert.equal((await grants.revoke("Bash(npm test)", "/a")).length, 1);
  assert.equal((await grants.list()).length, 1);
  assert.deepEqual(await grants.revoke("Bash(npm run *)"), []);
});

test("two that write at once both get through", async () => {
  await using home = await temporaryHome();
  const folders = Array.from({ length: 8 }, (_, at) => `/${at}`);
  const said = await Promise.all(folders.map((folder) => openGrants(home.path, at(1)).add([{ rule: "Bash(x)", folder, granted: 1 }])));
  assert.deepEqual(
    said,
    folders.map(() => undefined),
  );
  assert.equal((await openGrants(home.path, at(1)).list()).length, folders.length);
});

test("trust in a folder is none in its plugins, and is taken back by name", async () => {
  await using home = await temporaryHome();
  const trust = openTrust(home.path);
  await trust.give({ kind: "folder", subject: "/work/a", name: "a", granted: 1 });
  assert.equal(await trust.holds("folder", "/work/a"), true);
  assert.equal(await trust.holds("code", "/work/a"), false);
  assert.equal((await trust.revoke("a")).length, 1);
  assert.equal(await trust.holds("folder", "/work/a"), false);
});

test("an entry that can't be understood is no trust, and an end that can't be read no leave for ever", async () => {
  await using home = await temporaryHome();
  await openTrust(home.path).give({ kind: "folder", subject: "/a", name: "a", granted: 1 });
  await openGrants(home.path, at(1)).add([{ rule: "Bash(x)", folder: "/a", granted: 1 }]);
  const [trust, grants] = await Promise.all(["trust", "grants"].map((name) => onlyFile(join(home.path, "var", name))));
  await writeFile(trust ?? "", JSON.stringify({ kind: "everything", subject: "/a", name: "a", granted: 1 }));
  await writeFile(grants ?? "", JSON.stringify({ rule: "Bash(x)", folder: "/a", granted: 1, until: "never" }));
  assert.deepEqual(await openTrust(home.path).list(), []);
  assert.equal(await openTrust(home.path).holds("folder", "/a"), false);
  assert.deepEqual(await openGrants(home.path, at(1)).list(), []);
});

test("an entry that says something else than its name is no trust", async () => {
  await using home = await temporaryHome();
  await openTrust(home.path).give({ kind: "folder", subject: "/a", name: "a", granted: 1 });
  await writeFile(await onlyFile(join(home.path, "var", "trust")), JSON.stringify({ kind: "folder", subject: "/", name: "a", granted: 1 }));
  assert.equal(await openTrust(home.path).holds("folder", "/a"), false);
});

test("a folder that can't be read is said in one line and trusts nothing", async () => {
  await using home = await temporaryHome();
  await mkdir(join(home.path, "var"));
  await writeFile(join(home.path, "var", "trust"), "not a folder");
  const trust = openTrust(home.path);
  assert.match(String(await trust.list()), /can't be read/);
  assert.match((await trust.give({ kind: "folder", subject: "/a", name: "a", granted: 1 })) ?? "", /can't be written/);
  assert.equal(await trust.holds("folder", "/a"), false);
});

test("what is kept is its owner's alone", async () => {
  await using home = await temporaryHome();
  await openTrust(home.path).give({ kind: "folder", subject: "/a", name: "a", granted: 1 });
  const folder = join(home.path, "var", "trust");
  for (const path of [folder, await onlyFile(folder)]) assert.equal((await stat(path)).mode & 0o077, 0);
});

async function onlyFile(folder: string): Promise<string> {
  const [name, ...others] = await readdir(folder);
  assert.equal(others.length, 0);
  return join(folder, name ?? "");
}
