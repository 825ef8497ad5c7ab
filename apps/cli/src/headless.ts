import { randomUUID } from "node:crypto";
import { text } from "@keelson/protocol";
import { openSession, type Session } from "@keelson/harness";
import type { Run } from "./asked.ts";
import { openDebug } from "./debug.ts";
import { departure, outputBroken } from "./departure.ts";
import { CAN_GO_ON } from "./ending.ts";
import { FAILED, USAGE } from "./exit.ts";
import { follow } from "./follow.ts";
import { codeOf, houseOf } from "./house.ts";
import type { Machine } from "./machine.ts";
import { readNamed } from "./named.ts";
import { outlet } from "./outlet.ts";
import { NO_PROMPT, readPrompt, type Prompt } from "./prompt.ts";
import { fail, refuse, warnings } from "./refuse.ts";
import { REPORTS } from "./report.ts";
import type { Outcome } from "./result.ts";
import type { Site } from "./site.ts";
import type { About } from "./stream-json.ts";
import { NOTHING_YET, type Tally } from "./tally.ts";
import { cleanFor } from "./tell.ts";

/** `-p`: the answer on stdout, at most one line of trouble on stderr, and an exit code that tells the truth. */
export async function headless(run: Run, machine: Machine, cwd: string, prompt?: Prompt): Promise<number> {
  using leaving = departure(machine);
  const out = outlet(machine.stdout, (error) => leaving.leave(outputBroken(error)), cleanFor(machine.stdout));
  const err = outlet(machine.stderr, () => {}, cleanFor(machine.stderr));
  await err.write(run.notes.map((note) => `${note}\n`).join(""));
  const site: Site = { run, machine, cwd, leaving, out, err };
  const code = run.input === "stream-json" ? await (await import("./host/serve.ts")).serve(site) : await answer(site, prompt);
  const why = leaving.reason();
  if (why?.text) await err.write(`${why.text}\n`);
  return why?.code ?? code;
}

async function answer(site: Site, given?: Prompt): Promise<number> {
  const { run, machine, cwd, leaving, out, err } = site;
  const prompt = given ?? (await readPrompt(run.prompt, machine, leaving.signal));
  if (leaving.reason()) return FAILED;
  if (prompt.got !== "prompt") return await fail(prompt.got === "none" ? NO_PROMPT : prompt.text, USAGE, err);
  if (prompt.note !== undefined) await err.write(`${prompt.note}\n`);
  const began = machine.clock.now();
  const named = await readNamed(run, cwd);
  if (!named.ok) return await refuse(named.text, named.code, site);
  await using debug = await openDebug(run.debug, site);
  if (!debug.ok) return await refuse(debug.text, USAGE, site);
  const opening = await openSession(houseOf(machine, cwd, { flags: named.flags, plugins: run.plugins }));
  if (!opening.ok) return await refuse(opening.refusal.text, codeOf(opening.refusal, run), site);

  await using session = opening.session;
  await err.write(warnings(session));
  const { verbose, partial } = run;
  const unattended = run.flags.unattended ?? false;
  const report = REPORTS[run.format](aboutOf(session, run), { version: machine.version, verbose, partial, unattended });
  await out.write(report.open().out ?? "");
  const say = async (said: { readonly out?: string; readonly err?: string }): Promise<void> => {
    await out.write(said.out ?? "");
    await err.write(said.err ?? "");
  };
  const each = async (envelope: Parameters<typeof report.next>[0]): Promise<void> => {
    await debug.note(envelope);
    await say(report.next(envelope));
  };
  const { tally, trouble, code } = await follow([text(prompt.text)], session, { from: NOTHING_YET, each }, leaving.signal);
  const outcome: Outcome = { tally, trouble, ms: machine.clock.now() - began, sessionId: session.id, uuid: randomUUID() };
  await say(report.end(outcome));
  if (trouble !== undefined && leaving.reason()?.text === undefined) await err.write(`${trouble}${goOn(tally, session)}\n`);
  return code;
}

/** The mode under the name that was asked for. */
const aboutOf = (session: Session, { asksNobody }: Run): About => ({
  ...session,
  permissionMode: asksNobody ? "dontAsk" : session.mode,
});

/** What was done so far isn't lost. */
const goOn = ({ end }: Tally, { id, saved }: Session): string =>
  saved && end && CAN_GO_ON.includes(end) ? ` Go on with: keel --resume ${id}` : "";
