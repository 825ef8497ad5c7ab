import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { all, CWD, note, opened, real, REF } from "./fixtures/scene.ts";

const COUNT = 3_000;
/** Of very different lengths, some of two runs in turn. */
const RECORDS: readonly Envelope[] = Array.from({ length: COUNT }, (_, at) => ({
  ...note(at + 1, `${at + 1} ${"✓".repeat((at * 7919) % 1_500)}${at % 400 === 399 ? "x".repeat(60_000) : ""}`),
  run: at < COUNT / 2 ? "r" : `r${at % 3}`,
}));

async function longLog(root: string) {
  const scene = opened(root);
  await scene.store.create(REF, { cwd: CWD });
  await using claim = await scene.store.claim(REF, "me");
  for (let head = 0; head < COUNT; head += 100) await scene.store.append(REF, claim.fence, head, RECORDS.slice(head, head + 100));
  return { ...scene, path: join(scene.folder, "1.jsonl") };
}

const PLACES = [0, 1, 2, 99, 100, 101, 777, 1_499, 1_500, 1_501, 2_222, 2_998, 2_999, 3_000, 3_001];

test("a long segment is read from any place on as from its beginning", async () => {
  await using home = await temporaryHome();
  const { store, path } = await longLog(home.path);
  assert.ok(readFileSync(path).length > 5_000_000);
  for (const after of PLACES) assert.deepEqual(await all(store, after), RECORDS.slice(after), `after ${after}`);
});

/** Lines that lead a search by halves astray, or into nothing. */
const TRAPS: Readonly<Record<string, (lines: string[]) => void>> = {
  "an early record, again, near the end": (lines) => void lines.splice(2_900, 0, lines[1] ?? ""),
  "an early record, again, in the middle": (lines) => void lines.splice(1_502, 0, lines[1] ?? "", lines[101] ?? ""),
  "an early record again and again in the second half": (lines) => {
    for (let at = 2_990; at > 1_600; at -= 1) lines.splice(at, 0, lines[1] ?? "", lines[1] ?? "");
  },
  "a megabyte and a half of noise": (lines) => void lines.splice(1_600, 0, "\0".repeat(1_500_000)),
  "many lines that are nothing": (lines) => void lines.splice(700, 0, ...Array.from({ length: 20_000 }, () => "noise")),
  "a late record, too early": (lines) => void lines.splice(3_000, 0, "{}"),
};
for (const [words, spoil] of Object.entries(TRAPS))
  test(`with ${words}, a long segment is read from any place on as from its beginning`, async () => {
    await using home = await temporaryHome();
    const { store, path } = await longLog(home.path);
    const lines = readFileSync(path, "utf8").split("\n");
    spoil(lines);
    writeFileSync(path, lines.join("\n"));
    for (const after of PLACES) assert.deepEqual(await all(store, after), RECORDS.slice(after), `after ${after}`);
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, COUNT);
  });

test("a gap in a long segment is told to who reads over it, and what is on both sides is read", async () => {
  await using home = await temporaryHome();
  const { store, path, problems } = await longLog(home.path);
  const lines = readFileSync(path, "utf8").split("\n");
  lines.splice(2_000, 1); // record 2,000
  writeFileSync(path, lines.join("\n"));
  for (const after of [0, 1_500, 1_998]) {
    problems.length = 0;
    assert.deepEqual(real(await all(store, after)), [...RECORDS.slice(after, 1_999), ...RECORDS.slice(2_000)], `after ${after}`);
    assert.match(problems.at(-1)?.text ?? "", /Record 2000 is missing/);
  }
  for (const after of [2_000, 2_500]) assert.deepEqual(await all(store, after), RECORDS.slice(after), "who has what is before can go on");
});
