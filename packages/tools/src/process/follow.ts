/**
 * Reads a started program to its end. Nothing is read ahead of the reader, and nothing of the group
 * outlives an abort, a timeout or a reader that leaves.
 */
import type { ChildProcess } from "node:child_process";
import { Duplex, type Readable } from "node:stream";
import type { ProcessChunk, ProcessEnd } from "@keelson/protocol";
import { createBell, type Bell } from "./bell.ts";
import { endGroup, killGroupNow } from "./group.ts";
import type { Launched } from "./launch.ts";

/** Milliseconds between TERM and KILL. After an abort the loop waits 250 ms: all must be over by then. */
const GRACE = { timeout: 2_000, abort: 120 } as const;
/** Milliseconds of silence that are waited for after the end, in all: a grandchild may hold the pipes. */
const DRAIN = { exited: 200, ended: 40 } as const;
/** Bytes taken after the end; what pipes hold is far less, so more is a grandchild that goes on talking. */
const DRAIN_BYTES = 8 * 1024 * 1024;
/** Tells who still reads the report's pipe that it needn't look after the group any more: what is left of it is meant to stay. */
const OVER = "\n";
const LONGEST_TIMER = 2 ** 31 - 1; // a longer one fires at once

type Pipe = { readonly from: ProcessChunk["from"]; readonly stream: Readable };
type Outcome = { exit?: { readonly code: number | null; readonly signal: string | null }; ending?: Promise<void>; over: boolean };

/** Entered in the same tick as the launch, or the take: what happens later is heard. */
export async function* follow(
  launched: Launched,
  timeoutMs: number | undefined,
  signal: AbortSignal,
): AsyncGenerator<ProcessChunk, ProcessEnd> {
  const bell = createBell();
  const outcome: Outcome = { over: false };
  const pipes = listen(launched.child, outcome, bell);
  const end = (graceMs: number): void => {
    outcome.ending = endGroup(launched, graceMs).then(() => {
      outcome.over = true;
      bell.ring();
    });
  };
  const aborted = (): void => end(GRACE.abort);
  if (signal.aborted) aborted();
  else signal.addEventListener("abort", aborted, { once: true });
  let timedOut = false;
  const expired = (): void => {
    timedOut = outcome.exit === undefined;
    if (timedOut) end(GRACE.timeout);
  };
  const timer = timeoutMs === undefined ? undefined : setTimeout(expired, Math.min(timeoutMs, LONGEST_TIMER));
  const unguard = guard(launched);
  let left = true;
  try {
    yield* chunks(pipes, outcome, bell);
    left = false;
    await outcome.ending;
    signal.throwIfAborted();
    return { code: outcome.exit?.code ?? null, signal: outcome.exit ? outcome.exit.signal : "SIGKILL", timedOut } satisfies ProcessEnd;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", aborted);
    for (const { from, stream } of pipes) {
      if (from === "report" && stream instanceof Duplex) stream.write(OVER);
      stream.destroy();
    }
    if (left) await (outcome.ending ?? endGroup(launched, GRACE.abort));
    unguard();
  }
}

function listen(child: ChildProcess, outcome: Outcome, bell: Bell): readonly Pipe[] {
  child.on("exit", (code, signal) => {
    outcome.exit = { code, signal };
    bell.ring();
  });
  const names = ["stdout", "stderr", "report"] as const;
  return names.flatMap((from, at) => {
    const stream = child.stdio[at + 1];
    if (!stream || !("read" in stream)) return [];
    for (const event of ["readable", "end", "close", "error"]) stream.on(event, bell.ring);
    return [{ from, stream }];
  });
}

/** What is printed, until all pipes are closed and the process has ended, or until the patience with those who hold them is over. */
async function* chunks(pipes: readonly Pipe[], outcome: Outcome, bell: Bell): AsyncGenerator<ProcessChunk, void> {
  let waited = 0;
  let late = 0;
  let reported = false;
  for (;;) {
    let quiet = true;
    for (const { from, stream } of pipes) {
      const bytes: Buffer | null = stream.read();
      if (bytes === null) continue;
      quiet = false;
      if (outcome.exit) late += bytes.length;
      if (from === "report") reported = bytes.at(-1) === 0 && bytes.at(-2) === 0;
      yield { from, bytes };
    }
    if (late > DRAIN_BYTES) return;
    if (!quiet) continue;
    const gone = outcome.exit !== undefined || outcome.over;
    const isOver = ({ from, stream }: Pipe): boolean => stream.readableEnded || stream.destroyed || (from === "report" && reported);
    if (gone && pipes.every(isOver)) return;
    const patience = (outcome.ending ? DRAIN.ended : DRAIN.exited) - waited;
    if (gone && patience <= 0) return;
    const began = performance.now();
    await bell.rung(gone ? patience : undefined);
    if (gone) waited += performance.now() - began;
  }
}

/** When this process leaves in a hurry its children go too. */
function guard(launched: Launched): () => void {
  const kill = (): void => killGroupNow(launched);
  raiseMaxListeners(1); // one listener a child is no leak
  process.once("exit", kill);
  return () => {
    process.removeListener("exit", kill);
    raiseMaxListeners(-1);
  };
}

function raiseMaxListeners(by: number): void {
  const most = process.getMaxListeners();
  if (most > 0) process.setMaxListeners(most + by); // 0 is without limit
}
