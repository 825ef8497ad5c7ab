import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { LEARNED } from "../../packages/permissions/src/classifier/weights.ts";
import { fill, readLines, readSlots } from "./commands.ts";
import { learnAll, samplesOf, weightsFile } from "./model.ts";
import { fingerprint, readKeptOut } from "./kept-out.ts";
import { examplesOf } from "./vary.ts";

const WEIGHTS = join(import.meta.dirname, "../../packages/permissions/src/classifier/weights.ts");

it("makes the committed weights from the committed lines, byte for byte", () => {
  const { slope, offset, safeBelow, riskyFrom } = LEARNED;
  const made = weightsFile(learnAll(samplesOf(readLines(), readSlots())), { slope, offset, safeBelow, riskyFrom });
  expect(made === readFileSync(WEIGHTS, "utf8"), "Run `node scripts/classifier/train.ts` and commit weights.ts.").toBe(true);
}, 120_000);

it("has many lines of both labels, none of them twice or with both", () => {
  const lines = readLines();
  expect(lines.filter(({ risky }) => risky).length).toBeGreaterThan(1500);
  expect(lines.filter(({ risky }) => !risky).length).toBeGreaterThan(1500);
  expect(new Set(lines.map(({ text }) => text)).size).toBe(lines.length);
});

it("varies a line the same way whatever stands beside it", () => {
  const slots = readSlots();
  const lines = readLines().slice(0, 40);
  const texts = (from: typeof lines) => new Set(examplesOf(from, slots).map(({ text }) => text));
  expect(texts(lines)).toEqual(texts(lines));
  expect(fill("cat ‹file› ‹file›", slots, "a")).toBe(fill("cat ‹file› ‹file›", slots, "a"));
  expect(fill("cat ‹file›", slots, "a")).not.toContain("‹");
  expect(() => fill("cat ‹nothing-so-named›", slots, "a")).toThrow("slots.json");
});

it("is taught no command that is kept for measuring, nor one in company", () => {
  const slots = readSlots();
  const line = { text: "npm run ‹task›", risky: false, file: "x" };
  const all = examplesOf([line], slots).map(({ text }) => text);
  expect(all.length).toBeGreaterThan(2);
  const tasks = slots["task"] ?? [];
  expect(examplesOf([line], slots, new Set(tasks.map((task) => fingerprint(`npm  run "${task}"`.replaceAll('"', "")))))).toEqual([]);
  const keptOut = readKeptOut();
  expect(keptOut.size).toBeGreaterThan(600);
  expect(examplesOf(readLines(), slots, keptOut).filter(({ text }) => keptOut.has(fingerprint(text)))).toEqual([]);
});
