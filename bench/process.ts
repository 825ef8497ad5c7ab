import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

/** What a process took from its start to its end, by the system's own account: ms, and MB (1024²) of memory at its peak. */
export type Cost = { readonly wall: number; readonly cpu: number };

/** The published command, as `npm run package` makes it. What the benches start is this, never the single files of a working copy. */
export const PUBLISHED = fileURLToPath(new URL("../apps/cli/package/bin/keel.js", import.meta.url));

/** Makes it anew, which takes a second: so it can't be older than what is built. */
export async function publish(): Promise<void> {
  const script = fileURLToPath(new URL("../scripts/package.mjs", import.meta.url));
  const [code] = await once(spawn(process.execPath, [script], { stdio: ["ignore", "ignore", "inherit"] }), "exit");
  if (code !== 0) throw new Error("The command couldn't be packaged: see the lines above.");
}

/** Runs Node with these words in an empty environment, through bash's `time`: it counts all that was waited for. */
export async function costOf(home: string, words: readonly string[]): Promise<Cost> {
  const script = 'TIMEFORMAT="%R %U %S"; time "$@" 2>/dev/null >/dev/null';
  const said = await run(home, ["/bin/bash", "--noprofile", "--norc", "-c", script, "-", process.execPath, ...words]);
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = said.trim().split(" ").map(Number);
  return { wall: wall * 1000, cpu: (user + system) * 1000 };
}

/** The most memory that Node with these words held at once, MB. A line of the process's own says it at the exit (Linux). */
export async function peakOf(home: string, words: readonly string[]): Promise<number> {
  const teller = fileURLToPath(new URL("tell-peak.cjs", import.meta.url));
  const script = '"$@" 2>&1 >/dev/null';
  const said = await run(home, ["/bin/bash", "--noprofile", "--norc", "-c", script, "-", process.execPath, "--require", teller, ...words]);
  return Number(/peak (\d+) kB/.exec(said)?.[1]) / 1024;
}

async function run(home: string, [program = "", ...words]: readonly string[]): Promise<string> {
  const child = spawn(program, words, {
    cwd: home,
    env: { PATH: process.env["PATH"], HOME: home, LC_ALL: "C" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const [said, told, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, "close")]);
  if (code !== 0) throw new Error(`${words.join(" ")} ended with ${code}: ${said}${told}`);
  return said + told;
}
