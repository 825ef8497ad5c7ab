import { isToolUse, type Envelope, type Event } from "@keelson/protocol";
import { shorten } from "./clean.ts";

/** A sub-agent, as far as its envelopes told: a fold over them. Times are ms since the epoch. */
export type Member = {
  readonly id: string;
  /** Agents from the root, itself the last. */
  readonly path: readonly string[];
  readonly callId: string | undefined;
  readonly kind: string;
  readonly description: string;
  readonly name: string | undefined;
  readonly background: boolean;
  /** `running`, or why it ended. */
  readonly state: string;
  readonly calls: number;
  readonly tokens: number;
  /** The tool that it called last. */
  readonly tool: string | undefined;
  /** What it said last. */
  readonly words: string;
  readonly began: number;
  readonly ended: number | undefined;
};
/** By id, in the order in which they were started. */
export type Crew = ReadonlyMap<string, Member>;
export const nobody = (): Crew => new Map();

export function muster(crew: Crew, envelope: Envelope): Crew {
  const { event, path, at } = envelope;
  if (event.type === "agent.started") return set(crew, started(event, envelope, crew.get(event.agentId)));
  if (event.type === "agent.completed") {
    const member = crew.get(event.agentId);
    return member ? set(crew, { ...member, state: String(event.body["reason"] ?? "completed"), ended: at }) : crew;
  }
  const member = crew.get(path.at(-1) ?? "");
  const after = member && worked(member, event);
  return after && after !== member ? set(crew, after) : crew;
}

/** One that had ended goes on with what it came to. */
function started(event: Extract<Event, { readonly agentId: string }>, { path, at }: Envelope, before: Member | undefined): Member {
  const { kind, description, name, background } = event.body;
  const { calls = 0, tokens = 0, tool, words = "" } = before ?? {};
  return {
    ...{ id: event.agentId, path: [...path, event.agentId], callId: event.callId, calls, tokens, tool, words },
    kind: String(kind ?? ""),
    description: String(description ?? ""),
    name: typeof name === "string" ? name : undefined,
    background: background === true,
    state: "running",
    began: at,
    ended: undefined,
  };
}

function worked(member: Member, event: Event): Member {
  switch (event.type) {
    case "block.completed": {
      const { block } = event;
      if (isToolUse(block)) return { ...member, tool: block.name };
      return block.type === "text" && typeof block["text"] === "string" ? { ...member, words: block["text"] } : member;
    }
    case "call.completed":
      return { ...member, calls: member.calls + 1 };
    case "reply.completed": {
      const { input, output, cacheRead, cacheWrite5m, cacheWrite1h } = event.usage;
      return { ...member, tokens: member.tokens + input + output + cacheRead + cacheWrite5m + cacheWrite1h };
    }
  }
  return member;
}

const set = (crew: Crew, member: Member): Crew => new Map([...crew, [member.id, member]]);

/** How it is called among people: few words, one line. */
export const labelOf = ({ name, description, id }: Member): string =>
  shorten(name ?? (description === "" ? id : description), LONGEST_LABEL);
const LONGEST_LABEL = 28;
