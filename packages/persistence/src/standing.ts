import { outline, statusAfter, type Envelope, type Event, type Outline } from "@keelson/protocol";

/** What lists say of a session whose owner is gone while its question is open: it waits for an answer. The rest is the protocol's. */

/** Of calls that went on beside the question: they don't close it. */
const BESIDE: readonly Event["type"][] = ["call.judged", "call.started", "call.completed"];

export function outlineAfter(before: Outline, envelope: Envelope): Outline {
  const after = outline(before, envelope);
  const { type } = envelope.event;
  const waits = type === "ask.opened" || (before.status === "waiting" && BESIDE.includes(type));
  return waits ? { ...after, status: "waiting" } : after;
}

/** From the last event alone; undefined when it doesn't tell. */
export function statusFrom(event: Event): Outline["status"] | undefined {
  if (event.type === "ask.opened") return "waiting";
  return BESIDE.includes(event.type) ? undefined : statusAfter(event);
}
