import { text, type Envelope } from "@keelson/protocol";
import type { Session } from "@keelson/harness";
import { visible } from "./clean.ts";
import { COMMANDS, lineOf, type Command } from "./commands.ts";
import type { Talking } from "./converse.ts";
import { follow } from "./follow.ts";
import { spentLine } from "./summary.ts";
import { NOTHING_YET, type Tally } from "./tally.ts";

/** One prompt after the other. True when the model was asked at least once. */
export async function takePrompts(first: string, session: Session, talk: Talking): Promise<boolean> {
  const { terminal, leaving, line, machine } = talk;
  const began = machine.clock.now();
  const tallies: Tally[] = [];
  let leaveNext = false;
  let words = first.trim();
  while (!leaving.signal.aborted) {
    if (words !== "") tallies.push(await takePrompt(words, session, talk));
    words = "";
    const said = await terminal.ask("> ", {}, leaving.signal);
    if (said.said === "end" || (said.said === "interrupt" && leaveNext)) break;
    leaveNext = said.said === "interrupt";
    if (leaveNext && !leaving.signal.aborted) await line(talk.look().paint.dim("Press Ctrl-C again to leave."));
    if (said.said !== "words" || said.text.trim() === "") continue;
    const found = lineOf(said.text);
    if (found.is === "command" && found.command === "/exit") break;
    if (found.is === "prompt") words = said.text.trim();
    else await line(found.is === "unknown" ? visible(found.text) : DO[found.command](machine.clock.now() - began, tallies));
  }
  return tallies.length > 0;
}

const DO: Readonly<Record<Command, (ms: number, tallies: readonly Tally[]) => string>> = {
  "/help": () => [...Object.entries(COMMANDS).map(([name, what]) => `${name.padEnd(8)}${what}`), HINTS].join("\n"),
  "/cost": spentLine,
  "/exit": () => "",
};
const HINTS = "Anything else goes to the model. A line that ends in \\ goes on in the next one. Ctrl-C interrupts the model.";

/** From a prompt to its end, on the screen. Whatever goes wrong, the person is back at the prompt. */
async function takePrompt(words: string, session: Session, talk: Talking): Promise<Tally> {
  const { machine, leaving, terminal, renderer, questions, debug, write, line, look } = talk;
  const { paint } = look();
  const began = machine.clock.now();
  const stop = new AbortController();
  terminal.onInterrupt(() => stop.abort());
  const each = async (envelope: Envelope): Promise<void> => {
    await questions.settled(); // nothing is drawn over an open question
    await debug.note(envelope);
    await write(renderer.show(envelope));
  };
  const signal = AbortSignal.any([stop.signal, leaving.signal]);
  const { tally, trouble } = await follow([text(words)], session, { from: NOTHING_YET, each }, signal);
  terminal.onInterrupt(() => {});
  if (trouble !== undefined) await line((stop.signal.aborted ? paint.warning : paint.trouble)(visible(trouble)));
  await line(paint.dim(spentLine(machine.clock.now() - began, [tally])));
  return tally;
}
