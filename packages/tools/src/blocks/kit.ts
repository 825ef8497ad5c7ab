/** What a block is handed. One kit a session: the blocks share what the session has seen, and where its shell is. */
import type { AnalyseShell, Confinement, RunProcess } from "@keelson/protocol";
import type { Disk } from "../files/disk.ts";
import type { Seen } from "../files/seen.ts";
import type { Processes } from "../process/processes.ts";
import type { Agents, Worktrees } from "../agents/ports.ts";
import type { Lsp } from "../lsp/ports.ts";
import type { Skills } from "../skills/ports.ts";
import type { Board } from "../tasks/board.ts";
import type { Web } from "../web/ports.ts";

export type BlockKit = {
  readonly files: Disk;
  readonly run: RunProcess;
  readonly seen: Seen;
  /** Where the next command starts. Bash moves it; it stays within `roots`. */
  readonly shell: { cwd: string };
  /** The whole environment of children; see `scrub`. */
  readonly env: Readonly<Record<string, string>>;
  readonly home: string;
  /** Made for one call: true for a file that a search must leave out, since a rule keeps it from being read. Without it nothing is left out, and the effects say so. */
  readonly hidden?: () => (path: string) => Promise<boolean>;
  /** The session's folder first, then the additional ones. */
  readonly roots: () => readonly string[];
  /** Where the whole of a long output is kept; made when it is first needed. */
  readonly spillDir: string;
  /** What a command does, as far as its text tells. Without it none is taken for one that only reads. */
  readonly analyse?: AnalyseShell;
  /** What a command is confined to; undefined for one that isn't. Without the words: what most are confined to, for a shell that waits for its command. */
  readonly confine?: (asked: { readonly command?: string; readonly cwd: string }) => Confinement | undefined;
  /** Where processes may live longer than a call. Without it no command goes on in the background and no shell waits for one. */
  readonly processes?: Pick<Processes, "ready" | "background">;
  /** The tasks that a session shares with its agents, and under which name this one lists its own; without it a block has a board of its own. */
  readonly board?: Board;
  readonly agent?: string;
  /** Sub-agents; without it there are none. */
  readonly agents?: Agents;
  readonly worktrees?: Worktrees;
  /** Skills that the model may start; without it there are none. */
  readonly skills?: Skills;
  /** Language servers; without it there are none. */
  readonly lsp?: Lsp;
  /** The way to the web; without it there is none. */
  readonly web?: Web;
  /** Plan mode, of the session. */
  readonly plan?: { planning(): boolean; enter(): void; leave(): void };
};
