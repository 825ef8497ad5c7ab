/**
 * What the Skill block is handed. Rule: the call only loads; the text reaches the model as words of their own behind the result, so that
 * no cap and no tier treats it as a tool's output.
 */
import { text, type ToolContext, type ToolOutput, type ToolStep } from "@keelson/protocol";
import type { AgentOrder, Agents, Skills } from "@keelson/tools";
import { entryLine, findSkills } from "./listing.ts";
import type { Entry, Shelf } from "./shelf.ts";
import type { Fork, Place, StartedSkill, StartPorts } from "./start.ts";

export type SkillRoom = {
  /** Of the catalog that the run began with. */
  readonly shelf: () => Shelf;
  readonly place: () => Place;
  readonly ports: StartPorts<ToolStep>;
  readonly agents: Pick<Agents, "start">;
  /** Makes its rules, model and hooks hold, and brings its note and its words into the log. */
  readonly take: (started: StartedSkill) => Promise<void>;
};

const SHORT = 200; // characters of a description

export function skillPort(room: SkillRoom): Skills {
  return {
    find(name) {
      const entry = room.shelf().find(name);
      return entry?.forModel ? { id: entry.id, fork: entry.decl.fork === true } : undefined;
    },
    async *invoke(name, args, ctx): AsyncGenerator<ToolStep, ToolOutput> {
      const shelf = room.shelf();
      const entry = shelf.find(name);
      if (!entry) return failed(unavailable(shelf.gone?.(name)) ?? unknown(name, shelf));
      if (!entry.forModel) return failed(`${entry.id} is the user's alone to start. Tell them that /${entry.id} would do it.`);
      const typed = args === "" ? `/${entry.id}` : `/${entry.id} ${args}`;
      const { startSkill } = await import("./start.ts");
      const started = yield* startSkill({ entry, args, typed }, room.place(), room.ports);
      if (!started.ok) return failed(started.why);
      await room.take(started);
      return started.fork ? yield* apart(entry, started.fork, room, ctx) : said(started);
    },
  };
}

function said({ id, note }: StartedSkill): ToolOutput {
  const where = note.how === "again" ? "stands above, unchanged" : "stands behind this result";
  return { content: [text(`The skill ${id} is started: its text ${where}. Follow it now.`)], data: { skill: id } };
}

async function* apart({ id }: Entry, fork: Fork, { agents }: SkillRoom, ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput> {
  return yield* agents.start(orderOf(id, fork), ctx);
}

/** What a skill's text is handed to an agent with. */
export const orderOf = (id: string, { agent: kind, prompt, background, model, effort }: Fork): AgentOrder => ({
  kind,
  prompt,
  description: `skill ${id}`,
  model,
  effort,
  background,
  isolation: undefined,
  name: undefined,
});

const unavailable = (id: string | undefined): string | undefined =>
  id && `The skill ${id} is unavailable: it was taken away while the session runs. Do the work without it.`;

function unknown(name: string, { entries }: Shelf): string {
  const near = findSkills(
    entries.filter(({ forModel }) => forModel),
    name,
  );
  if (near.length === 0) return `No skill is named ${name}, and none speaks of that. Do the work without one.`;
  return `No skill is named ${name}. These come near:\n${near.map((entry) => entryLine(entry, SHORT)).join("\n")}`;
}

const failed = (words: string): ToolOutput => ({ content: [text(words)], isError: true });
