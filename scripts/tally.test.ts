import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { tally } from "./tally.mjs";

const TESTED = JSON.stringify({ scripts: { test: "vitest run" } });
const ROOT = JSON.stringify({ scripts: { test: "turbo run test", "test:house": "vitest run" } });

test("sums the results of every room that has tests, the root's own among them", async () => {
  const files = {
    "package.json": ROOT,
    "test-results.json": results(["passed"]),
    "packages/one/package.json": TESTED,
    "packages/one/test-results.json": results(["passed", "passed"], ["passed"]),
    "packages/types-only/package.json": "{}",
    "apps/cli/package.json": TESTED,
    "apps/cli/test-results.json": results(["passed", "failed"]),
    "packages/one/node_modules/other/package.json": TESTED,
  };
  expect(await tallied(files)).toEqual({ passed: 5, failed: 1, lines: ["apps/cli: a test"] });
});

test("a room without a result has failed", async () => {
  expect(await tallied({ "packages/one/package.json": TESTED })).toEqual({
    passed: 0,
    failed: 1,
    lines: ["packages/one: no test-results.json, counted as 1 failed"],
  });
});

test("a file that didn't load has failed, though none of its tests did", async () => {
  const files = { "packages/one/package.json": TESTED, "packages/one/test-results.json": results(["passed"], []) };
  expect(await tallied(files)).toMatchObject({ passed: 1, failed: 1 });
});

test("so has a run without any test, and one that says so itself", async () => {
  const ran = JSON.parse(results(["passed"]));
  const files = {
    "packages/none/package.json": TESTED,
    "packages/none/test-results.json": results(),
    "packages/late/package.json": TESTED,
    "packages/late/test-results.json": JSON.stringify({ ...ran, success: false }),
  };
  expect(await tallied(files)).toMatchObject({ passed: 1, failed: 2 });
});

test("tests that didn't run are named, and count as nothing", async () => {
  const files = { "packages/one/package.json": TESTED, "packages/one/test-results.json": results(["passed", "skipped"]) };
  expect(await tallied(files)).toEqual({ passed: 1, failed: 0, lines: ["packages/one: 1 tests didn't run"] });
});

/** A result file as vitest writes it: one list of outcomes for each test file; an empty one is a file that didn't load. */
function results(...files: readonly (readonly string[])[]): string {
  const count = (status: string) => files.flat().filter((one) => one === status).length;
  const failed = files.some((file) => file.length === 0 || file.includes("failed"));
  return JSON.stringify({
    numPassedTests: count("passed"),
    numFailedTests: count("failed"),
    numPendingTests: count("skipped"),
    numTodoTests: 0,
    success: !failed && files.length > 0,
    testResults: files.map((file) => ({
      name: "a.test.ts",
      status: file.length === 0 || file.includes("failed") ? "failed" : "passed",
      assertionResults: file.map((status) => ({ status, fullName: "a test" })),
    })),
  });
}

async function tallied(files: Record<string, string>) {
  const root = await mkdtemp(join(tmpdir(), "keel-tally-"));
  try {
    for (const [file, content] of Object.entries(files)) {
      await mkdir(dirname(join(root, file)), { recursive: true });
      await writeFile(join(root, file), content);
    }
    return tally(root);
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
