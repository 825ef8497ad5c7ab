import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
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
    await firstRequest(home, ["--session-id", ID], async (reply, at) => {
      reply.begin();
      if (at < TURNS) reply.call("Read", { file_path: file });
      else reply.text("done");
      reply.end(at < TURNS ? "tool_use" : "end_turn");
    });
    const times: number[] = [];
    for (let n = 0; n < (short ? 1 : 7); n++) times.push(await firstRequest(home, ["--resume", ID], sayDone));
    const bare: number[] = [];
    for (let n = 0; n < (short ? 1 : 7); n++) {
      await loseSnapshot(home);
      bare.push(await firstRequest(home, ["--resume", ID], sayDone));
    }
    return [
      value(`${TURNS * 2} messages resumed, to the first request`, { atMost: 250 }, "ms", times),
      value("the same without its snapshot, as after a kill", { atMost: 250 }, "ms", bare),
    ];
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

async function loseSnapshot(home: string): Promise<void> {
  const sessions = join(home, ".keel/var/sessions");
  const [snapshot] = (await readdir(sessions, { recursive: true })).filter((name) => name.endsWith(`${ID}/snapshot`));
  if (snapshot === undefined) throw new Error(`${sessions} holds no snapshot of ${ID}.`);
  await rm(join(sessions, snapshot));
}

const sayDone: Play = async (reply) => {
  reply.begin();
  reply.text("done");
  reply.end("end_turn");
};

/** Milliseconds from the start of a process that is then left to end. */
async function firstRequest(home: string, flags: readonly string[], play: Play): Promise<number> {
  await using endpoint = await listen(play);
  const words = [PUBLISHED, ...KEEL, "--base-url", endpoint.url, ...flags];
  const began = performance.now();
  const child = spawn(process.execPath, words, {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home },
    stdio: ["ignore", "ignore", "inherit"],
  });
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}.`);
  return (endpoint.arrivals[0] ?? Number.NaN) - began;
}
