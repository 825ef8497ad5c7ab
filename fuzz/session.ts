import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openSession, type Session } from "@keelson/harness";
import { END_REASONS, refusal, text, type Clock, type EndReason, type Message } from "@keelson/protocol";
import { simulate, type Simulation } from "@keelson/simulator";
import { dice, type Dice } from "./random.ts";
import { wildReplies } from "./replies.ts";

export type Outcome = { readonly ends: readonly EndReason[]; readonly requests: number; readonly effects: number };

const CODE = fileURLToPath(new URL("../plugins/code", import.meta.url));

/** One session of a few prompts against a wild endpoint, sometimes interrupted, sometimes taken up again. Throws when a law is broken. */
export async function wildSession(seed: number): Promise<Outcome> {
  const die = dice(seed);
  const home = await mkdtemp(join(tmpdir(), "keel-fuzz-"));
  await using server = await simulate({ replies: wildReplies(seed, die) });
  try {
    const cwd = join(home, "project");
    await mkdir(cwd);
    await writeFile(join(cwd, "a.txt"), "alpha\n");
    const saved = seed % 10 === 0; // each tenth through the disk, and taken up from there
    const ends: EndReason[] = [];
    let session = await open({ home, cwd, url: server.url, saved, resume: false });
    for (let prompts = 1 + die.roll(3); prompts > 0; prompts--) {
      ends.push(await prompt(session, die));
      if (!saved || prompts === 1) continue;
      await session[Symbol.asyncDispose]();
      session = await open({ home, cwd, url: server.url, saved, resume: true });
    }
    await session[Symbol.asyncDispose]();
    return { ends, requests: server.requests.length, effects: await check(server, cwd) };
  } finally {
    await rm(home, { recursive: true, force: true });
  }
}

type Scene = { readonly home: string; readonly cwd: string; readonly url: string; readonly saved: boolean; readonly resume: boolean };

async function open({ home, cwd, url, saved, resume }: Scene): Promise<Session> {
  const place = { cwd, home, keelHome: join(home, ".keel"), env: { PATH: process.env["PATH"] }, platform: process.platform };
  const flags = {
    baseUrl: url,
    model: "big",
    fallbackModel: ["small"],
    maxTurns: 20,
    persist: saved,
    allowedTools: ["Bash"],
    ...(resume && { resume: "latest" as const }),
  };
  const opening = await openSession({ place, flags, plugins: [CODE], clock: HASTY, wall: () => 0, version: "fuzz" });
  if (!opening.ok) throw new Error(`The session doesn't open: ${opening.refusal.text}`);
  return opening.session;
}

async function prompt(session: Session, { roll }: Dice): Promise<EndReason> {
  const control = new AbortController();
  let left = roll(4) === 0 ? roll(60) : Infinity; // events until the user interrupts
  let end: EndReason | undefined;
  for await (const { event } of session.run([text("go on")], control.signal)) {
    if (left-- === 0) control.abort();
    if (event.type === "run.ended") end = event.reason;
  }
  if (end === undefined || !END_REASONS.includes(end)) throw new Error(`The run ended without a declared reason: ${end}`);
  return end;
}

/** The laws: what was sent could be sent, and no command ran twice. How many commands ran. */
async function check({ requests }: Simulation, cwd: string): Promise<number> {
  for (const [at, { body }] of requests.entries()) {
    const refused = refusal(body["messages"] as unknown as readonly Message[]);
    if (refused !== undefined) throw new Error(`Request ${at} would be refused: ${refused}`);
  }
  const ran = (await readFile(join(cwd, "ran.txt"), "utf8").catch(() => "")).split("\n").filter(Boolean);
  if (new Set(ran).size !== ran.length) throw new Error(`A command ran twice: ${ran.join(" ")}`);
  return ran.length;
}

/** Waits between tries take no time; those that guard something (an endpoint's silence, a tool's grace) keep theirs. */
const HASTY: Clock = {
  now: () => performance.now(),
  random: () => 0.5,
  sleep: (ms, signal) =>
    new Promise((done) => {
      const timer = setTimeout(end, ms === 250 || ms > 100_000 ? ms : 0);
      signal.addEventListener("abort", end, { once: true });
      if (signal.aborted) end();
      function end(): void {
        clearTimeout(timer);
        signal.removeEventListener("abort", end);
        done();
      }
    }),
};
