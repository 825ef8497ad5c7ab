/** Which files the session has read or written, and what they were then. A change needs a look before it. */
import type { FileState } from "@keelson/protocol";

export type Seen = {
  remember(path: string, state: FileState): void;
  /** Undefined for a file that was never looked at. */
  recall(path: string): FileState | undefined;
};

export function createSeen(): Seen {
  const states = new Map<string, FileState>();
  return {
    remember: (path, state) => void states.set(path, state),
    recall: (path) => states.get(path),
  };
}
