// Sums up what the test runs left behind; its last line is `N passed, N failed`.
// No evidence is a failure: a room that says it has tests and shows no result counts as one that failed.
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { roomsOf } from "./rooms.mjs";

/** `lines`: what a reader should know beside the sums. Runs on any Node, so that it can tell of an install that failed. */
export function tally(root) {
  const counts = [".", ...roomsOf(root)].filter((dir) => hasTests(root, dir)).map((dir) => countIn(root, dir));
  const sum = (key) => counts.reduce((all, one) => all + one[key], 0);
  return { passed: sum("passed"), failed: sum("failed"), lines: counts.flatMap(({ lines }) => lines) };
}

/** A room says so by a script; the root's own `test` runs all the others. */
function hasTests(root, dir) {
  const manifest = join(root, dir, "package.json");
  return existsSync(manifest) && (readJson(manifest).scripts ?? {})[dir === "." ? "test:house" : "test"] !== undefined;
}

function countIn(root, dir) {
  const file = join(root, dir, "test-results.json");
  const room = dir === "." ? "scripts" : dir;
  if (!existsSync(file)) return { passed: 0, failed: 1, lines: [`${room}: no test-results.json, counted as 1 failed`] };
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests, success, testResults } = readJson(file);
  const notLoaded = testResults.filter(({ status, assertionResults }) => status === "failed" && assertionResults.length === 0);
  const idle = numPendingTests + numTodoTests;
  const lines = [
    ...testResults.flatMap(({ assertionResults }) =>
      assertionResults.filter(({ status }) => status === "failed").map(({ fullName }) => `${room}: ${fullName}`),
    ),
    ...notLoaded.map(({ name }) => `${room}: ${name} didn't load, counted as 1 failed`),
    ...(idle > 0 ? [`${room}: ${idle} tests didn't run`] : []),
  ];
  const failed = numFailedTests + notLoaded.length;
  if (failed > 0 || (success && passed > 0)) return { passed, failed, lines };
  return { passed, failed: 1, lines: [...lines, `${room}: the run failed outside of its tests, or had none, counted as 1 failed`] };
}

const readJson = (file) => JSON.parse(readFileSync(file, "utf8"));

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { passed, failed, lines } = tally(dirname(dirname(fileURLToPath(import.meta.url))));
  for (const line of lines) console.log(line);
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = failed === 0 ? 0 : 1;
}
