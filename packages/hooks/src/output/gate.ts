import type { Hook, JsonObject } from "@keelson/protocol";
import { EVENTS } from "../event/events.ts";

export type Judged = { readonly hook: Hook; readonly payload: JsonObject };

/** What a block comes to at this event. What an administrator set holds, whatever a hook says. */
export function gateOf({ hook: { event }, payload }: Judged): "blocks" | "notice" | "nothing" {
  if (event === "ConfigChange" && payload["source"] === "policy_settings") return "notice";
  return EVENTS[event].exit2;
}

/** Does a failure of this hook count as a block? */
export function failsShut({ event, failureBlocks }: Hook): boolean {
  const { failure } = EVENTS[event];
  return failure === "shuts" || (failure === "asked" && failureBlocks);
}
