/** The only way to start a process. One implementation, in tools; everything else is handed it. */
export type ProcessSpec = {
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment: nothing is inherited. An implementation may add a mark of its own, by which it finds what the program started. */
  readonly env: Readonly<Record<string, string>>;
  /** Text and its end, or pieces as they come: as long as more may come, it stays open. */
  readonly stdin?: string | AsyncIterable<Uint8Array>;
  /** Milliseconds; then the group is ended. */
  readonly timeoutMs?: number;
  /** Where it can't be had, nothing starts: the end is `failed`. */
  readonly confinement?: Confinement;
};

/**
 * What a confined process and its children may touch; the rest of the disk is read-only, and `/tmp` is an empty one of its own, but for
 * what in it is writable. Absolute paths, and what is beneath them. `unwritable` and `unreadable` beat `writable`.
 * What it has started ends with it.
 */
export type Confinement = {
  /** A path that isn't there can't be made. One that leads through a link which another writable path holds is none. */
  readonly writable: readonly string[];
  /** A path that isn't there can't be made either: as long as it runs, an empty folder stands in its place, outside too. */
  readonly unwritable: readonly string[];
  readonly unreadable: readonly string[];
  readonly network: NetworkBounds;
  /** The program that confines, where it isn't to be looked for. */
  readonly program?: string;
  /** Sockets of the file system may be opened: behind some of them stand daemons that act outside of the confinement for whoever asks. */
  readonly unixSockets?: "open";
};
/** `open`: as without a confinement. Else there is no way out but an HTTP proxy, which variables such as `HTTPS_PROXY` name. Host names as in `WebFetch(domain:…)`: `example.org`, `*.example.org`; a denied one beats an allowed one. */
export type NetworkBounds = "open" | { readonly allowed: readonly string[]; readonly denied: readonly string[] };

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
