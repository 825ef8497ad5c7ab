import { openSessions, type Flags } from "@keelson/harness";
import type { Machine } from "./machine.ts";

type Resume = NonNullable<Flags["resume"]>;
export type Found = { readonly ok: true; readonly resume: Resume } | { readonly ok: false; readonly text: string };

/** The session that is meant by the beginning of an id or by words. */
export async function findResumed(what: string, machine: Machine, cwd: string): Promise<Found> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = await sessions.find(what, cwd);
  return typeof found === "string" ? { ok: false, text: found } : { ok: true, resume: { id: found.ref.session } };
}

/** What its last run has to do yet: it waits for an answer, or was cut; one that was answered counts as cut. It can go on without a prompt. */
export async function undoneIn(resume: Resume, machine: Machine, cwd: string): Promise<"waiting" | "interrupted" | undefined> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = resume === "latest" ? (await sessions.list({ cwd, limit: 1 }))[0] : await sessions.find(resume.id, cwd);
  const status = typeof found === "object" ? found.status : undefined;
  return status === "waiting" || status === "interrupted" ? status : undefined;
}
