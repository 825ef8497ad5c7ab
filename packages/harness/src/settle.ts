import type { Ports } from "@keelson/protocol";

/** What happens between turns: answers go back to the model, a final reply ends the run. Steering, hooks and reminders join here. */
export const settle: Ports["settle"] = async function* (_, at) {
  return at === "tools" ? { go: "on", because: "tool_results" } : { go: "end", reason: "completed" };
};
