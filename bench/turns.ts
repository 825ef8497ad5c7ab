import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listen } from "./endpoint.ts";
import { median, type Bench, type Row } from "./measure.ts";

const KEEL = fileURLToPath(new URL("../apps/cli/bin/keel.js", import.meta.url));
const BARE = fileURLToPath(new URL("bare-agent.mjs", import.meta.url));
const MB = 1024;

/** What a turn costs beside the least agent that asks by fetch: from the last byte of a reply to the head of the next request. */
export const turns: Bench = async (short) => {
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    const file = join(home, "a.txt");
    await writeFile(file, "a line of text\n".repeat(20));
    const shell = await pair(home, short ? 20 : 50, ["Bash", { command: "echo done" }]);
    const read = await pair(home, short ? 20 : 50, ["Read", { file_path: file }]);
    const rows: Row[] = [
      {
        what: "gap of a turn with a shell call",
        measured: shell.keel.gap,
        baseline: shell.bare.gap,
        of: "the least agent",
        target: "later: ratio ≤ 1.0",
      },
      {
        what: "gap of a turn with a read",
        measured: read.keel.gap,
        baseline: read.bare.gap,
        of: "the least agent",
        target: "later: ratio ≤ 1.5",
      },
    ];
    if (short) return rows;
    const few = await pair(home, 200, ["Bash", { command: "echo done" }]);
    const many = await pair(home, 2_400, ["Read", { file_path: file }]);
    return [
      ...rows,
      {
        what: "peak memory after 200 turns, MB",
        measured: few.keel.peak,
        baseline: few.bare.peak,
        of: "the least agent",
        target: "later: ≤ 95 MB",
      },
      {
        what: "gap at turn 2,400",
        measured: many.keel.last,
        baseline: many.bare.last,
        of: "the least agent",
        target: "later: ratio ≤ 0.5",
      },
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

type Cost = { readonly gap: number; readonly last: number; readonly peak: number };

async function pair(home: string, count: number, call: readonly [string, object]): Promise<{ readonly keel: Cost; readonly bare: Cost }> {
  const keel = (url: string) => [
    KEEL,
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
  const gaps = ends.slice(0, count).map((end, at) => (endpoint.arrivals[at + 1] ?? Number.NaN) - end);
  return { gap: median(gaps), last: median(gaps.slice(-20)), peak: await peak };
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
