/** The processes of one session, those included that live longer than a call: a shell that waits for its command, commands in the background. */
import type { ProcessSpec, RunProcess } from "@keelson/protocol";
import { createBackground, type Background } from "../background/background.ts";
import { createSpare } from "./spare.ts";
import { attend, startProcess } from "./start.ts";
import { feedStdin } from "./stdin.ts";

/** Dispose ends what still runs, and settles when it is gone. */
export type Processes = AsyncDisposable & {
  /** Takes the process that was made ready, where one waits for this. */
  readonly run: RunProcess;
  /** Starts a process that waits for its stdin. Silent when it can't: then the run starts its own. */
  ready(spec: ProcessSpec): void;
  readonly background: Background;
};

export function openProcesses(): Processes {
  const spare = createSpare();
  const background = createBackground();
  return {
    async *run(spec, signal) {
      signal.throwIfAborted();
      const launched = await spare.take(spec);
      if (!launched) return yield* startProcess(spec, signal);
      feedStdin(launched, spec.stdin);
      return yield* attend(launched, spec.timeoutMs, signal);
    },
    ready: spare.ready,
    background,
    async [Symbol.asyncDispose]() {
      await Promise.all([spare.close(), background.close()]);
    },
  };
}
