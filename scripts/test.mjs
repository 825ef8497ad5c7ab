// `npm test`: builds and tests every room, each at most once for the same code, then sums up.
// Words behind `npm test --` go to turbo, such as `--filter=@keelson/core`.
import { spawnSync } from "node:child_process";
import { rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { roomsOf } from "./rooms.mjs";

const ROOT = dirname(import.meta.dirname);
const words = process.argv.slice(2);

// A result from before would be counted as if it were this run's. What turbo restores on a cache hit is of the same code.
for (const room of [".", ...roomsOf(ROOT)]) rmSync(join(ROOT, room, "test-results.json"), { force: true });

const turbo = run("turbo", ["run", "test", "test:house", "--continue", "--output-logs=new-only", ...words]);
const tally = words.length === 0 ? run("node", ["scripts/tally.mjs"]) : 0;
process.exitCode = turbo || tally;

function run(command, args) {
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", TURBO_NO_UPDATE_NOTIFIER: "1", DO_NOT_TRACK: "1" };
  return spawnSync(command, args, { cwd: ROOT, env, stdio: "inherit", shell: process.platform === "win32" }).status ?? 1;
}
