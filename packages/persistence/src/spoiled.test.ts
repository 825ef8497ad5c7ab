import assert from "node:assert/strict";
import { appendFileSync, closeSync, ftruncateSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk, type Disk } from "./disk.ts";
import { all, CWD, note, notes, opened, real, REF } from "./fixtures/scene.ts";
import { LINE_LIMIT } from "./lines.ts";
import type { StoreOptions } from "./store.ts";

const line = (envelope: Envelope): string => `${JSON.stringify(envelope)}\n`;

/** A log of two segments: records 1 to 6, then 7 to 9. */
async function log(root: string, options: Partial<StoreOptions> = {}) {
  const scene = opened(root, options);
  await scene.store.create(REF, { cwd: CWD });
  for (const [from, to] of [
    [1, 6],
    [7, 9],
  ] as const) {
    await using claim = await scene.store.claim(REF, "me");
    await scene.store.append(REF, claim.fence, from - 1, notes(from, to));
  }
  return { ...scene, first: join(scene.folder, "1.jsonl"), last: join(scene.folder, "2.jsonl") };
}

/** Line 0 is the header, line n the record n of the first segment. */
function change(path: string, at: number, to: string | Buffer): void {
  const lines = readFileSync(path, "latin1").split("\n");
  lines[at] = Buffer.from(to).toString("latin1");
  writeFileSync(path, lines.join("\n"), "latin1");
}

const EXTRA: Readonly<Record<string, string | Buffer>> = {
  NULs: "\0\0\0\0",
  "bytes that aren't UTF-8": Buffer.from(JSON.stringify(note(4)).replace("line", "l\u00ffne"), "latin1"),
  "half a record": JSON.stringify(note(4)).slice(0, 40),
  "nothing at all": "",
  "JSON of another kind": "[1,2,3]",
  "a record of a format that isn't known": JSON.stringify({ ...note(4), v: 2 }),
  "a record without a number": JSON.stringify({ ...note(4), seq: undefined }),
  "a record that came before": JSON.stringify(note(2, "changed")),
  "two records in one line": JSON.stringify(note(4)).repeat(2),
};
for (const [words, extra] of Object.entries(EXTRA))
  test(`${words} between two records is passed over and told, and nothing is missing`, async () => {
    await using home = await temporaryHome();
    const { store, problems, first } = await log(home.path);
    change(first, 3, Buffer.concat([Buffer.from(line(note(3))), Buffer.from(extra)]));
    assert.deepEqual(await all(store), notes(1, 9));
    assert.deepEqual(
      problems.map(({ severity, file, line: at }) => ({ severity, file, at })),
      [{ severity: "warning", file: first, at: 5 }],
    );
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 9);
  });

const SPOILED: Readonly<Record<string, string | Buffer>> = {
  ...EXTRA,
  "a byte order mark": `\ufeff${JSON.stringify(note(4))}`,
  "a NUL in front": `\0${JSON.stringify(note(4))}`,
  "the record after it": JSON.stringify(note(5)),
};
for (const [words, spoiled] of Object.entries(SPOILED))
  test(`${words} in the place of a record is told, what stands behind it is read, and the log goes on from its end`, async () => {
    await using home = await temporaryHome();
    const { store, problems, first } = await log(home.path);
    change(first, 4, spoiled);
    const before = readFileSync(first);
    const left = await all(store);
    assert.deepEqual(real(left), [...notes(1, 3), ...notes(5, 9)]);
    const told = problems.find(({ severity }) => severity === "error");
    assert.equal(told?.file, first);
    assert.match(told?.text ?? "", /Record 4 is missing/);
    assert.match(JSON.stringify(left[3]), /"seq":4,.*"from":"harness".*Record 4 is missing here/);
    assert.deepEqual(await all(store, 6), notes(7, 9), "who has the first segment's records can go on behind them");

    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 9);
    await store.append(REF, claim.fence, 9, [note(10)]);
    assert.deepEqual(await all(store), [...left, note(10)]);
    assert.deepEqual(await all(store, 3), [...left.slice(3), note(10)]);
    assert.deepEqual(readFileSync(first), before);
  });

