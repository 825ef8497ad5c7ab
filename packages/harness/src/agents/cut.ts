import { isStoreError, type Event, type Ref, type SessionStore } from "@keelson/protocol";
import { BOUNDS, type Spending } from "../budget/ledger.ts";
import { Recollection } from "../recollection.ts";
import { readPast } from "../session.ts";
import { lastWords } from "./last-words.ts";
import { placeOf } from "./trees.ts";
import { bodyOf, cutIn, type Enlisted, type Roll } from "./roll.ts";

/** A sub-agent whose program went away while it worked: what it had said last, and what nobody has counted yet. */
export type Cut = { readonly agent: Enlisted; readonly words: string; readonly spent: Spending };

/** Looks for them in their own logs; one whose log can't be read has said nothing. */
export async function cutAgents(store: Pick<SessionStore, "read" | "snapshot">, { tenant }: Ref, roll: Roll): Promise<readonly Cut[]> {
  return await Promise.all(cutIn(roll).map((agent) => lookAt(store, { tenant, session: agent.session }, agent)));
}

async function lookAt(store: Pick<SessionStore, "read" | "snapshot">, ref: Ref, agent: Enlisted): Promise<Cut> {
  const recollection = new Recollection();
  try {
    const { view } = await readPast(store, ref, recollection);
    return { agent, words: lastWords(view), spent: without(recollection.spent, agent.spent) };
  } catch (error) {
    if (isStoreError(error)) return { agent, words: "", spent: without(agent.spent, agent.spent) };
    throw error;
  }
}

const without = (all: Spending, counted: Spending): Spending =>
  Object.fromEntries(BOUNDS.map((bound) => [bound, Math.max(all[bound] - counted[bound], 0)])) as Spending; // of each bound one

/** For the session's log. */
export const endOf = ({ agent, spent: { usd, tokens, calls } }: Cut): Event => ({
  type: "agent.completed",
  agentId: agent.id,
  session: agent.session,
  body: { ...bodyOf(agent), reason: "interrupted", spent: { usd, tokens, calls } },
});

/** For the model that waits for it. */
export function tellCut({ agent: { id, description, tree }, words }: Cut): string {
  const said = words === "" ? "It had said nothing yet." : `It had said last:\n${words}`;
  const where = tree ? ` What it had done is in ${placeOf(tree)}.` : "";
  return `The agent ${id} (${description}) was interrupted when the program ended; SendMessage goes on with it.${where} ${said}`;
}
