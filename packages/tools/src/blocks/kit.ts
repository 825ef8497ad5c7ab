/** What a block is handed. One kit a session: the blocks share what the session has seen, and where its shell is. */
import type { RunProcess } from "@keelson/protocol";
import type { Disk } from "../files/disk.ts";
import type { Seen } from "../files/seen.ts";

export type BlockKit = {
  readonly files: Disk;
  readonly run: RunProcess;
  readonly seen: Seen;
  /** Where the next command starts. Bash moves it; it stays within `roots`. */
  readonly shell: { cwd: string };
  /** The whole environment of children; see `scrub`. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  /** The session's folder first, then the additional ones. */
  readonly roots: () => readonly string[];
  /** Where the whole of a long output is kept; made when it is first needed. */
  readonly spillDir: string;
};
