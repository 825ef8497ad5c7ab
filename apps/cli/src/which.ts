import type { Run } from "./asked.ts";
import type { Talk } from "./converse.ts";
import { readNamed, type NamedRead } from "./named.ts";
import { rowOf } from "./session-words.ts";

/** What the command line names. Words that fit more than one session are a question to the person; undefined when they leave at it. */
export async function nameOne(run: Run, talk: Talk, cwd: string): Promise<NamedRead | undefined> {
  const { machine, terminal, leaving, line } = talk;
  const named = await readNamed(run, machine, cwd);
  if (named.ok || named.several === undefined) return named;
  const { several } = named;
  const look = { now: machine.wall(), home: machine.home, where: false };
  await line(["More than one session fits:", ...several.map((session, at) => `  [${at + 1}] ${rowOf(session, look)}`)].join("\n"));
  for (;;) {
    const said = await terminal.ask(`1 to ${several.length}: `, { fresh: true }, leaving.signal);
    if (said.said !== "words") return undefined;
    const one = several[Number(said.text.trim()) - 1];
    if (one) return await readNamed({ ...run, flags: { ...run.flags, resume: { id: one.ref.session } } }, machine, cwd);
  }
}
