import { execFile, spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { listen, type Play } from "./endpoint.ts";
import { PUBLISHED } from "./process.ts";
import { value, type Bench } from "./row.ts";

const TURNS = 2_500; // of two messages each
const ID = "11111111-1111-4111-8111-111111111111";
const KEEL = ["-p", "go on", "--model", "bench", "--permission-mode", "bypassPermissions", "--max-turns", "9999"];

/** A long session taken up by its id in a new process: from the start of that process to its first request. */
export const resume: Bench = async (short) => {
  const home = await mkdtemp(join(tmpdir(), "keel-bench-"));
  try {
    const file = join(home, "a.txt");
    await writeFile(file, "a line of text\n".repeat(20));
    await killed(home, async (reply, at) => {
      if (at === TURNS) return; // it is killed there
      reply.begin();
      reply.call("Read", { file_path: file });
      reply.end("tool_use");
    });
    const tries = short ? 1 : 7;
    const after = await measured(home, tries);
    const bare = await measured(home, tries, loseSnapshot);
    await firstRequest(home); // and this one ends by itself
    return [
      value(`${TURNS * 2} messages resumed, to the first request`, { atMost: 250 }, "ms", await measured(home, tries)),
      value("the same after a kill -9", { atMost: 250 }, "ms", after),
      value("the same without any snapshot, so that all is read", { atMost: 250 }, "ms", bare),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

/** Each time as it stands: what is resumed goes on. */
async function measured(home: string, tries: number, change?: (state: string) => Promise<void>): Promise<readonly number[]> {
  const state = join(home, ".keel");
  const kept = join(home, "kept");
  await copy(state, kept);
  const times: number[] = [];
  for (let n = 0; n < tries; n++) {
    await rm(state, { recursive: true });
    await copy(kept, state);
    await change?.(state);
    times.push(await firstRequest(home));
  }
  await rm(state, { recursive: true });
  await copy(kept, state);
  await rm(kept, { recursive: true });
  return times;
}

/** With the times to the nanosecond: a snapshot doesn't hold for files that were touched. */
const copy = (from: string, to: string): Promise<unknown> => promisify(execFile)("cp", ["-a", from, to]);

async function loseSnapshot(state: string): Promise<void> {
  const sessions = join(state, "var/sessions");
  const [snapshot] = (await readdir(sessions, { recursive: true })).filter((name) => name.endsWith(`${ID}/snapshot`));
  if (snapshot === undefined) throw new Error(`${sessions} holds no snapshot of ${ID}.`);
  await rm(join(sessions, snapshot));
}

/** A run that is killed at its last request. */
async function killed(home: string, play: Play): Promise<void> {
  let last = (): void => undefined;
  const there = new Promise<void>((done) => (last = done));
  await using endpoint = await listen(async (reply, at) => {
    await play(reply, at);
    if (at === TURNS) last();
  });
  const child = start(home, endpoint.url, ["--session-id", ID]);
  await Promise.race([there, once(child, "exit")]);
  child.kill("SIGKILL");
  if (child.exitCode === null) await once(child, "exit");
  if (child.signalCode !== "SIGKILL") throw new Error(`keel ended with ${child.exitCode} before it was killed.`);
}

/** Milliseconds from the start of a process that is then left to end. */
async function firstRequest(home: string): Promise<number> {
  await using endpoint = await listen(async (reply) => {
    reply.begin();
    reply.text("done");
    reply.end("end_turn");
  });
  const began = performance.now();
  const child = start(home, endpoint.url, ["--resume", ID]);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`keel ended with ${code}.`);
  return (endpoint.arrivals[0] ?? Number.NaN) - began;
}

function start(home: string, url: string, flags: readonly string[]): ChildProcess {
  return spawn(process.execPath, [PUBLISHED, ...KEEL, "--base-url", url, ...flags], {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home },
    stdio: ["ignore", "ignore", "inherit"],
  });
}
