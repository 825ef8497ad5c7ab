import { isToolUse, type Envelope, type Event } from "@keelson/protocol";
import { causeOf, seconds } from "./recovery-line.ts";

type Waiting = { readonly for: Extract<Event, { type: "recovery.attempted" }>; readonly since: number };

/** Every 30 s of a long wait, what is waited for. One for each run: it remembers the last failure, and the calls that run. */
export function heartbeats(): (envelope: Envelope) => string {
  let waiting: Waiting | undefined;
  const names = new Map<string, string>();
  const running = new Set<string>();
  return ({ event, at }) => {
    if (event.type === "recovery.attempted") waiting = { for: event, since: at };
    if (event.type === "block.started") waiting = undefined; // it answers again
    if (event.type === "block.completed" && isToolUse(event.block)) names.set(event.block.id, event.block.name);
    if (event.type === "call.started") running.add(event.callId);
    if (event.type === "call.completed") running.delete(event.callId);
    if (event.type !== "heartbeat") return "";
    if (running.size > 0) return `still running: ${[...running].map((id) => names.get(id) ?? "a tool").join(", ")}\n`;
    if (!waiting) return "still waiting for the model\n";
    const left = waiting.for.waitMs - (at - waiting.since);
    return `still waiting: ${causeOf(waiting.for.because)}, next try in ${seconds(Math.max(left, 0))}\n`;
  };
}
