import { randomUUID } from "node:crypto";
import { statSync } from "node:fs";
import { resolve } from "node:path";
import { readArguments } from "./arguments.ts";
import type { Run } from "./asked.ts";
import { DONE, FAILED, USAGE } from "./exit.ts";
import { headless } from "./headless.ts";
import { thisMachine, type Machine } from "./machine.ts";
import { complain, say } from "./tell.ts";

/** Runs the command line to its end and says what the shell is told. A plain run's own code is here; what others need isn't loaded before. */
export async function main(machine: Machine = thisMachine()): Promise<number> {
  const asked = readArguments(machine.argv, machine.version, (path) => isFolder(resolve(machine.cwd ?? "/", path)));
  switch (asked.do) {
    case "show":
      return await say(asked.text.trimEnd(), machine, DONE);
    case "refuse":
      return await misused(asked.text, machine);
    case "demo":
      return await demo(machine);
    case "doctor":
      return await (await import("./verbs/doctor.ts")).doctor(asked, machine);
    case "settings":
      return await (await import("./verbs/settings.ts")).settings(asked, machine);
    case "simulate":
      return await (await import("./verbs/simulate.ts")).simulated(asked, machine);
    case "tools":
      return await (await import("./verbs/tools.ts")).tools(asked, machine);
    case "run":
      return await run(asked, machine);
  }
}

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

async function run(asked: Run, machine: Machine): Promise<number> {
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
