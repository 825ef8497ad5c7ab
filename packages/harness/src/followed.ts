import type { Event, FileState, JsonObject } from "@keelson/protocol";
import type { Seen } from "@keelson/tools";

/** What the session has seen of files, with a record of what came new: so that a resumed session needn't read them again before it changes them. */
export type Followed = Seen & { drain(): readonly Event[] };

export function followed(before: ReadonlyMap<string, FileState>): Followed {
  const states = new Map(before);
  const fresh = new Map<string, FileState>();
  return {
    recall: (path) => states.get(path),
    remember(path, state) {
      states.set(path, state);
      fresh.set(path, state);
    },
    drain() {
      if (fresh.size === 0) return [];
      const files: JsonObject = Object.fromEntries(fresh);
      fresh.clear();
      return [{ type: "session.changed", change: { files } }];
    },
  };
}
