import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "@keelson/persistence";
import { test } from "vitest";
import { call, ended, run, world } from "../test/world.ts";
import { Recollection } from "./recollection.ts";
import { readPast } from "./past.ts";

test("a long session is taken up from its snapshot, and comes to the same as its whole log", async () => {
  const look = { blocks: [{ text: "look" }, call("Read", { file_path: "a.txt" })] };
  await using w = await world({ replies: (_, at) => (at < 100 ? look : { blocks: [{ text: "done" }] }) }, { "a.txt": "a\n" });
  for (const flags of [{}, { resume: "latest" } as const]) {
    await using session = await w.open(flags);
    assert.equal(ended(await run(session, "go")), "completed"); // the second run stands behind the snapshot of the first
  }
  const store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
  const [summary] = await store.list({ tenant: "local", cwd: w.cwd });
  assert.ok(summary);
  const read = async (snapshots: boolean) => {
    const recollection = new Recollection();
    const snapshot: typeof store.snapshot = async (ref, kind) => (snapshots ? await store.snapshot(ref, kind) : undefined);
    const { kept, ...past } = await readPast({ read: store.read.bind(store), snapshot }, summary.ref, recollection);
    return { kept, past, recollection: recollection.print() };
  };
  const fast = await read(true);
  const whole = await read(false);
  assert.ok(fast.kept > 500);
  assert.equal(whole.kept, 0);
  assert.deepEqual(fast.past, whole.past);
  assert.deepEqual(fast.recollection, whole.recollection);
});

test("a short session leaves none", async () => {
  await using w = await world({ replies: [{ blocks: [{ text: "done" }] }] });
  {
    await using session = await w.open();
    await run(session, "go");
  }
  const store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
  const [summary] = await store.list({ tenant: "local", cwd: w.cwd });
  assert.ok(summary);
  assert.equal(await store.snapshot(summary.ref, "past/1"), undefined);
});
