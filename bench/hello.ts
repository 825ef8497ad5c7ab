import { spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "./endpoint.ts";
import { median, type Bench } from "./measure.ts";

const KEEL = fileURLToPath(new URL("../apps/cli/bin/keel.js", import.meta.url));
const BARE = fileURLToPath(new URL("bare.mjs", import.meta.url));

/** Whole processes, in turn: a one-word answer by keel and by the least script that asks the same endpoint; and what a version costs. */
export const hello: Bench = async (short) => {
  const rounds = short ? 3 : 11;
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    await using endpoint = await listen(async (reply) => {
      reply.begin();
      reply.text("hi");
      reply.end("end_turn");
    });
    const keel = (...args: readonly string[]) => timed(home, KEEL, ...args);
    const pairs = { hello: [] as number[], bare: [] as number[], version: [] as number[], empty: [] as number[] };
    for (let n = -1; n < rounds; n++) {
      const times = {
        hello: await keel("-p", "hi", "--base-url", endpoint.url, "--model", "bench"),
        bare: await timed(home, BARE, endpoint.url),
        version: await keel("--version"),
        empty: await timed(home, "-e", "0"),
      };
      if (n < 0) continue; // the first round warms the caches
      for (const name of ["hello", "bare", "version", "empty"] as const) pairs[name].push(times[name]);
    }
    return [
      {
        what: "keel -p hi, whole process",
        measured: median(pairs.hello),
        baseline: median(pairs.bare),
        of: "bare script with fetch",
        target: "later: ratio ≤ 1.1",
      },
      {
        what: "keel --version",
        measured: median(pairs.version),
        baseline: median(pairs.empty),
        of: "node -e 0",
        target: "later: ratio ≤ 1.2",
      },
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

async function timed(home: string, ...args: readonly string[]): Promise<number> {
  const began = performance.now();
  const child = spawn(process.execPath, args, { stdio: "ignore", cwd: home, env: { PATH: process.env["PATH"], HOME: home } });
  const code = await new Promise<number | null>((done) => child.once("exit", done));
  if (code !== 0) throw new Error(`${args.join(" ")} ended with ${code}.`);
  return performance.now() - began;
}
