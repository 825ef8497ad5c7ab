import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { listen } from "./endpoint.ts";
import { peakOf, PUBLISHED } from "./process.ts";
import { median, ratio, value, type Bench, type Pairs } from "./row.ts";

const BARE = fileURLToPath(new URL("bare-agent.mjs", import.meta.url));
const KEEL = ["--model", "bench", "--permission-mode", "bypassPermissions", "--max-turns", "9999"];
const MB = 1024;
const LAST = 20;
/** Milliseconds that a model takes before it says anything: real ones take ten times as long. */
const THINKS = 30;

/** What a turn costs beside the least agent that asks by fetch: from the last byte of a reply to the head of the next request. */
export const turns: Bench = async (short) => {
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    const file = join(home, "a.txt");
    await writeFile(file, "a line of text\n".repeat(20));
    const head = await headOf(home);
    const shell: Work = { home, head, count: short ? 20 : 50, call: ["Bash", { command: "echo done" }] };
    const read: Work = { ...shell, call: ["Read", { file_path: file }] };
    const rounds = short ? 1 : 7;
    const rows = [
      ratio("gap of a turn with a shell call", { atMost: 1 }, gaps(await pairs(shell, rounds))),
      ratio("gap of a turn with a read", { atMost: 1.5 }, gaps(await pairs(read, rounds))),
      ratio(
        `the same with a shell call, where the model takes ${THINKS} ms`,
        { atMost: 1 },
        gaps(await pairs({ ...shell, thinks: THINKS }, rounds)),
      ),
    ];
    if (short) return rows;
    const few = await pairs({ ...shell, count: 200 }, 3);
    const many = await pairs({ ...read, count: 2_400 }, 1);
    const peaks = few.map(({ keel }) => keel.peak);
    return [
      ...rows,
      value(`peak memory of 200 turns (node -e 0: ${Math.round(await peakOf(home, ["-e", "0"]))})`, { atMost: 95 }, "MB", peaks),
      ratio("gap at turn 2,400", { atMost: 0.5 }, gaps(many, -LAST)),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** `head`: the file with what every request holds beside its messages. `thinks`: the model, in ms; it answers at once without. */
type Work = {
  readonly home: string;
  readonly head: string;
  readonly count: number;
  readonly call: readonly [string, object];
  readonly thinks?: number;
};
type Cost = { readonly gaps: readonly number[]; readonly peak: number };
type Both = { readonly keel: Cost; readonly bare: Cost };

/** One of each run, of what it took from turn `from` on: neighbouring turns of two processes are no pairs. */
const gaps = (both: readonly Both[], from = 0): Pairs => ({
  measured: both.map(({ keel }) => median(keel.gaps.slice(from))),
  baseline: both.map(({ bare }) => median(bare.gaps.slice(from))),
  unit: "ms",
  of: "the least agent",
});

async function pairs(work: Work, rounds: number): Promise<readonly Both[]> {
  const both: Both[] = [];
  for (let n = 0; n < rounds; n++)
    both.push({
      bare: await run(work, (url) => [BARE, url, "go", work.head]),
      keel: await run(work, (url) => [PUBLISHED, "-p", "go", "--base-url", url, ...KEEL]),
    });
  return both;
}

/** A request of keelson's without its messages, for the least agent to send. Compiles what is compiled once, too. */
async function headOf(home: string): Promise<string> {
  await using endpoint = await listen(async (reply) => {
    reply.begin();
    reply.text("done");
    reply.end("end_turn");
  });
  const words = [PUBLISHED, "-p", "go", "--base-url", endpoint.url, ...KEEL];
  await over(started(home, words), words);
  const { messages: _, ...head }: Record<string, unknown> = JSON.parse(await endpoint.first);
  const file = join(home, "head.json");
  await writeFile(file, JSON.stringify(head));
  return file;
}

async function run({ home, count, call: [name, input], thinks }: Work, words: (url: string) => readonly string[]): Promise<Cost> {
  const ends: number[] = [];
  await using endpoint = await listen(async (reply, at) => {
    if (thinks !== undefined) await wait(thinks);
    reply.begin();
    if (at < count) reply.call(name, input);
    else reply.text("done");
    ends[at] = reply.end(at < count ? "tool_use" : "end_turn");
  });
  const child = started(home, words(endpoint.url));
  const peak = peakAt(child.pid ?? 0);
  await over(child, words("…"));
  if (endpoint.arrivals.length !== count + 1)
    throw new Error(`${words("…").join(" ")} sent ${endpoint.arrivals.length} requests, not ${count + 1}.`);
  return { gaps: ends.slice(0, count).map((end, at) => (endpoint.arrivals[at + 1] ?? Number.NaN) - end), peak: await peak };
}

function started(home: string, words: readonly string[]): ChildProcess {
  const env = { PATH: process.env["PATH"], HOME: home };
  return spawn(process.execPath, words, { cwd: home, env, stdio: ["ignore", "ignore", "inherit"] });
}

async function over(child: ChildProcess, words: readonly string[]): Promise<void> {
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}.`);
}

/** The most memory a process held, MB; looked at until it is gone (Linux). */
async function peakAt(pid: number): Promise<number> {
  for (let peak = Number.NaN; ; await wait(10)) {
    const status = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
    const found = /VmHWM:\s+(\d+)/.exec(status)?.[1];
    if (found === undefined) return peak / MB;
    peak = Number(found);
  }
}
