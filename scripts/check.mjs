// Everything that is looked at but not run: types, lint, format, floors, unused code, what the registry would get. Tests are `npm test`.
// All steps run, also behind a failure; what a step says is shown only when it fails.
import { spawnSync } from "node:child_process";
import { delimiter, dirname, join } from "node:path";

const ROOT = dirname(import.meta.dirname);

/** In this order: what stands behind the first reads what it built. */
const STEPS = [
  ["types", "tsc -b"],
  ["types of tests", "tsc -p tsconfig.tests.json"],
  ["lint", "oxlint --type-aware --deny-warnings"],
  ["format", "oxfmt --check"],
  ["floors", "node scripts/floors.mjs"],
  ["unused", "knip"],
  ["publishable", "node scripts/publishable.mjs"],
];

const failed = STEPS.filter(([name, command]) => !passes(name, command));
console.log(failed.length === 0 ? "All checks passed." : `Failed: ${failed.map(([name]) => name).join(", ")}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(name, command) {
  const started = performance.now();
  const PATH = `${join(ROOT, "node_modules", ".bin")}${delimiter}${process.env.PATH}`;
  const { status, stdout, stderr } = spawnSync(command, {
    cwd: ROOT,
    env: { ...process.env, PATH },
    encoding: "utf8",
    shell: true,
    maxBuffer: 2 ** 26,
  });
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  console.log(`${status === 0 ? "✓" : "✗"} ${name.padEnd(15)}${seconds.padStart(5)} s`);
  if (status !== 0) console.log(`\n${`${stdout}${stderr}`.trim()}\n(${command})\n`);
  return status === 0;
}
