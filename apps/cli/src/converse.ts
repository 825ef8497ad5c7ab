import { asker, type Asker } from "./asker.ts";
import type { Look } from "./call-lines.ts";
import { visible } from "./clean.ts";
import { labelOf } from "./crew.ts";
import { openDebug, type Debugging } from "./debug.ts";
import { departure, outputBroken, type Departure } from "./departure.ts";
import { DONE, USAGE } from "./exit.ts";
import type { Machine } from "./machine.ts";
import type { Run } from "./asked.ts";
import { outlet } from "./outlet.ts";
import { paint, wantsColours } from "./paint.ts";
import { takePrompts } from "./prompts.ts";
import { Renderer } from "./render.ts";
import { begin } from "./start.ts";
import { headerLine } from "./summary.ts";
import { Terminal } from "./terminal.ts";
import { problemLines } from "./untrusted-line.ts";
import { nameOne } from "./which.ts";

/** What the parts of a conversation share. */
export type Talk = {
  readonly run: Run;
  readonly machine: Machine;
  readonly terminal: Terminal;
  readonly leaving: Departure;
  readonly look: () => Look;
  readonly renderer: Renderer;
  readonly questions: Asker;
  readonly write: (text: string) => Promise<void>;
  readonly line: (text: string) => Promise<void>;
};

export type Talking = Talk & { readonly debug: Debugging };

/** `keel` at a terminal: prompts and answers, line by line, until the person leaves. */
export async function converse(run: Run, machine: Machine, cwd: string): Promise<number> {
  using leaving = departure(machine);
  using terminal = new Terminal(machine);
  const talk = talkOf({ run, machine, terminal, leaving }, cwd);
  const refuse = async (words: string, code: number): Promise<number> => {
    await talk.line(words);
    return code;
  };
  for (const note of run.notes) await talk.line(note);
  const named = await nameOne(run, talk, cwd);
  if (!named) return leaving.reason()?.code ?? DONE;
  if (!named.ok) return await refuse(named.text, named.code);
  await using debug = await openDebug(run.debug, { machine, cwd, err: outlet(machine.stderr, () => {}) });
  if (!debug.ok) return await refuse(debug.text, USAGE);
  const { resume } = named.flags;
  const going = resume && (await import("./resume.ts"));
  const undone = going && (await going.undoneIn(resume, machine, cwd)); // before it is opened: then it is in use
  const start = await begin(named.flags, talk, { cwd, folder: going ? await going.folderOf(resume, machine, cwd) : cwd });
  if (start.go === "leave") return leaving.reason()?.code ?? DONE;
  if (start.go === "refused") return await refuse(start.text, start.code);
  if (start.go === "demo") {
    terminal[Symbol.dispose]();
    return await (await import("./demo.ts")).demo(machine);
  }
  await using _model = start.model ?? null; // outlives the session
  await using session = start.session;
  await talk.line(talk.look().paint.dim(headerLine(session, machine.version, machine.home)));
  for (const one of problemLines(session.problems)) await talk.line(talk.look().paint.warning(visible(one)));
  const used = await takePrompts(run.prompt, undone, session, { ...talk, debug });
  if (used) await talk.line(talk.look().paint.dim(`To go on with it: keel --resume ${session.id}`));
  return leaving.reason()?.code ?? DONE;
}

function talkOf({ run, machine, terminal, leaving }: Pick<Talk, "run" | "machine" | "terminal" | "leaving">, cwd: string): Talk {
  const colours = paint(wantsColours(machine));
  const look = (): Look => ({ paint: colours, width: terminal.width, cwd });
  const renderer = new Renderer(look, true);
  const out = outlet(machine.stdout, (error) => leaving.leave(outputBroken(error)));
  let held = "";
  const write = async (text: string): Promise<void> => {
    if (terminal.composing) held += text;
    else await out.write(text);
  };
  terminal.onComposed(() => {
    void out.write(held);
    held = "";
  });
  const line = (words: string): Promise<void> => write(renderer.line(words));
  const whose = (agent: string): string => {
    const member = renderer.crew.get(agent.split("/").at(-1) ?? "");
    return member ? labelOf(member) : agent;
  };
  const questions = asker({ terminal, look, line, apart: (words) => write(renderer.apart(words)), whose, wall: machine.wall });
  return { run, machine, terminal, leaving, look, renderer, write, line, questions };
}
