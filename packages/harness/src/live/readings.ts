/**
 * What a session was made from, as it was read last. Rule: a reading is replaced as a whole and never changed; what is forbidden follows the
 * newest one from the next call on, what is new is taken up between two turns.
 */
import type { Gathered } from "../gather.ts";

/** `taken`: what the conversation works with. `newest`: what binds it. */
export type Readings = { readonly taken: Gathered; readonly newest: Gathered };

/** A session's own; its agents keep the reading that they began with. */
export class LiveReadings implements Readings {
  newest: Gathered;
  taken: Gathered;

  constructor(first: Gathered) {
    this.newest = first;
    this.taken = first;
  }
}

/** For a sub-agent: it goes on with what it began with. `bound`: what the newest reading comes to for it. */
export function pinned(taken: Gathered, parent: Pick<Readings, "newest">, bound: (newest: Gathered) => Gathered): Readings {
  const newest = following(() => parent.newest, bound);
  return {
    taken,
    get newest() {
      return newest();
    },
  };
}

/** The same as long as the reading is the same. */
export function following<Read, Made>(read: () => Read, make: (read: Read) => Made): () => Made {
  let last: { readonly of: Read; readonly made: Made } | undefined;
  return () => {
    const of = read();
    if (last?.of !== of) last = { of, made: make(of) };
    return last.made;
  };
}
