// What a hook is handed and what it answers. Rule: what can't be understood is no reason to stop anybody.
import { readFileSync } from "node:fs";

/** @returns {Record<string, any>} */
export function readPayload() {
  try {
    const payload = JSON.parse(readFileSync(0, "utf8"));
    return typeof payload === "object" && payload !== null ? payload : {};
  } catch {
    return {}; // not a payload: nothing is guarded, and nothing is stopped
  }
}

/** Prints nothing without a reason. */
export function ask(reasons) {
  if (reasons.length === 0) return;
  const shown = reasons.slice(0, 5).join(" ");
  const more = reasons.length > 5 ? ` And ${reasons.length - 5} more.` : "";
  const answer = { hookEventName: "PreToolUse", permissionDecision: "ask", permissionDecisionReason: `guard: ${shown}${more}` };
  console.log(JSON.stringify({ hookSpecificOutput: answer }));
}
