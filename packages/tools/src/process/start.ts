/** The one place where processes start: each is launched for its call and followed to its end. */
import type { RunProcess } from "@keelson/protocol";
import { follow } from "./follow.ts";
import { launch } from "./launch.ts";

export const startProcess: RunProcess = async function* startProcess(spec, signal) {
  signal.throwIfAborted();
  const launched = launch(spec, spec.stdin === undefined ? "ignore" : "pipe");
  if (launched instanceof Promise) return { code: null, signal: null, timedOut: false, failed: await launched };
  launched.child.stdin?.end(spec.stdin);
  return yield* follow(launched, spec.timeoutMs, signal);
};