test("a segment that is gone, or lost its end, is a gap like any other, with or without records behind it", async () => {
  await using home = await temporaryHome();
  const { store, problems, first, last } = await log(home.path);
  const missing = (): string[] => problems.splice(0).map(({ text }) => text.split(" missing")[0] ?? "");
  const bytes = readFileSync(first);
  const header = `${readFileSync(last, "utf8").split("\n")[0] ?? ""}\n`;
  for (const [behind, records] of [
    [readFileSync(last), notes(7, 9)],
    [header, []],
  ] as const) {
    writeFileSync(last, behind);
    writeFileSync(first, bytes.subarray(0, bytes.length - 10));
    assert.deepEqual(real(await all(store)), [...notes(1, 5), ...records]);
    assert.deepEqual(missing().slice(-1), ["Record 6 is"]);
    rmSync(first);
    assert.deepEqual(real(await all(store)), records);
    assert.deepEqual(missing(), ["Records 1 to 6 are"]);
  }
});

test("a spoiled header is made good by the first record behind it", async () => {
  await using home = await temporaryHome();
  const { store, first, last } = await log(home.path);
  for (const header of ["\0\0\0", `\ufeff${readFileSync(last, "utf8").split("\n")[0] ?? ""}`, '{"keel":1}', ""]) {
    change(first, 0, header);
    change(last, 0, header);
    assert.deepEqual(await all(store), notes(1, 9));
    assert.deepEqual(await all(store, 7), notes(8, 9));
    assert.deepEqual(await store.head(REF), { head: 9, epoch: 2 });
  }
  await using claim = await store.claim(REF, "me");
  assert.equal(claim.head, 9);
  assert.equal((await store.get(REF)).cwd, CWD);
});

test("fields and types that nobody here knows come back, and stay in the file as they were written", async () => {
  await using home = await temporaryHome();
  const { store, last } = await log(home.path);
  const odd =
    '{"seq":10,  "v":1,"at":1e3,"run":"r","path":[],"session":"s","event":{"type":"moon.risen","\\u0061":1.50},"__proto__":{"x":1},"more":[1]}';
  appendFileSync(last, `${odd}\n`);
  assert.deepEqual(
    (await all(store, 9)).map((envelope) => JSON.stringify(envelope)),
    [JSON.stringify(JSON.parse(odd))],
  );
  await using claim = await store.claim(REF, "me");
  await store.append(REF, claim.fence, 10, [note(11)]);
  assert.ok(readFileSync(last, "utf8").endsWith(`${odd}\n`));
});

test("a line that is longer than any record isn't held in memory, and what follows is read", async () => {
  await using home = await temporaryHome();
  let most = 0;
  const disk: Disk = {
    ...nodeDisk,
    read: (fd, bytes, position) => {
      most = Math.max(most, process.memoryUsage().arrayBuffers);
      return nodeDisk.read(fd, bytes, position);
    },
  };
  const { store, problems, last } = await log(home.path, { disk });
  const fd = openSync(last, "r+");
  const end = readFileSync(last).length + 4 * LINE_LIMIT;
  ftruncateSync(fd, end); // a hole: NULs that take no room
  writeSync(fd, `\n${line(note(10))}`, end);
  closeSync(fd);
  const before = process.memoryUsage().arrayBuffers;
  assert.deepEqual(await all(store, 6), notes(7, 10));
  assert.ok(most - before < 3 * LINE_LIMIT, `${most - before} bytes`);
  assert.equal(problems.length, 1);
  assert.deepEqual(await store.head(REF), { head: 10, epoch: 2 });
});

test("the head is found behind a long torn end, and in a segment that is nothing but noise", async () => {
  await using home = await temporaryHome();
  const { store, last } = await log(home.path);
  appendFileSync(last, `${"\0".repeat(700_000)}\n{"torn`);
  assert.equal((await store.head(REF)).head, 9);
  const header = readFileSync(last, "utf8").split("\n")[0] ?? "";
  writeFileSync(last, `${header}\n${"noise\n".repeat(30_000)}`);
  assert.equal((await store.head(REF)).head, 6);
  // a line whose end alone would be a record, just where the looking begins
  const room = 64 * 1024 - line(note(9, "")).length;
  writeFileSync(last, `${header}\n${line(note(7))}noise ${line(note(9, "x".repeat(room)))}`);
  assert.equal((await store.head(REF)).head, 7);
});
