import type { Envelope, Event } from "@keelson/protocol";
import { causeOf, seconds } from "./recovery-line.ts";

type Waiting = { readonly for: Extract<Event, { type: "recovery.attempted" }>; readonly since: number };

/** Every 30 s of a long wait, what is waited for. One for each run: it remembers the last failure. */
export function heartbeats(): (envelope: Envelope) => string {
  let waiting: Waiting | undefined;
  return ({ event, at }) => {
    if (event.type === "recovery.attempted") waiting = { for: event, since: at };
    if (event.type !== "heartbeat") return "";
    if (!waiting) return "still waiting for the model\n";
    const left = waiting.for.waitMs - (at - waiting.since);
    return `still waiting: ${causeOf(waiting.for.because)}, next try in ${seconds(Math.max(left, 0))}\n`;
  };
}
