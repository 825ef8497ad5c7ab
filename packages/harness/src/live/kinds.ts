/** The kinds of agents as readings come and go. Rule: one that is gone can't be started from the next call on; one that came can with the next turn. */
import { kindsOf, type AgentKind } from "../agents/kinds.ts";
import type { Gathered } from "../gather.ts";
import type { House } from "../house.ts";
import { following, type Readings } from "./readings.ts";

export type Kinds = ReadonlyMap<string, AgentKind>;
/** `newest`: for people. `startable`: for the model. */
export type LiveKinds = {
  readonly of: (read: Gathered) => Kinds;
  readonly newest: () => Kinds;
  readonly startable: () => Kinds;
};

export function kindsIn(readings: Readings, { flags }: House): LiveKinds {
  const of = ({ catalog, standing }: Gathered): Kinds => kindsOf(catalog, standing, flags.agents ?? {});
  const taken = following(() => readings.taken, of);
  const newest = following(() => readings.newest, of);
  const startable = (): Kinds =>
    readings.taken === readings.newest ? taken() : new Map([...taken()].filter(([name]) => newest().has(name)));
  return { of, newest, startable };
}
