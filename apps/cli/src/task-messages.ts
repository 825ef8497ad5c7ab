import type { Envelope, JsonObject } from "@keelson/protocol";
import type { Crew, Member } from "./crew.ts";
import type { Message } from "./wire.ts";

/** What a program is told of agents in the background: that one began, got on, and ended. Those that a call waits for are told by their call. */
export function taskMessages({ event, path, at }: Envelope, crew: Crew): readonly Message[] {
  const member = crew.get("agentId" in event ? event.agentId : (path.at(-1) ?? ""));
  if (!member?.background) return [];
  switch (event.type) {
    case "agent.started":
      return [{ ...about("task_started", member), task_type: TASK_TYPE }];
    case "call.completed":
      return [
        {
          ...about("task_progress", member),
          usage: usageOf(member, at),
          ...(member.tool !== undefined && { last_tool_name: member.tool }),
        },
      ];
    case "agent.completed":
      return [
        {
          ...about("task_notification", member),
          status: statusOf(member),
          output_file: "", // none is written; get_task_output hands the words out
          summary: member.words === "" ? member.description : member.words.slice(0, LONGEST_SUMMARY),
          usage: usageOf(member, at),
        },
      ];
  }
  return [];
}

/** Characters. */
const LONGEST_SUMMARY = 1_000;
export const TASK_TYPE = "local_agent";

const about = (subtype: string, { id, callId, description }: Member): Message => ({
  type: "system",
  subtype,
  task_id: id,
  ...(callId !== undefined && { tool_use_id: callId }),
  description,
});

const usageOf = ({ tokens, calls, began }: Member, at: number): JsonObject => ({
  total_tokens: tokens,
  tool_uses: calls,
  duration_ms: Math.max(at - began, 0),
});

/** The words that programs know. */
export function statusOf({ state }: Member): "running" | "completed" | "failed" | "stopped" {
  if (state === "running" || state === "completed") return state;
  return state === "stopped" || state === "tool_deferred" || state.startsWith("aborted") ? "stopped" : "failed";
}
