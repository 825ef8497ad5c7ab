import { isStoreError, openCalls, type Event, type Ref, type SessionStore, type View } from "@keelson/protocol";
import { BOUNDS, type Spending } from "../budget/ledger.ts";
import type { Asks } from "../lineage.ts";
import { Recollection } from "../recollection.ts";
import { readPast } from "../past.ts";
import { lastWords, saidLast } from "./last-words.ts";
import { placeOf } from "./trees.ts";
import { bodyOf, cutIn, WAITING, WAITS, type Enlisted } from "./roll.ts";

/** A sub-agent whose program went away while it worked: what it had said last, and what nobody has counted yet. */
export type Cut = {
  readonly agent: Enlisted;
  readonly words: string;
  readonly spent: Spending;
  /** It had asked a question: it goes on from there, by the call that had started it. */
  readonly waits: boolean;
};

/** Looks for them in their own logs; one whose log can't be read has said nothing. */
export async function cutAgents(
  store: Pick<SessionStore, "read" | "snapshot">,
  { tenant }: Ref,
  { agents }: Pick<Recollection, "agents">,
): Promise<readonly Cut[]> {
  return await Promise.all(cutIn(agents).map((agent) => lookAt(store, { tenant, session: agent.session }, agent)));
}

async function lookAt(store: Pick<SessionStore, "read" | "snapshot">, ref: Ref, agent: Enlisted): Promise<Cut> {
  const recollection = new Recollection();
  try {
    const { view } = await readPast(store, ref, recollection);
    const cut = await cutAgents(store, ref, recollection);
    return { agent, words: lastWords(view), spent: without(recollection.spent, agent.spent), waits: waitsIn(view, recollection, cut) };
  } catch (error) {
    if (isStoreError(error)) return { agent, words: "", spent: without(agent.spent, agent.spent), waits: false };
    throw error;
  }
}

/** It asked about a call that hasn't begun, or one of its own agents did. */
function waitsIn(view: View, known: Recollection, cut: readonly Cut[]): boolean {
  const parked = [...known.agents.values()].filter(({ state }) => state === WAITING);
  const waiting = new Set([...parked, ...cut.flatMap(({ agent, waits }) => (waits ? [agent] : []))].map(({ callId }) => callId));
  return openCalls(view).some(({ use, started }) => (started === undefined ? known.askAbout(use.id) !== undefined : waiting.has(use.id)));
}

const without = (all: Spending, counted: Spending): Spending =>
  Object.fromEntries(BOUNDS.map((bound) => [bound, Math.max(all[bound] - counted[bound], 0)])) as Spending; // of each bound one

/** For the session's log. */
export const endOf = ({ agent, waits, spent: { usd, tokens, calls } }: Cut): Event => ({
  type: "agent.completed",
  agentId: agent.id,
  session: agent.session,
  body: { ...bodyOf(agent), reason: waits ? WAITING : "interrupted", spent: { usd, tokens, calls } },
});

/** For the model that waits for it. */
export function tellCut({ agent: { id, description, tree }, words, waits }: Cut): string {
  if (waits) return `The agent ${id} (${description}) ${WAITS}`;
  const where = tree ? ` What it had done is in ${placeOf(tree)}.` : "";
  return `The agent ${id} (${description}) was interrupted when the program ended; SendMessage goes on with it.${where} ${saidLast(words)}`;
}

/** For the model: those in the background that go on now. */
export const tellAnswered = ({ agents }: Pick<Recollection, "agents">, { isOpen }: Pick<Asks, "isOpen">): readonly string[] =>
  [...agents.values()]
    .filter(({ id, state, background }) => state === WAITING && background && !isOpen(id))
    .map(({ id, description }) => `The question that the agent ${id} (${description}) waited for is answered: it goes on.`);
