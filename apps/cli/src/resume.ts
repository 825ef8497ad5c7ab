import { existsSync } from "node:fs";
import { openSessions, type Flags, type Sessions } from "@keelson/harness";
import type { SessionSummary } from "@keelson/protocol";
import type { Machine } from "./machine.ts";
import { shortId } from "./session-words.ts";
import { standAtEnd, type Left } from "./undone.ts";

type Resume = NonNullable<Flags["resume"]>;
/** `several`: the words fit each of them. */
export type Found =
  | { readonly ok: true; readonly resume: Resume }
  | { readonly ok: false; readonly text: string; readonly several?: readonly SessionSummary[] };

/** The session that is meant by the beginning of an id or by words. */
export async function findResumed(what: string, machine: Machine, cwd: string): Promise<Found> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = await meant(what, sessions, cwd);
  if (typeof found === "string") return { ok: false, text: found };
  if ("several" in found) return { ok: false, text: severalLine(what, found.several), several: found.several };
  return { ok: true, resume: { id: found.ref.session } };
}

/** One session, those of this folder that the words fit alike, or in words why there is none. */
export async function meant(
  what: string,
  sessions: Pick<Sessions, "find" | "search">,
  cwd: string,
): Promise<SessionSummary | { readonly several: readonly SessionSummary[] } | string> {
  const found = await sessions.find(what, cwd);
  if (typeof found === "string" || found.ref.session.startsWith(what)) return found;
  const here = (await sessions.search(what, { cwd, limit: MOST_SHOWN })).map(({ session }) => session);
  return here.length > 1 ? { several: here } : found;
}
const MOST_SHOWN = 9;

export const severalLine = (what: string, several: readonly SessionSummary[]): string =>
  `${what} fits more than one session: ${several.map(({ ref, title }) => `${shortId(ref.session)} (${title})`).join(", ")}. Name one by its id.`;

/** Where a session goes on: in its folder, where that is there. */
export async function folderOf(resume: Resume, machine: Machine, cwd: string): Promise<string> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = await resumed(resume, sessions, cwd);
  const folder = found && (await sessions.folder(found));
  return folder !== undefined && existsSync(folder) ? folder : cwd;
}

/** What its last run has to do yet: it waits for an answer, or was cut; one that was answered counts as cut. It can go on without a prompt. */
export async function undoneIn(resume: Resume, machine: Machine, cwd: string): Promise<"waiting" | "interrupted" | undefined> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = await resumed(resume, sessions, cwd);
  if (found?.status === "interrupted") return (await sessions.asks(found)).length > 0 ? "waiting" : "interrupted";
  return found?.status === "waiting" ? "waiting" : undefined;
}

/** The same for who has no prompt, and nobody to ask for one: what was stopped is undone, too. In words where nothing is. */
export async function leftIn(
  resume: Resume,
  machine: Machine,
  cwd: string,
): Promise<Exclude<Left, "nothing"> | { readonly nothing: string }> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = await resumed(resume, sessions, cwd);
  if (found === undefined || found.status === "active") return "work"; // whoever opens it says why it can't be
  if (found.status === "waiting") return "work";
  const { left } = await standAtEnd(sessions.print(found, "jsonl", false));
  const id = shortId(found.ref.session);
  const title = found.title === "" ? "" : ` (${found.title})`;
  return left === "nothing"
    ? { nothing: `Nothing is left to do in ${id}${title}. Say what comes next: keel -p -r ${id} "what to do"` }
    : left;
}

async function resumed(resume: Resume, sessions: Sessions, cwd: string): Promise<SessionSummary | undefined> {
  if (resume === "latest") return (await sessions.list({ cwd, limit: 1 }))[0];
  const found = await sessions.find(resume.id, cwd);
  return typeof found === "string" ? undefined : found;
}
