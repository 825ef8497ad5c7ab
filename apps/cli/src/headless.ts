import { randomUUID } from "node:crypto";
import { text } from "@keelson/protocol";
import { lineOf, openSession, type Session } from "@keelson/harness";
import { visible } from "./clean.ts";
import { departure, outputBroken, type Departure } from "./departure.ts";
import { CAN_GO_ON, troubleOf } from "./ending.ts";
import { EXIT, FAILED, USAGE } from "./exit.ts";
import { houseOf } from "./house.ts";
import type { Machine } from "./machine.ts";
import type { Run } from "./options.ts";
import { outlet, type Outlet } from "./outlet.ts";
import { NO_PROMPT, readPrompt, type Prompt } from "./prompt.ts";
import { refusedResult, REPORTS } from "./report.ts";
import type { Outcome } from "./result.ts";
import { count, NOTHING_YET, type Tally } from "./tally.ts";

/** `-p`: one prompt, its answer on stdout, at most one line of trouble on stderr, and an exit code that tells the truth. */
export async function headless(run: Run, machine: Machine, cwd: string, prompt?: Prompt): Promise<number> {
  using leaving = departure(machine);
  const out = outlet(machine.stdout, (error) => leaving.leave(outputBroken(error)), cleanFor(machine.stdout));
  const err = outlet(machine.stderr, () => {}, cleanFor(machine.stderr));
  const code = await answer(run, { machine, cwd, leaving, out, err }, prompt);
  const why = leaving.reason();
  if (why?.text) await err.write(`${why.text}\n`);
  return why?.code ?? code;
}

/** What a model or an endpoint says can't drive a terminal; a file or a pipe gets it as it is. */
const cleanFor = (stream: { readonly isTTY?: boolean }): ((text: string) => string) | undefined => (stream.isTTY ? visible : undefined);

type Site = { readonly machine: Machine; readonly cwd: string; readonly leaving: Departure; readonly out: Outlet; readonly err: Outlet };

async function answer(run: Run, { machine, cwd, leaving, out, err }: Site, given?: Prompt): Promise<number> {
  const { clock, version } = machine;
  const prompt = given ?? (await readPrompt(run.prompt, machine, leaving.signal));
  if (leaving.reason()) return FAILED;
  if (prompt.got !== "prompt") return await fail(prompt.got === "none" ? NO_PROMPT : prompt.text, USAGE, err);
  if (prompt.note !== undefined) await err.write(`${prompt.note}\n`);
  const began = clock.now();
  const outcome = (tally: Tally, trouble: string | undefined, sessionId: string): Outcome => ({
    tally,
    trouble,
    ms: clock.now() - began,
    sessionId,
    uuid: randomUUID(),
  });

  const opening = await openSession(houseOf(machine, cwd, run.flags));
  if (!opening.ok) {
    const { code, text: why } = opening.refusal;
    await out.write(refusedResult(run.format, outcome(NOTHING_YET, why, run.flags.sessionId ?? "")));
    return await fail(why, code === "usage" ? USAGE : FAILED, err);
  }
  await using session = opening.session;
  await err.write(warnings(session));
  const report = REPORTS[run.format](session, { version, verbose: run.verbose, partial: run.partial });
  await out.write(report.open().out ?? "");
  let tally = NOTHING_YET;
  for await (const envelope of session.run([text(prompt.text)], leaving.signal)) {
    tally = count(tally, envelope);
    const said = report.next(envelope);
    await out.write(said.out ?? "");
    await err.write(said.err ?? "");
  }
  const trouble = troubleOf(tally);
  const said = report.end(outcome(tally, trouble, session.id));
  await out.write(said.out ?? "");
  await err.write(said.err ?? "");
  if (trouble !== undefined && leaving.reason()?.text === undefined) await err.write(`${trouble}${goOn(tally, session)}\n`);
  return tally.end === undefined ? FAILED : EXIT[tally.end];
}

/** What was done so far isn't lost. */
const goOn = ({ end }: Tally, { id, saved }: Session): string =>
  saved && end && CAN_GO_ON.includes(end) ? ` Go on with: keel --resume ${id}` : "";

async function fail(words: string, code: number, err: Outlet): Promise<number> {
  await err.write(`${words}\n`);
  return code;
}

/** What was worked around, once, in front of everything else. */
const warnings = ({ problems }: Session): string => problems.map((problem) => `${problem.severity}: ${lineOf(problem)}\n`).join("");
