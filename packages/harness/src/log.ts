import { isStoreError, type Claim, type Problem, type Ref, type SessionStore } from "@keelson/protocol";
import type { Flags, Refusal } from "./house.ts";
import { ownSessions } from "./sessions/own.ts";

/** `disk` can fail to be written; `memory` can't, and is gone with the process. */
export type Stores = { readonly disk: SessionStore; readonly memory: () => Promise<SessionStore> };
export type OpenedLog = {
  readonly store: SessionStore;
  readonly claim: Claim;
  readonly fresh: boolean;
  readonly copied?: string;
  readonly problem?: Problem;
};

/** The log that the flags ask for: a new one, a named one or the folder's latest. A new one that can't be saved is kept in memory. */
export async function openLog(stores: Stores, flags: Flags, cwd: string, newId: string): Promise<OpenedLog | Refusal> {
  try {
    if (flags.resume === undefined) return await begin(stores, { tenant: "local", session: flags.sessionId ?? newId }, cwd);
    const ref = await find(stores.disk, flags.resume, cwd);
    if ("code" in ref) return ref;
    if (flags.fork) return await branch(stores.disk, ref, { ...ref, session: flags.sessionId ?? newId });
    return { store: stores.disk, claim: await stores.disk.claim(ref, newId), fresh: false };
  } catch (error) {
    if (!isStoreError(error)) throw error;
    if (error.code === "not_found" && flags.resume !== undefined && flags.resume !== "latest")
      return { code: "session", text: `No session has the id ${flags.resume.id}. --continue takes up this folder's latest.` };
    return {
      code: error.code === "exists" ? "usage" : "session",
      text: error.code === "exists" ? `${error.message} Go on with it by --resume.` : error.message,
    };
  }
}

async function begin(stores: Stores, ref: Ref, cwd: string): Promise<OpenedLog> {
  try {
    await stores.disk.create(ref, { cwd });
    return { store: stores.disk, claim: await stores.disk.claim(ref, ref.session), fresh: true };
  } catch (error) {
    if (!isStoreError(error) || error.code !== "unwritable") throw error;
    const store = await stores.memory();
    await store.create(ref, { cwd });
    const text = `${error.message} This session is kept in memory only and can't be resumed.`;
    return { store, claim: await store.claim(ref, ref.session), fresh: true, problem: { severity: "warning", file: "", text } };
  }
}

/** A session of its own, which begins as the other one stands. */
async function branch(store: SessionStore, from: Ref, ref: Ref): Promise<OpenedLog> {
  const [{ head }, { cwd }] = await Promise.all([store.head(from), store.get(from)]);
  await store.fork(from, head, ref, { cwd });
  return { store, claim: await store.claim(ref, ref.session), fresh: false, copied: from.session };
}

async function find(store: SessionStore, resume: NonNullable<Flags["resume"]>, cwd: string): Promise<Ref | Refusal> {
  if (resume !== "latest") return { tenant: "local", session: resume.id }; // the claim says whether there is one: to ask before would read it twice
  const [latest] = await ownSessions(store, { tenant: "local", cwd }, 1);
  return latest?.ref ?? { code: "session", text: "There is no session in this folder to continue. Start one without --continue." };
}
