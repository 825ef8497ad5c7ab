/** The only way to start a process. One implementation, in tools; everything else is handed it. */
export type ProcessSpec = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. An implementation may add a mark of its own, by which it finds what the program started. */
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** Milliseconds; then the group is ended. */
  readonly timeoutMs?: number;
};

/** `report` is file descriptor 3: what a wrapper says beside the program's own output. */
export type ProcessChunk = { readonly from: "stdout" | "stderr" | "report"; readonly bytes: Uint8Array };

/** `failed`: it could not be started, and why. Otherwise one of `code` and `signal` is set. */
export type ProcessEnd = {
  readonly code: number | null;
  readonly signal: string | null;
  readonly timedOut: boolean;
  readonly failed?: string;
};

/**
 * Starts a program in a process group of its own and yields what it prints; nothing is read ahead of the reader.
 * An abort, a timeout or a reader that leaves ends the whole group: first TERM, then, after a short grace, KILL.
 * A grandchild that keeps the pipes open doesn't hold it. Never rejects, an abort apart.
 */
export type RunProcess = (spec: ProcessSpec, signal: AbortSignal) => AsyncGenerator<ProcessChunk, ProcessEnd>;
