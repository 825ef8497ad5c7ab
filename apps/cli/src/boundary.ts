import { isToolUse, type Envelope } from "@keelson/protocol";

/** Tells at which envelopes a session is between two steps: words that are said then reach the model at once. One for each run. */
export function boundaries(): (envelope: Envelope) => boolean {
  const open = new Set<string>();
  let resting = false;
  return ({ event, path }) => {
    if (path.length > 0) return resting;
    if (event.type === "turn.started") resting = false;
    if (event.type === "block.completed" && isToolUse(event.block)) open.add(event.block.id);
    if (event.type === "reply.completed" || event.type === "call.completed") {
      if (event.type === "call.completed") open.delete(event.callId);
      resting = open.size === 0;
    }
    if (event.type === "run.ended") resting = false;
    return resting;
  };
}
