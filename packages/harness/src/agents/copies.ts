import { isStoreError, type Ref, type SessionStore, type SessionSummary } from "@keelson/protocol";
import { nameAlso } from "../sessions/outputs.ts";
import { agentCopyId, isOwn } from "../sessions/own.ts";

type Copying = {
  readonly store: Pick<SessionStore, "list" | "head" | "fork">;
  /** The folder of all long outputs. */
  readonly outputs: string;
};

/** What a fork needs beside its log, so that neither session needs the other one: its agents' logs, theirs, and long outputs. */
export async function takeAlong(copying: Copying, from: Ref, to: Ref): Promise<void> {
  const { store, outputs } = copying;
  await nameAlso(outputs, from.session, to.session);
  const agents = (await store.list({ tenant: from.tenant, parent: from.session })).filter((one) => !isOwn(one));
  for (const agent of agents) {
    const copy = await copyAgent(store, agent, to).catch((error: unknown) => {
      if (isStoreError(error)) return undefined; // whoever sends it a message hears why
      throw error;
    });
    if (copy) await takeAlong(copying, agent.ref, copy);
  }
}

/** Where the log of an agent goes on for a session that isn't its own. Rejects with a `StoreError`. */
export async function copyAgent(
  store: Pick<SessionStore, "head" | "fork">,
  { ref, cwd }: Pick<SessionSummary, "ref" | "cwd">,
  { tenant, session: parent }: Ref,
): Promise<Ref> {
  const copy = { tenant, session: agentCopyId(ref.session, parent) };
  await store.fork(ref, (await store.head(ref)).head, copy, { cwd, parent });
  return copy;
}
