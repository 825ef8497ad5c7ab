import { randomUUID } from "node:crypto";
import { text } from "@keelson/protocol";
import { openSession, type Flags, type Session } from "@keelson/harness";
import type { Run } from "./asked.ts";
import { openDebug } from "./debug.ts";
import { departure, outputBroken } from "./departure.ts";
import { CAN_GO_ON, neededFor, withLoss } from "./ending.ts";
import { FAILED, USAGE } from "./exit.ts";
import { follow, type Followed } from "./follow.ts";
import { codeOf, houseOf } from "./house.ts";
import type { Machine } from "./machine.ts";
import { readNamed } from "./named.ts";
import { outlet } from "./outlet.ts";
import type { Open } from "./parked.ts";
import { NO_PROMPT, readPrompt, type Prompt } from "./prompt.ts";
import { fail, refuse, warnings } from "./refuse.ts";
import { REPORTS } from "./report.ts";
import type { Outcome } from "./result.ts";
import type { Site } from "./site.ts";
import type { About } from "./stream-json.ts";
import { NOTHING_YET, putOffIn, type Tally } from "./tally.ts";
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
  const read = given ?? (await readPrompt(run.prompt, machine, leaving.signal));
  if (leaving.reason()) return FAILED;
  if (read.got === "refused") return await fail(read.text, USAGE, err);
  if (read.got === "none" && run.flags.resume === undefined) return await fail(NO_PROMPT, USAGE, err);
  if (read.got === "prompt" && read.note !== undefined) await err.write(`${read.note}\n`);
  const began = machine.clock.now();
  const named = await readNamed(run, machine, cwd);
  if (!named.ok) return await refuse(named.text, named.code, site);
  const prompt = await goingOn(read, named.flags, site);
  if (prompt.got === "refused") return await refuse(prompt.text, USAGE, site);
  await using debug = await openDebug(run.debug, site);
  if (!debug.ok) return await refuse(debug.text, USAGE, site);
  const opening = await openSession(houseOf(machine, cwd, { flags: named.flags, plugins: run.plugins }));
  if (!opening.ok) return await refuse(opening.refusal.text, codeOf(opening.refusal, run), site);

  await using session = opening.session;
  await err.write(warnings(session, machine));
  const { verbose, partial, agentText } = run;
  const unattended = run.flags.unattended ?? false;
  const options = { version: machine.version, verbose, partial, agentText, unattended };
  const report = await REPORTS[run.format](() => aboutOf(session, run), options);
  await out.write(report.open().out ?? "");
  const say = async (said: { readonly out?: string; readonly err?: string }): Promise<void> => {
    await out.write(said.out ?? "");
    await err.write(said.err ?? "");
  };
  const each = async (envelope: Parameters<typeof report.next>[0]): Promise<void> => {
    await debug.note(envelope);
    await say(report.next(envelope));
  };
  const content = prompt.got === "prompt" ? [text(prompt.text)] : [];
  const { tally, trouble, code, deferred } = await settled(
    await follow(content, session, { from: NOTHING_YET, each }, leaving.signal),
    session,
    machine,
  );
  const ms = machine.clock.now() - began;
  const outcome: Outcome = { tally, trouble, ms, sessionId: session.id, uuid: randomUUID(), ...(deferred && { deferred }) };
  await say(report.end(outcome));
  if (trouble !== undefined && leaving.reason()?.text === undefined) await err.write(`${trouble}${goOn(tally, session)}\n`);
  return code;
}

/** Without a prompt, a session whose last run isn't done goes on with that. */
async function goingOn(prompt: Prompt, { resume }: Flags, { machine, cwd }: Site): Promise<Prompt> {
  if (prompt.got !== "none" || resume === undefined) return prompt;
  const { leftIn } = await import("./resume.ts");
  const left = await leftIn(resume, machine, cwd);
  if (typeof left === "object") return { got: "refused", text: left.nothing };
  return left === "cut" ? { got: "prompt", text: "Go on." } : { got: "go on" };
}

/** A run that was parked says what it waits for, and how that is answered. */
export async function settled(
  followed: Followed,
  { id, saved, cwd }: Session,
  machine: Machine,
): Promise<Followed & { readonly deferred?: Open }> {
  if (followed.tally.end !== "tool_deferred" || !saved) return followed;
  const { askedIn, parkedAt, parkedLine } = await import("./parked.ts");
  const { tally } = followed;
  const stored = await parkedAt(id, machine);
  const open = stored.length > 0 ? stored : askedIn(tally, cwd); // a full disk has none
  return { ...followed, trouble: withLoss(parkedLine(open, id, putOffIn(tally)), tally), ...(open[0] && { deferred: open[0] }) };
}

/** The mode under the name that was asked for. */
const aboutOf = (session: Session, { asksNobody }: Run): About => ({
  ...session,
  get skills() {
    return session.skills; // files change while it runs
  },
  permissionMode: asksNobody ? "dontAsk" : session.mode,
});

/** What was done so far isn't lost. */
function goOn(tally: Tally, { id, saved }: Session): string {
  const { end } = tally;
  if (!saved || !end || end === "tool_deferred" || !CAN_GO_ON.includes(end)) return "";
  const needed = neededFor(tally);
  return ` Go on with: keel --resume ${id}${needed === undefined ? "" : `, with ${needed}`}`;
}
