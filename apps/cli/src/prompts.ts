import { text, type Block, type Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { shorten, visible } from "./clean.ts";
import { COMMANDS, lineOf, type Situation } from "./commands.ts";
import type { Talking } from "./converse.ts";
import { Steering } from "./steering.ts";
import { spentLine } from "./summary.ts";
import { NOTHING_YET, type Tally } from "./tally.ts";

/** What the prompts of one conversation add up to. */
type Course = {
  readonly session: Session;
  readonly talk: Talking;
  readonly began: number;
  /** One for each run; that of a run under way is the last. */
  readonly tallies: Tally[];
  leaves: boolean;
};

/** What a resumed session has to do yet: it waits for an answer, or its last run was cut. */
export type Undone = "waiting" | "interrupted" | undefined;

/** One prompt after the other. True when the model was asked at least once. */
export async function takePrompts(first: string, undone: Undone, session: Session, talk: Talking): Promise<boolean> {
  const { terminal, leaving, line, machine, look } = talk;
  const course: Course = { session, talk, began: machine.clock.now(), tallies: [], leaves: false };
  let leaveNext = false;
  let words = first.trim();
  if (words === "" && undone === "waiting") await takeOn("", course);
  let canGoOn = words === "" && undone === "interrupted";
  if (canGoOn) await line(look().paint.dim("Its last run was cut short. Enter goes on with it."));
  while (!leaving.signal.aborted && !course.leaves) {
    if (words !== "") await takeOn(words, course);
    words = "";
    if (course.leaves) break;
    session.watch(); // from the first wait on: a run that was asked for on the command line comes first
    const said = await terminal.ask("> ", {}, leaving.signal);
    if (said.said === "end" || (said.said === "interrupt" && leaveNext)) break;
    leaveNext = said.said === "interrupt";
    if (leaveNext && !leaving.signal.aborted) await line(look().paint.dim("Press Ctrl-C again to leave."));
    if (said.said !== "words") continue;
    if (said.text.trim() === "" && canGoOn) await takeOn("", course);
    canGoOn &&= said.text.trim().startsWith("/");
    if (said.text.trim() !== "" && !(await command(said.text, course))) words = said.text.trim();
  }
  return course.tallies.length > 0;
}

/** False for what isn't one, but a prompt. */
async function command(typed: string, course: Course): Promise<boolean> {
  const found = lineOf(typed, course.session);
  if (found.is === "prompt") return false;
  if (found.is === "command" && found.command === "/exit") course.leaves = true;
  else if (found.is === "unknown") await course.talk.line(visible(found.text));
  else await course.talk.line(await COMMANDS[found.command].act(situation(course), found.words));
  return true;
}

function situation({ session, talk, began, tallies }: Course): Situation {
  const { machine, renderer } = talk;
  return { session, tallies, crew: renderer.crew, ms: machine.clock.now() - began, now: machine.wall() };
}

/** A prompt, and behind it what was said to it and came too late: who interrupts a run wants to be heard at once. */
async function takeOn(words: string, course: Course): Promise<void> {
  const { leaving, line, look } = course.talk;
  let late = await takePrompt(words, course);
  while (late.length > 0 && !course.leaves && !leaving.signal.aborted) {
    for (const each of late) await line(look().paint.mark("» ") + visible(each));
    late = await takePrompt("", course);
  }
}

/**
 * From a prompt to its end, on the screen; without words, what is still to be done. Whatever goes wrong, the person is back at the prompt.
 * What the model hasn't heard is returned.
 */
async function takePrompt(words: string, course: Course): Promise<readonly string[]> {
  const { session, talk, tallies } = course;
  const { machine, leaving, terminal, renderer, questions, debug, write, line, look } = talk;
  const { paint } = look();
  const began = machine.clock.now();
  const stop = new AbortController();
  const steering = new Steering(session);
  const heard = async (typed: string): Promise<void> => {
    if (!(await command(typed, course))) await steering.say([text(typed)]);
    else if (course.leaves) stop.abort();
  };
  terminal.onInterrupt(() => stop.abort());
  const deaf = terminal.listen({ prompt: paint.mark("» "), heard: (typed) => void heard(typed), begin: () => renderer.rest() });
  const at = tallies.push(NOTHING_YET) - 1;
  let givenBack = false;
  const each = async (envelope: Envelope, tally: Tally): Promise<void> => {
    tallies[at] = tally;
    givenBack ||= envelope.event.type === "notice.raised" && envelope.event.code === "prompt_refused";
    await questions.settled(); // nothing is drawn over an open question
    await debug.note(envelope);
    await write(renderer.show(envelope));
  };
  const signal = AbortSignal.any([stop.signal, leaving.signal]);
  const { tally, trouble } = await steering.follow(words === "" ? [] : [text(words)], { from: NOTHING_YET, each }, signal);
  tallies[at] = tally;
  deaf();
  terminal.onInterrupt(() => {});
  if (trouble !== undefined) await line((stop.signal.aborted ? paint.warning : paint.trouble)(visible(trouble)));
  if (givenBack && words !== "") await line(paint.dim(`It was: ${shorten(visible(words), LONGEST_SHOWN)}`));
  await line(paint.dim(spentLine(machine.clock.now() - began, [tally]) + endsOf(course, began)));
  return steering.waiting.map(wordsOf);
}

const LONGEST_SHOWN = 500; // characters

const wordsOf = (content: readonly Block[]): string => content.map(({ text }) => (typeof text === "string" ? text : "")).join("\n");

/** How the agents of the run ended. */
function endsOf({ talk: { machine, renderer } }: Course, began: number): string {
  const since = machine.wall() - (machine.clock.now() - began);
  const states = [...renderer.crew.values()].filter(({ ended }) => ended !== undefined && ended >= since).map(({ state }) => state);
  if (states.length === 0) return "";
  const counts = [...new Set(states)].map((state) => `${states.filter((each) => each === state).length} ${state}`);
  return ` · agents: ${counts.join(", ")}`;
}
