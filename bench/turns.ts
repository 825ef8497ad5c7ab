import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listen } from "./endpoint.ts";
import { PUBLISHED } from "./process.ts";
import { median, ratio, value, type Bench, type Pairs } from "./row.ts";

const BARE = fileURLToPath(new URL("bare-agent.mjs", import.meta.url));
const MB = 1024;
const LAST = 20;

/** What a turn costs beside the least agent that asks by fetch: from the last byte of a reply to the head of the next request. */
export const turns: Bench = async (short) => {
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    const file = join(home, "a.txt");
    await writeFile(file, "a line of text\n".repeat(20));
    const shell = await pair(home, short ? 20 : 50, ["Bash", { command: "echo done" }]);
    const read = await pair(home, short ? 20 : 50, ["Read", { file_path: file }]);
    const rows = [
      ratio("gap of a turn with a shell call", { atMost: 1 }, gaps(shell)),
      ratio("gap of a turn with a read", { atMost: 1.5 }, gaps(read)),
    ];
    if (short) return rows;
    const few = await pair(home, 200, ["Bash", { command: "echo done" }]);
    const many = await pair(home, 2_400, ["Read", { file_path: file }]);
    return [
      ...rows,
      value("peak memory of 200 turns", { atMost: 95 }, "MB", [few.keel.peak]),
      ratio("gap at turn 2,400", { atMost: 0.5 }, gaps(many, -LAST)),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

type Cost = { readonly gaps: readonly number[]; readonly peak: number };
type Both = { readonly keel: Cost; readonly bare: Cost };

/** One of each, of what both took from turn `from` on: neighbouring turns of two processes are no pairs. */
const gaps = ({ keel, bare }: Both, from = 0): Pairs => ({
  measured: [median(keel.gaps.slice(from))],
  baseline: [median(bare.gaps.slice(from))],
  unit: "ms",
  of: "the least agent",
});

async function pair(home: string, count: number, call: readonly [string, object]): Promise<Both> {
  const keel = (url: string) => [
    PUBLISHED,
    "-p",
    "go",
    "--base-url",
    url,
    "--model",
    "bench",
    "--permission-mode",
    "bypassPermissions",
    "--max-turns",
    "9999",
  ];
  return { bare: await run(home, count, call, (url) => [BARE, url, "go"]), keel: await run(home, count, call, keel) };
}

async function run(
  home: string,
  count: number,
  [name, input]: readonly [string, object],
  args: (url: string) => readonly string[],
): Promise<Cost> {
  const ends: number[] = [];
  await using endpoint = await listen(async (reply, at) => {
    reply.begin();
    if (at < count) reply.call(name, input);
    else reply.text("done");
    ends[at] = reply.end(at < count ? "tool_use" : "end_turn");
  });
  const child = spawn(process.execPath, args(endpoint.url), {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const over = new Promise<number | null>((done) => child.once("exit", done));
  const peak = peakOf(child.pid ?? 0);
  const code = await over;
  if (code !== 0 || endpoint.arrivals.length !== count + 1)
    throw new Error(`${args("…").join(" ")} ended with ${code} after ${endpoint.arrivals.length} requests.`);
  return { gaps: ends.slice(0, count).map((end, at) => (endpoint.arrivals[at + 1] ?? Number.NaN) - end), peak: await peak };
}

/** The most memory a process held, MB; looked at until it is gone (Linux). */
async function peakOf(pid: number): Promise<number> {
  for (let peak = Number.NaN; ; await wait(10)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const found = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    if (found === undefined) return peak / MB;
    peak = Number(found);
  }
}
