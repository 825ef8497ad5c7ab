import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { all, CWD, note, notes, opened, REF, refused } from "./fixtures/scene.ts";

/** A real disk of 64 KiB, where the system lets us have one; dispose takes it away. */
async function tinyDisk(): Promise<(AsyncDisposable & { readonly path: string }) | undefined> {
  const home = await temporaryHome();
  const path = join(home.path, "tiny");
  mkdirSync(path);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", path], { stdio: "pipe" });
  } catch (error) {
    process.stdout.write(
      `NOT SHOWN HERE: a real full disk. Mounting a tmpfs isn't permitted (${String(error).split("\n").at(-2)}); the same is shown on a disk that plays full.\n`,
    );
    await home[Symbol.asyncDispose]();
    return undefined;
  }
  return {
    path,
    [Symbol.asyncDispose]: async () => {
      execFileSync("umount", [path]);
      await home[Symbol.asyncDispose]();
    },
  };
}

test("on a real full disk an append is refused in one line, nothing is torn, and it goes on when there is room", async () => {
  await using tiny = await tinyDisk();
  if (!tiny) return;
  const ballast = join(tiny.path, "ballast");
  writeFileSync(ballast, Buffer.alloc(24 * 1024));
  const { store, problems } = opened(tiny.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  const record = (seq: number) => note(seq, "x".repeat(3_000));
  let head = 0;
  for (let refusals = 0; refusals < 3;) {
    try {
      ({ head } = await store.append(REF, claim.fence, head, [record(head + 1)], { barrier: head % 2 === 0 }));
      assert.ok(head < 64, "the disk has an end");
    } catch {
      await refused("unwritable", store.append(REF, claim.fence, head, [record(head + 1)]), /disk is full.*ENOSPC/);
      refusals++;
    }
  }
  assert.ok(head > 3);
  await refused("unwritable", store.create({ tenant: "local", session: "t" }, { cwd: "/projects/two" }), /disk is full/);
  const stored = (to: number) => Array.from({ length: to }, (_, at) => record(at + 1));
  assert.deepEqual(await all(opened(tiny.path).store), stored(head));
  rmSync(ballast);
  ({ head } = await store.append(REF, claim.fence, head, [record(head + 1), record(head + 2)], { barrier: true }));
  assert.deepEqual(await all(opened(tiny.path).store), stored(head));
  assert.deepEqual(problems, []);
});

test("on a real read-only disk what is there can be read, and what writes says why", async () => {
  await using tiny = await tinyDisk();
  if (!tiny) return;
  const { store } = opened(tiny.path);
  await store.create(REF, { cwd: CWD });
  {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, 0, [note(1)]);
  }
  execFileSync("mount", ["-o", "remount,ro", tiny.path]);
  assert.deepEqual(await all(store), [note(1)]);
  assert.equal((await store.list({ tenant: "local" })).length, 1);
  await refused("unwritable", store.claim(REF, "me"), /read-only/);
  await refused("unwritable", store.create({ tenant: "local", session: "t" }, { cwd: CWD }), /read-only.*KEEL_HOME/);
});

test("a file that may not grow further (ulimit -f) is a disk that is full: refused in words, nothing torn, and stored when it may", async () => {
  await using home = await temporaryHome();
  const { store, problems } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  const file = fileURLToPath(new URL("fixtures/contender.ts", import.meta.url));
  const script = `ulimit -f 2; printf '%s\n' "claim s" "append 1" "append 2" $(printf 'append_%s ' $(seq 3 40)) release | tr _ ' ' | exec "$0" "$1" "$2"`;
  const said = execFileSync("bash", ["-c", script, process.execPath, file, home.path], { encoding: "utf8" }).trim().split("\n");
  const stored = said.slice(2, -1).findIndex((words) => words !== "done");
  assert.ok(stored > 1, said.join());
  assert.equal(said[2 + stored], "unwritable");
  assert.deepEqual(await all(store), notes(1, stored));
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, stored, [note(stored + 1)]);
  assert.deepEqual(problems, []);
});
