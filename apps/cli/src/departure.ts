import { FAILED, READER_LEFT, SIGNALS } from "./exit.ts";
import type { Machine } from "./machine.ts";
import type { WriteError } from "./outlet.ts";

/** Why the process has to go before its work is done. `text`: the line for stderr in place of the run's own; an empty one where nobody is to be told. */
export type Leave = { readonly code: number; readonly text?: string };
export type Departure = Disposable & {
  /** Aborted once there is a reason to leave. */
  readonly signal: AbortSignal;
  readonly reason: () => Leave | undefined;
  readonly leave: (why: Leave) => void;
};

/** The first signal ends the run, and lets it write its end and stop its children; the second one ends the process at once. */
export function departure(machine: Pick<Machine, "onSignal" | "exit">): Departure {
  const controller = new AbortController();
  let reason: Leave | undefined;
  const leave = (why: Leave): void => {
    reason ??= why;
    controller.abort();
  };
  const undo = (["SIGHUP", "SIGINT", "SIGTERM"] as const).map((name) =>
    machine.onSignal(name, () => (reason === undefined ? leave({ code: SIGNALS[name] }) : machine.exit(SIGNALS[name]))),
  );
  return {
    signal: controller.signal,
    reason: () => reason,
    leave,
    [Symbol.dispose]: () => undo.forEach((each) => each()),
  };
}

/** A reader that left, as `head` does, is no mistake: nothing is said. */
export function outputBroken({ code, message }: WriteError): Leave {
  if (code === "EPIPE" || code === "ERR_STREAM_DESTROYED") return { code: READER_LEFT, text: "" };
  const why = code === "ENOSPC" ? "no space is left there" : message;
  return { code: FAILED, text: `The output can't be written: ${why}.` };
}
