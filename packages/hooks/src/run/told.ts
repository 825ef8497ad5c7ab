/** What the log and the screen are told of a hook. */
import type { Event, Hook, HookRef } from "@keelson/protocol";
import type { Ran } from "../action/ran.ts";
import type { Verdict } from "../output/result.ts";
import { clean, cut } from "../words.ts";

const LOGGED = 10_000; // characters of each stream

export const nameOf = ({ written, origin }: Hook): string => `the ${written} hook of ${origin.name}`;

export function started({ hookId, name }: HookRef, { event, action, origin, statusMessage }: Hook): Event {
  const { type } = action;
  return {
    type: "hook.started",
    hookId,
    body: { event, name, handler: type, source: origin.name, ...(statusMessage !== undefined && { status: clean(statusMessage) }) },
  };
}

export function progressed({ hookId }: HookRef, from: "stdout" | "stderr", words: string): Event {
  return { type: "hook.progress", hookId, body: { from, text: clean(words) } };
}

/** `ran` is missing where it was ended before it had one. */
export function completed(
  { hookId, name }: HookRef,
  { event }: Hook,
  { ended, decision, stop, problem }: Verdict,
  { ran, ms }: { readonly ran?: Ran; readonly ms: number },
): Event {
  const output =
    ran?.kind === "exited" ? { code: ran.code, stdout: cut(clean(ran.stdout), LOGGED), stderr: cut(clean(ran.stderr), LOGGED) } : undefined;
  return {
    type: "hook.completed",
    hookId,
    body: {
      event,
      name,
      outcome: ended,
      ms,
      ...output,
      ...(decision !== undefined && { decision: decision.behavior, reason: decision.reason }),
      ...(stop !== undefined && { stop }),
      ...(problem !== undefined && { problem }),
    },
  };
}
