import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { listen } from "./endpoint.ts";
import { costOf, peakOf, PUBLISHED, type Cost } from "./process.ts";
import { ratio, value, type Bench, type Pairs } from "./row.ts";

const BARE = fileURLToPath(new URL("bare.mjs", import.meta.url));

/** Whole processes, in turn: a one-word answer by the published keel and by the least script that asks the same endpoint; and what a version costs. */
export const hello: Bench = async (short) => {
  const rounds = short ? 3 : 15;
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    await using endpoint = await listen(async (reply) => {
      reply.begin();
      reply.text("hi");
      reply.end("end_turn");
    });
    const ask = [PUBLISHED, "-p", "hi", "--base-url", endpoint.url, "--model", "bench"];
    await costOf(home, ask);
    const words = {
      hello: ask,
      bare: [BARE, endpoint.url, await endpoint.first], // the same bytes
      version: [PUBLISHED, "--version"],
      empty: ["-e", "0"],
    };
    const costs: Record<keyof typeof words, Cost[]> = { hello: [], bare: [], version: [], empty: [] };
    const peaks: number[] = [];
    for (let n = -2; n < rounds; n++) {
      for (const name of ["hello", "bare", "version", "empty"] as const) {
        const cost = await costOf(home, words[name]);
        if (n >= 0) costs[name].push(cost); // the first two rounds warm the caches
      }
      if (n >= 0 && n < 5) peaks.push(await peakOf(home, words.hello));
    }
    const of = "bare script with fetch";
    return [
      ratio("keel -p hi, processor time", { atMost: 1.1 }, pairs("cpu", costs.hello, costs.bare, of)),
      ratio("keel -p hi, elapsed", { atMost: 1.1 }, pairs("wall", costs.hello, costs.bare, of)),
      value(`keel -p hi, peak memory (node -e 0: ${Math.round(await peakOf(home, words.empty))})`, { atMost: 70 }, "MB", peaks),
      ratio("keel --version, elapsed", { atMost: 1.2 }, pairs("wall", costs.version, costs.empty, "node -e 0")),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

function pairs(which: keyof Cost, measured: readonly Cost[], baseline: readonly Cost[], of: string): Pairs {
  return { measured: measured.map((each) => each[which]), baseline: baseline.map((each) => each[which]), unit: "ms", of };
}
