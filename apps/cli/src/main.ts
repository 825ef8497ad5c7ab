import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { openTelemetry } from "@keelson/harness";
import { readArguments } from "./arguments.ts";
import type { Run } from "./asked.ts";
import { DONE, FAILED, USAGE } from "./exit.ts";
import { headless } from "./headless.ts";
import { thisMachine, type Machine } from "./machine.ts";
import type { Unread } from "./parsed.ts";
import { complain, say } from "./tell.ts";

/** Runs the command line to its end and says what the shell is told. A plain run's own code is here; what others need isn't loaded before. */
export async function main(machine: Machine = thisMachine()): Promise<number> {
  const asked = readArguments(machine.argv, machine.version, (path) => isFolder(resolve(machine.cwd ?? "/", path)));
  switch (asked.do) {
    case "show":
    case "refuse":
      return await tell(asked, machine);
    case "verb": {
      const { readVerb } = await import("./verbs/table.ts");
      const ready = readVerb(asked.verb, asked.argv);
      return ready.do === "act" ? await ready.act(machine) : await tell(ready, machine);
    }
    case "run":
      return await run(asked, machine);
  }
}

const tell = async ({ do: what, text }: Unread, machine: Machine): Promise<number> =>
  what === "show" ? await say(text.trimEnd(), machine, DONE) : await misused(text, machine);

/** Whoever asked for JSON reads a result also when the command line is at fault: one line on stderr says the same. */
async function misused(words: string, machine: Machine): Promise<number> {
  const format = /^--output-format[= ](json|stream-json)$/m.exec(machine.argv.join("\n").replaceAll(/^(--output-format)\n/gm, "$1 "))?.[1];
  if (format === "json" || format === "stream-json") {
    const [{ refusedResult }, { NOTHING_YET }] = await Promise.all([import("./report.ts"), import("./tally.ts")]);
    const outcome = { tally: NOTHING_YET, trouble: words, ms: 0, sessionId: "", uuid: randomUUID() };
    await say(refusedResult(format, outcome).trimEnd(), machine, USAGE);
  }
  return await complain(words, machine, USAGE);
}

/** What sessions do is told to a collector only where somebody wants it. */
async function run(asked: Run, machine: Machine): Promise<number> {
  const { env, version, clock } = machine;
  if (!env["KEEL_TELEMETRY"]) return await take(asked, machine);
  const { telemetry, problem } = await openTelemetry(env, version, clock);
  if (problem !== undefined) await complain(problem, machine, DONE);
  await using _ = telemetry ?? null; // sends what is left
  return await take(asked, telemetry ? { ...machine, telemetry } : machine);
}

async function take(asked: Run, machine: Machine): Promise<number> {
  const { cwd } = machine;
  if (cwd === undefined)
    return await complain("The folder you are in was deleted. Go to another one, then run keel again.", machine, FAILED);
  if (!asked.print && isTerminal(machine)) return await (await import("./converse.ts")).converse(asked, machine, cwd);
  const prompt = asked.bare ? await (await import("./prompt.ts")).peekPrompt(machine, new AbortController().signal) : undefined;
  if (prompt?.got === "none") return await demo(machine); // `npm start` on a build machine
  return await headless(asked, machine, cwd, prompt);
}

const isTerminal = (machine: Machine): boolean => machine.hasInput && machine.stdin.isTTY === true && machine.stdout.isTTY === true;
const demo = async (machine: Machine): Promise<number> => (await import("./demo.ts")).demo(machine);

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory();
  } catch {
    return false; // whoever wants to use it says why it can't be
  }
}
