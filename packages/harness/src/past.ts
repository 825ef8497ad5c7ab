import { Recall, type Event, type Ref, type SessionStore, type View } from "@keelson/protocol";
import { waiting, type Input } from "./inputs.ts";
import type { Recollection } from "./recollection.ts";
import { snapshotOf } from "./snapshot.ts";

/** A log as far as it goes, or the first events of a new one. */
export type Past = {
  readonly view: View;
  readonly undelivered: readonly Input[];
  readonly opening: readonly Event[];
  /** The last event that a snapshot holds; 0 where there is none. */
  readonly kept: number;
};

/** Reads a log as far as it goes, from its snapshot on where it has one. Rejects with a `StoreError`. */
export async function readPast(store: Pick<SessionStore, "read" | "snapshot">, ref: Ref, recollection: Recollection): Promise<Past> {
  const { seq, kept } = await snapshotOf(store, ref);
  if (kept) recollection.restore(kept.recollection);
  const recall = new Recall(kept?.view);
  let undelivered: readonly Input[] = kept?.undelivered ?? [];
  for await (const { event } of store.read(ref, seq)) {
    recall.add(event);
    undelivered = waiting(undelivered, event);
    recollection.note(event);
  }
  return { view: recall.view, undelivered, opening: [], kept: seq };
}
