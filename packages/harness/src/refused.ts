/** A prompt that isn't taken, and what is said of it: the log and the run's end tell why, in one line. */
import type { EndReason } from "@keelson/protocol";
import type { Blocked } from "./hooking/text-hooks.ts";
import type { Expanded } from "./lore/lore.ts";

export type Refused = { readonly reason: EndReason; readonly code: string; readonly text: string };

/** Of a prompt that begins with a slash. */
export function refusalIn(expanded: Expanded | undefined): Refused | undefined {
  if (!expanded || "events" in expanded) return undefined;
  return "blocked" in expanded
    ? blocking(expanded.blocked)
    : { reason: "turn_setup_failed", code: "prompt_unknown", text: expanded.refused };
}

/** A hook didn't take it. */
export const blocking = (blocked: Blocked | undefined): Refused | undefined =>
  blocked && {
    reason: "hook_stopped",
    code: blocked.hidden ? "prompt_hidden" : "prompt_refused",
    text: `The prompt wasn't taken. ${blocked.why}`,
  };
