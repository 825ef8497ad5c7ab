/** The one place where processes start: each is launched for its call and followed to its end. */
import type { ProcessChunk, ProcessEnd, RunProcess } from "@keelson/protocol";
import { ended } from "../output/ended.ts";
import { follow } from "./follow.ts";
import { launch, type Launched } from "./launch.ts";
import { feedStdin } from "./stdin.ts";

export const startProcess: RunProcess = async function* startProcess(spec, signal) {
  signal.throwIfAborted();
  const launched = await launch(spec, spec.stdin === undefined ? "ignore" : "pipe");
  if (typeof launched === "string") return { code: null, signal: null, timedOut: false, failed: launched };
  feedStdin(launched, spec.stdin);
  return yield* attend(launched, spec.timeoutMs, signal);
};

/** Follows it, and its sandbox where it has one. Entered as `follow` is. */
export async function* attend(
  launched: Launched,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<ProcessChunk, ProcessEnd> {
  const { sandbox } = launched;
  if (!sandbox) return yield* follow(launched, timeoutMs, signal);
  let complaint = "";
  let end: ProcessEnd = { code: null, signal: null, timedOut: false };
  try {
    for await (const chunk of ended(follow(launched, timeoutMs, signal), (last) => (end = last))) {
      if (chunk.from === "stderr" && complaint.length < MOST_COMPLAINT) complaint += Buffer.from(chunk.bytes).toString();
      yield chunk;
    }
    if (end.code === null || end.timedOut || (await sandbox.began())) return end;
    return { ...end, code: null, failed: `Nothing ran: the sandbox could not be made. ${complaint.slice(0, MOST_COMPLAINT).trim()}` };
  } finally {
    sandbox.leave();
  }
}

const MOST_COMPLAINT = 500; // characters
