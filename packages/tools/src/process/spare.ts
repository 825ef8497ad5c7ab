/**
 * One process that is started ahead of its call and waits for its stdin. The first run of the same program, arguments,
 * folder and environment takes it; one that nobody takes is ended, and one whose parent is gone ends itself at the end of its stdin.
 */
import { statSync } from "node:fs";
import { Socket } from "node:net";
import type { ProcessSpec } from "@keelson/protocol";
import { standing } from "../sandbox/plan.ts";
import { endGroup, isRunning, killGroup } from "./group.ts";
import { launch, type Launched } from "./launch.ts";

export type Spare = {
  /** Starts it, unless it waits already. What waits for another call is ended. */
  ready(spec: ProcessSpec): void;
  /** Undefined when none waits for this. */
  take(spec: ProcessSpec): Promise<Launched | undefined>;
  /** Ends it. None is started afterwards. */
  close(): Promise<void>;
};

/** `launched`: undefined where it can't be started, for then the call itself will say why. */
type Waiting = { readonly key: string; readonly launched: Promise<Launched | undefined>; readonly timer: NodeJS.Timeout; gone: boolean };

const PATIENCE = 120_000; // milliseconds
/** With these a shell that waits isn't one that starts: the first runs a file, the second ends the waiting. */
const NOT_BEFORE = ["BASH_ENV", "TMOUT"];

/** `patienceMs`: how long one waits to be taken. */
export function createSpare(patienceMs = PATIENCE): Spare {
  let waiting: Waiting | undefined;
  let closed = false;
  const takeAny = (): Waiting | undefined => {
    const taken = waiting;
    waiting = undefined;
    clearTimeout(taken?.timer);
    return taken;
  };
  const drop = async (): Promise<void> => {
    const launched = await takeAny()?.launched;
    if (launched) await ended(launched);
  };
  return {
    ready(spec) {
      const key = keyOf(spec);
      if (closed || key === undefined || (waiting?.key === key && !waiting.gone)) return;
      void drop();
      const launched = started(spec, () => (fresh.gone = true));
      const fresh: Waiting = { key, launched, timer: setTimeout(() => void drop(), patienceMs).unref(), gone: false };
      waiting = fresh;
    },
    async take(spec) {
      if (spec.stdin === undefined || waiting === undefined || waiting.key !== keyOf(spec)) return undefined;
      const taken = await takeAny()?.launched;
      if (!taken) return undefined;
      if (!isAlive(taken) || !isRunning(taken.pid)) {
        taken.sandbox?.leave();
        return undefined;
      }
      hold(taken, true);
      return taken;
    },
    async close() {
      closed = true;
      await drop();
    },
  };
}

/** `over`: told when it has ended by itself, or never begun. */
async function started(spec: ProcessSpec, over: () => void): Promise<Launched | undefined> {
  const launched = await launch(spec, "pipe");
  if (typeof launched === "string") {
    over();
    return undefined;
  }
  launched.child.once("exit", over);
  hold(launched, false);
  return launched;
}

/** All that is fixed when a process starts. The folder by what it is: another one may have come to stand at its path. */
function keyOf({ file, args, cwd, env, confinement }: ProcessSpec): string | undefined {
  if (NOT_BEFORE.some((name) => name in env)) return undefined;
  try {
    const { dev, ino } = statSync(cwd);
    return JSON.stringify([file, args, cwd, env, dev, ino, confinement, confinement && standing(confinement, cwd)]);
  } catch {
    return undefined; // it is gone, or can't be held, and the call will say so
  }
}

function isAlive({ child }: Launched): boolean {
  return child.exitCode === null && child.signalCode === null;
}

/** What only waits must not keep this process from ending. */
function hold({ child }: Launched, on: boolean): void {
  const held = [child, ...child.stdio.filter((stream) => stream instanceof Socket)];
  for (const one of held)
    if (on) one.ref();
    else one.unref();
}

/** It has started nothing but who watches over it, and holds nothing: there is nothing to lose. Of a sandbox more are at work, though. */
async function ended(launched: Launched): Promise<void> {
  const { child, sandbox } = launched;
  if (isAlive(launched)) {
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    hold(launched, true);
    if (sandbox) await endGroup(launched, 0);
    else killGroup(launched.pid);
    await gone;
  }
  sandbox?.leave();
}
