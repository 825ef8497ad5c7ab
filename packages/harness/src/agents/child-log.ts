import { isStoreError, openCalls, resultOf, text, type Event, type Ref } from "@keelson/protocol";
import type { Log } from "../furnish.ts";
import { Recollection } from "../recollection.ts";
import { readPast } from "../past.ts";
import { agentCopyId, agentSessionId } from "../sessions/own.ts";
import { copyAgent } from "./copies.ts";
import { cutAgents } from "./cut.ts";

const FORKED =
  "This call is answered to whom you were forked from. You are the fork: do what is asked of you next, and answer with what you found.";

/** The log of one that was there before. Of a session that this one is a copy of, it goes on in a copy too. Rejects with a `StoreError`. */
export async function reopenChildLog({ store, claim: { ref: parent } }: Pick<Log, "store" | "claim">, session: string): Promise<Log> {
  const ref = await ownLog(store, { tenant: parent.tenant, session }, parent);
  const claim = await store.claim(ref, ref.session);
  const recollection = new Recollection();
  try {
    const past = await readPast(store, ref, recollection);
    return { store, claim, recollection, past, cut: await cutAgents(store, ref, recollection) };
  } catch (error) {
    await claim[Symbol.asyncDispose](); // what can't be read isn't held
    throw error;
  }
}

async function ownLog(store: Log["store"], there: Ref, parent: Ref): Promise<Ref> {
  const known = await store.get(there).catch(ifGone);
  if (known?.parent === parent.session) return there;
  const copy = { ...there, session: agentCopyId(there.session, parent.session) };
  if (!known || (await store.get(copy).catch(ifGone))) return copy;
  return await copyAgent(store, known, parent);
}

function ifGone(error: unknown): undefined {
  if (!isStoreError(error) || error.code !== "not_found") throw error;
}

/** A log of its own for a sub-agent, linked to its parent's; a fork's begins as its parent's stands now. */
export async function openChildLog({ store, claim }: Pick<Log, "store" | "claim">, cwd: string, fork: boolean): Promise<Log> {
  const { ref: parent } = claim;
  const ref = { tenant: parent.tenant, session: agentSessionId() };
  if (!fork) {
    await store.create(ref, { cwd, parent: parent.session });
    const opening: readonly Event[] = [{ type: "session.opened", meta: { cwd, parent: parent.session } }];
    const own = await store.claim(ref, ref.session);
    return {
      store,
      claim: own,
      recollection: new Recollection(),
      past: { view: { messages: [], reply: undefined }, undelivered: [], kept: 0, opening },
    };
  }
  const { head } = await store.head(parent);
  await store.fork(parent, head, ref, { cwd });
  const own = await store.claim(ref, ref.session);
  const known = new Recollection();
  const past = await readPast(store, ref, known);
  const recollection = new Recollection();
  recollection.told = known.told; // it stands in what it knows
  recollection.skills = known.skills;
  const answers = openCalls(past.view).map(({ use }): Event => {
    return { type: "call.completed", callId: use.id, outcome: "ok", result: resultOf(use.id, [text(FORKED)], false), ms: 0 };
  });
  return { store, claim: own, recollection, past: { ...past, undelivered: [], opening: answers } };
}
