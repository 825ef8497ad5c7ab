// What a hook is handed and what it answers. Rule: what can't be understood is no reason to stop anybody.
import { readFileSync } from "node:fs";

/** `input`: of the tool. */
export function readPayload() {
  try {
    const { tool_input: input, cwd } = JSON.parse(readFileSync(0, "utf8"));
    if (typeof input === "object" && input !== null) return { input, cwd: typeof cwd === "string" ? cwd : process.cwd() };
  } catch {
    // not a payload: nothing is guarded, and nothing is stopped
  }
  return { input: {}, cwd: process.cwd() };
}

/** Prints nothing without a reason. */
export function ask(reasons) {
  if (reasons.length === 0) return;
  const shown = reasons.slice(0, 5).join(" ");
  const more = reasons.length > 5 ? ` And ${reasons.length - 5} more.` : "";
  const answer = { hookEventName: "PreToolUse", permissionDecision: "ask", permissionDecisionReason: `guard: ${shown}${more}` };
  console.log(JSON.stringify({ hookSpecificOutput: answer }));
}
