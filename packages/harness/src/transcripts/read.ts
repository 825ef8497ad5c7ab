import type { Envelope, Event, JsonObject } from "@keelson/protocol";
import { isClaude, readClaude } from "./claude.ts";
import { cwdOfCodex, isCodex, readCodex } from "./codex.ts";
import { objectOf, objectsIn, stringOf } from "./lines.ts";
import type { Told } from "./scribe.ts";

/** A conversation to be taken in: durable events in order. `skipped`: lines that nothing could be made of. */
export type Transcript = {
  readonly format: string;
  readonly cwd: string | undefined;
  readonly told: readonly Told[];
  /** Of its sub-agents, parents first. */
  readonly agents: readonly AgentLog[];
  readonly skipped: number;
};
/** `session`, `parent`: under the names that they had. `path`: agents from the root, itself the last. */
export type AgentLog = {
  readonly session: string;
  readonly parent: string;
  readonly path: readonly string[];
  readonly told: readonly Told[];
};
type Format = {
  readonly name: string;
  readonly knows: (lines: readonly JsonObject[]) => boolean;
  readonly read: (lines: readonly JsonObject[]) => readonly Told[];
  readonly cwd: (lines: readonly JsonObject[]) => string | undefined;
};

/** The first that knows the lines reads them. */
const TRANSCRIPTS: readonly Format[] = [
  { name: "keel", knows: isOurs, read: readOurs, cwd: (lines) => stringOf(lines.find(({ keel }) => keel === 1)?.["cwd"]) },
  {
    name: "claude",
    knows: isClaude,
    read: readClaude,
    cwd: (lines) => stringOf(lines.find(({ cwd }) => typeof cwd === "string")?.["cwd"]),
  },
  { name: "codex", knows: isCodex, read: readCodex, cwd: cwdOfCodex },
];

/** In words why it can't be used. */
export function readTranscript(text: string, file: string): Transcript | string {
  const { objects, skipped } = objectsIn(text);
  const format = TRANSCRIPTS.find(({ knows }) => knows(objects));
  if (!format)
    return `${file} is no transcript that can be read. There are: ${TRANSCRIPTS.map(({ name }) => name).join(", ")}, as JSON Lines.`;
  const told = format.read(objects);
  if (told.length === 0) return `${file} holds no conversation: nobody said anything in it.`;
  return { format: format.name, cwd: format.cwd(objects), told, agents: format.name === "keel" ? agentsIn(objects) : [], skipped };
}

/** An exported log: envelopes as they stood, behind a line that says whose they are. */
function isOurs(lines: readonly JsonObject[]): boolean {
  return lines.some(({ v, event }) => v === 1 && objectOf(event) !== undefined);
}

function readOurs(lines: readonly JsonObject[]): readonly Told[] {
  return envelopesIn(lines)
    .filter(({ path }) => path.length === 0)
    .map(toldBy);
}

/** Logs of sub-agents stand behind their session's, each behind a line that says whose it is. */
function agentsIn(lines: readonly JsonObject[]): readonly AgentLog[] {
  const heads = lines.filter(({ keel, parent }) => keel === 1 && parent !== undefined);
  const byLog = Map.groupBy(envelopesIn(lines), ({ session }) => session);
  return heads.flatMap((head) => {
    const [session, parent] = [stringOf(head["session"]) ?? "", stringOf(head["parent"]) ?? ""];
    const own = byLog.get(session) ?? [];
    const path = own[0]?.path ?? [];
    return path.length === 0 ? [] : [{ session, parent, path, told: own.map(toldBy) }];
  });
}

const envelopesIn = (lines: readonly JsonObject[]): readonly Envelope[] =>
  lines.filter(
    ({ v, seq, event, path }) => v === 1 && seq !== undefined && Array.isArray(path) && typeof objectOf(event)?.["type"] === "string",
  ) as unknown as readonly Envelope[];

const toldBy = ({ at, event }: Envelope): Told => ({ at, event: withoutCode(event) });

/** Settings that a session was begun with may start programs, and working trees of agents stand elsewhere: whoever takes it in has their own. */
function withoutCode(event: Event): Event {
  if (event.type === "agent.started") {
    const { tree: _, ...body } = event.body;
    return { ...event, body };
  }
  if (event.type === "session.opened") return { ...event, meta: withoutSettings(event.meta) };
  return event.type === "session.changed" ? { ...event, change: withoutSettings(event.change) } : event;
}

function withoutSettings({ terms, ...others }: JsonObject): JsonObject {
  const { settings: _, ...kept } = objectOf(terms) ?? {};
  return terms === undefined ? others : { ...others, terms: kept };
}
