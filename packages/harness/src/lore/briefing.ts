/** What an agent begins with, beside its prompt: skills that its kind names, and notes of its earlier work. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text, type Event } from "@keelson/protocol";
import type { AgentKind } from "../agents/kinds.ts";
import { noticeOf } from "../gather.ts";
import type { Place } from "../house.ts";
import { stripInvisible } from "../instructions/invisible.ts";
import { skillEvent } from "../skills/memory.ts";
import type { Entry, Shelf } from "../skills/shelf.ts";
import type { NotStarted, StartedSkill } from "../skills/start.ts";

/** The whole text of each; one that is the user's alone to start, or that isn't there, is left out with a line that says so. */
export async function preload(
  names: readonly string[],
  shelf: Shelf,
  start: (entry: Entry) => Promise<StartedSkill | NotStarted>,
): Promise<readonly Event[]> {
  const events: Event[] = [];
  const complain = (why: string): number => events.push(noticeOf({ severity: "warning", code: "skill", file: "", text: why }));
  for (const name of names) {
    const entry = shelf.find(name);
    if (!entry) complain(`No skill is named ${name}: the agent begins without it.`);
    else if (!entry.forModel) complain(`The skill ${entry.id} is the user's alone to start: the agent begins without it.`);
    if (!entry?.forModel) continue;
    const started = await start(entry);
    if (!started.ok) complain(started.why);
    else events.push(skillEvent(started.note), { type: "context.added", from: started.words.from, content: [text(started.words.text)] });
  }
  return events;
}

const MOST_LINES = 200;
const MOST_BYTES = 25_000;

type Where = { readonly place: Place; readonly cwd: string; readonly trusted: boolean };

/** The beginning of `MEMORY.md` in the agent's folder of notes. Nobody's word: it is what the agent or its project wrote down. */
export async function notesOf({ name, memory }: Pick<AgentKind, "name" | "memory">, where: Where): Promise<readonly Event[]> {
  if (memory === undefined || (memory !== "user" && !where.trusted)) return [];
  const events: Event[] = [];
  for (const folder of foldersOf(memory, where)) {
    const file = join(folder, name.replaceAll(/[^\w.-]/g, "-"), "MEMORY.md");
    const notes = begin(await readFile(file, "utf8").catch(() => "")); // most have none yet
    const words = `Notes of earlier work of agents of your kind (${file}):\n\n${notes}`;
    if (notes !== "") events.push({ type: "context.added", from: "repo", content: [text(words)] });
  }
  return events;
}

function foldersOf(memory: NonNullable<AgentKind["memory"]>, { place: { home, keelHome }, cwd }: Where): readonly string[] {
  if (memory === "user") return [join(keelHome, "agent-memory"), join(home, ".claude", "agent-memory")];
  const name = memory === "local" ? "agent-memory-local" : "agent-memory";
  return [join(cwd, ".keel", name), join(cwd, ".claude", name)];
}

function begin(notes: string): string {
  const lines = stripInvisible(notes).text.split("\n").slice(0, MOST_LINES).join("\n");
  return new TextDecoder().decode(new TextEncoder().encode(lines).subarray(0, MOST_BYTES), { stream: true }).trim();
}
