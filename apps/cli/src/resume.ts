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

/** Whether its last run has something to do yet: it waits for an answer, has got it, or was cut. It can go on without a prompt. */
export async function isUnfinished(resume: Resume, machine: Machine, cwd: string): Promise<boolean> {
  await using sessions = await openSessions(machine, machine.wall);
  const found = resume === "latest" ? (await sessions.list({ cwd, limit: 1 }))[0] : await sessions.find(resume.id, cwd);
  return typeof found === "object" && (found.status === "waiting" || found.status === "interrupted");
}
