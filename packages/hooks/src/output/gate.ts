import type { Hook, JsonObject } from "@keelson/protocol";
import { EVENTS } from "../event/events.ts";

export type Judged = { readonly hook: Hook; readonly payload: JsonObject };

/** What a block comes to at this event. What an administrator set holds, whatever a hook says. */
export function gateOf({ hook: { event }, payload }: Judged): "blocks" | "notice" | "nothing" {
  if (event === "ConfigChange" && payload["source"] === "policy_settings") return "notice";
  return EVENTS[event].exit2;
}

/** Does a failure of this hook count as a block? Nobody waits for one in the background. */
export function failsShut({ event, action, failureBlocks }: Hook): boolean {
  const { failure } = EVENTS[event];
  const inBackground = action.type === "command" && action.background !== undefined;
  return failure === "shuts" || (failure === "asked" && failureBlocks && !inBackground);
}
