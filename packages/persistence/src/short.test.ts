import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { faultyDisk } from "./fixtures/disk.ts";
import { all, CWD, note, notes, opened, REF, refused } from "./fixtures/scene.ts";

const linesOf = (path: string): object[] =>
  readFileSync(path, "utf8")
    .trimEnd()
    .split("\n")
    .slice(1)
    .map((line) => JSON.parse(line) as object);
const isLong = (line: object): boolean => "v" in line;

test("a line says what it is of when that is new, and now and then again", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  const records: Envelope[] = [
    ...notes(1, 3),
    { ...note(4), run: "another" },
    { ...note(5), run: "another" },
    { ...note(6), run: "another", path: ["main", "a"] },
    { ...note(7), run: "another", path: ["main", "a"] },
    { ...note(8), session: "a parent's" },
    ...notes(9, 400),
  ];
  await store.append(REF, claim.fence, 0, records.slice(0, 5));
  for (const record of records.slice(5)) await store.append(REF, claim.fence, (record.seq ?? 0) - 1, [record]);
  assert.deepEqual(await all(store), records);
  const long = linesOf(join(folder, "1.jsonl")).flatMap((line, at) => (isLong(line) ? [at + 1] : []));
  assert.deepEqual(long, [1, 4, 6, 8, 9, 110, 211, 312]);
  assert.deepEqual(linesOf(join(folder, "1.jsonl"))[1], [2, 1_002, "context.added", null, "user", ["line 2"]]);
});

test("what isn't spelled as we spell it keeps its own spelling", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  const { event } = note(1);
  const odd: Envelope[] = [
    note(1),
    { seq: 2, v: 1, at: 1, session: "s", run: "r", path: [], event },
    { v: 1, seq: 3, at: 1, session: "s", run: "r", event, path: [] },
    Object.assign(note(4), { more: { v: 1, seq: 9 } }),
    note(5),
  ];
  await store.append(REF, claim.fence, 0, odd);
  assert.deepEqual(
    (await all(store)).map((envelope) => JSON.stringify(envelope)),
    odd.map((envelope) => JSON.stringify(envelope)),
  );
});

test("behind a write that failed the next line is a long one: what it would lean on isn't there", async () => {
  await using home = await temporaryHome();
  let full = false;
  const { store, folder } = opened(home.path, { disk: faultyDisk((_, name) => (full && name === "write" ? "ENOSPC" : undefined)) });
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 0, [note(1)]);
  const other = (seq: number): Envelope => ({ ...note(seq), run: "another" });
  full = true;
  await refused("unwritable", store.append(REF, claim.fence, 1, [other(2)]));
  full = false;
  await store.append(REF, claim.fence, 1, [other(2), other(3)]);
  await refused("head_mismatch", store.append(REF, claim.fence, 3, [note(4), note(6)]));
  await store.append(REF, claim.fence, 3, [other(4), note(5)]);
  assert.deepEqual(await all(store), [note(1), other(2), other(3), other(4), note(5)]);
  assert.deepEqual(linesOf(join(folder, "1.jsonl")).map(isLong), [true, true, false, false, true]);
});
