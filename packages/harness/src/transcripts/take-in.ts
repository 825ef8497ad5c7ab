import { randomUUID } from "node:crypto";
import type { Envelope, Event, Ref, SessionStore } from "@keelson/protocol";
import { agentSessionId } from "../sessions/own.ts";
import type { Transcript } from "./read.ts";
import type { Told } from "./scribe.ts";

type Into = { readonly store: SessionStore; readonly wall: () => number };
type Born = { readonly cwd: string; readonly parent?: string; readonly path: readonly string[] };

/** Writes a conversation as the session `ref`, and its sub-agents' as theirs, under new names. Rejects with a `StoreError`. */
export async function takeIn(into: Into, ref: Ref, { told, agents }: Transcript, cwd: string): Promise<void> {
  const names = new Map(agents.map(({ session }) => [session, agentSessionId()]));
  await write(into, ref, { cwd, path: [] }, told.map(renamed));
  for (const agent of agents) {
    const session = names.get(agent.session) ?? agentSessionId();
    const parent = names.get(agent.parent) ?? ref.session;
    await write(into, { ...ref, session }, { cwd, parent, path: agent.path }, agent.told.map(renamed));
  }

  /** Whose log they name, where it came along. */
  function renamed({ at, event }: Told): Told {
    if (event.type !== "agent.started" && event.type !== "agent.completed") return { at, event };
    return { at, event: { ...event, session: names.get(event.session) ?? event.session } };
  }
}

async function write({ store, wall }: Into, ref: Ref, { path, ...born }: Born, told: readonly Told[]): Promise<void> {
  const run = randomUUID();
  await store.create(ref, born);
  await using claim = await store.claim(ref, run);
  const envelopeOf = ({ at, event }: { readonly at: number; readonly event: Event }, index: number): Envelope => ({
    v: 1,
    seq: index + 1,
    at: at || wall(),
    session: ref.session,
    run,
    path,
    event,
  });
  await store.append(ref, claim.fence, 0, told.map(envelopeOf), { barrier: true });
}
