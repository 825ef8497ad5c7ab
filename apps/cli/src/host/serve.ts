import { randomUUID } from "node:crypto";
import type { Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { openDebug, type Debugging } from "../debug.ts";
import { DONE, FAILED, USAGE } from "../exit.ts";
import { boundaries } from "../boundary.ts";
import { muster } from "../crew.ts";
import { settled } from "../headless.ts";
import { codeOf } from "../house.ts";
import { readNamed } from "../named.ts";
import { refuse } from "../refuse.ts";
import { asideOf } from "../report.ts";
import { resultOf } from "../result.ts";
import type { Site } from "../site.ts";
import { Steering } from "../steering.ts";
import { nextRun } from "../tally.ts";
import { Desk } from "./desk.ts";
import { understandLine, type Prompt } from "./incoming.ts";
import type { Waiting } from "./inbox.ts";
import { linesOf } from "./lines.ts";
import type { Reply } from "./reply.ts";
import { answerRequest } from "./requests.ts";

/** Characters of one line: a few images, as the API takes them. */
const LONGEST_LINE = 12 * 2 ** 20; // a record of the log takes 16

/**
 * `--input-format stream-json`: a program drives keel. Prompts run one after the other in one session; requests are answered as they come, also
 * while a run is under way. The end of stdin ends it behind the last prompt. The code is the last run's.
 */
export async function serve(site: Site): Promise<number> {
  const { run, cwd, leaving, machine } = site;
  const named = await readNamed(run, machine, cwd);
  if (!named.ok) return await refuse(named.text, named.code, site);
  await using debug = await openDebug(run.debug, site);
  if (!debug.ok) return await refuse(debug.text, USAGE, site);
  await using desk = new Desk(site, named.flags);
  const hangUp = (): void => void machine.stdin.destroy();
  if (leaving.signal.aborted) return FAILED;
  leaving.signal.addEventListener("abort", hangUp);
  const listening = listen(desk);
  let code: number | undefined;
  for await (const prompt of desk.inbox) {
    const opening = await desk.open();
    if (!opening.ok || leaving.signal.aborted) break;
    code = await take(prompt, opening.session, desk, debug);
    opening.session.watch();
  }
  const { aside } = desk.inbox;
  const opening = desk.isOpen || aside.length > 0 ? await desk.open() : undefined;
  if (opening?.ok && aside.length > 0)
    await opening.session.add(
      aside.flatMap(({ content }) => content),
      aside.flatMap(({ accepted }) => accepted ?? []),
    );
  if (opening?.ok === false) return await refuse(opening.refusal.text, codeOf(opening.refusal, run), site);
  await listening;
  return code ?? (desk.bad > 0 ? FAILED : DONE);
}

async function take(
  { content, message, uuid, stop, ids: accepted }: Waiting,
  session: Session,
  desk: Desk,
  debug: Debugging,
): Promise<number> {
  const { site, mapper, inbox } = desk;
  const { machine, run, leaving, err } = site;
  const steering = new Steering(session);
  const isBetween = boundaries();
  const signal = AbortSignal.any([stop.signal, leaving.signal]);
  const began = machine.clock.now();
  await desk.say(mapper.opening());
  if (run.replay) await replay({ message, ...(uuid && { uuid }) }, desk);
  const each = async (envelope: Envelope, tally: Desk["tally"]): Promise<void> => {
    desk.tally = tally;
    desk.crew = muster(desk.crew, envelope);
    desk.hear(envelope);
    if (envelope.path.length === 0 && envelope.event.type === "turn.started") desk.running = true;
    await debug.note(envelope);
    await desk.say(...mapper.next(envelope));
    await err.write(asideOf(envelope));
    for (const prompt of isBetween(envelope) && !signal.aborted ? inbox.takeSteering() : []) {
      await give(prompt, steering, session);
      if (run.replay) await replay(prompt, desk);
    }
  };
  const { apiMs } = desk.tally;
  desk.apiMs += apiMs;
  desk.tally = nextRun(desk.tally);
  const followed = await settled(await steering.follow(content, { from: desk.tally, each, accepted }, signal), session, machine);
  const { tally, trouble, code, deferred } = followed;
  desk.running = false;
  desk.tally = tally;
  const ms = machine.clock.now() - began;
  const outcome = { tally, trouble, ms, sessionId: session.id, uuid: randomUUID(), queued: inbox.behind };
  await desk.say(resultOf({ ...outcome, ...(deferred && { deferred }) }));
  if (trouble !== undefined && !signal.aborted) await err.write(`${trouble}\n`);
  return code;
}

/** What stood before it on its own is a part of it. */
async function give({ content, ids }: Waiting, steering: Steering, session: Session): Promise<void> {
  const [last, ...before] = ids.toReversed();
  for (const id of before) await session.steer([], id);
  await steering.say(content, last);
}

/** Reads until the host has nothing more to say, one line after the other. */
async function listen(desk: Desk): Promise<void> {
  const { machine, leaving } = desk.site;
  try {
    const seen = new Set<string>();
    for await (const line of linesOf(machine.stdin, LONGEST_LINE)) await hear(line, desk, seen);
  } catch (error) {
    desk.bad++;
    if (!leaving.signal.aborted) await desk.note(`stdin can't be read: ${error instanceof Error ? error.message : String(error)}`);
  }
  desk.asks.close();
  desk.inbox.close();
}

async function hear(line: string | undefined, desk: Desk, seen: Set<string>): Promise<void> {
  const said = line === undefined ? ({ is: "bad", why: `it is over ${LONGEST_LINE / 2 ** 20} MB` } as const) : understandLine(line);
  switch (said.is) {
    case "nothing":
      return;
    case "bad":
      return await skip(said.why, desk);
    case "response":
      return desk.asks.settle(said.id, said.heard);
    case "request":
      return await desk.send(responseTo(said.id, await answered(said.subtype, said.request, desk)));
    case "prompt":
      return await accept(said, desk, seen);
  }
}

/** One that came already, under the same id, is only said back. What comes during a run steers it, unless it wants to wait. */
async function accept(prompt: Prompt, desk: Desk, seen: Set<string>): Promise<void> {
  const again = prompt.uuid !== undefined && seen.has(prompt.uuid);
  if (prompt.uuid !== undefined) seen.add(prompt.uuid);
  const steers = prompt.priority === "next" && desk.running;
  if (!again && desk.inbox.isFull) return await skip("too many messages wait already", desk);
  if (!again) desk.inbox.add(await desk.accept(prompt, steers), steers);
  if ((again || !prompt.asks) && desk.site.run.replay && (await desk.open()).ok) await replay(prompt, desk);
}

async function skip(why: string, desk: Desk): Promise<void> {
  desk.bad++;
  await desk.note(`A line at stdin was left out: ${why}.`);
}

async function replay({ message, uuid }: Pick<Prompt, "message" | "uuid">, desk: Desk): Promise<void> {
  const said = desk.mapper.seal({ type: "user", message, parent_tool_use_id: null, isReplay: true });
  await desk.say({ ...said, ...(uuid !== undefined && { uuid }) });
}

/** A mistake of ours is an answer, too: a host waits for one. */
async function answered(subtype: string, request: Parameters<typeof answerRequest>[1], desk: Desk): Promise<Reply> {
  try {
    return await answerRequest(subtype, request, desk);
  } catch (error) {
    return { ok: false, error: error instanceof Error ? error.message : String(error) };
  }
}

function responseTo(id: string, reply: Reply) {
  const body = reply.ok
    ? { subtype: "success", ...(reply.response && { response: reply.response }) }
    : { subtype: "error", error: reply.error };
  return { type: "control_response", response: { ...body, request_id: id } };
}
