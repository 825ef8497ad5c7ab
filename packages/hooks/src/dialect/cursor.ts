/** Cursor's hooks (cursor.com/docs/hooks): events in lower camel case, some of them parts of ours, and answers with `permission`. */
import type { Json, JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import { ofInput, type Dialect } from "./alias.ts";
import { EDIT_TOOLS, MCP_TOOLS, READ_TOOLS, SHELL_TOOLS } from "./tools.ts";

const path = ofInput("file_path");
const command = ofInput("command");

export const cursor: Dialect = {
  events: {
    sessionStart: { event: "SessionStart" },
    sessionEnd: { event: "SessionEnd" },
    preToolUse: { event: "PreToolUse" },
    postToolUse: { event: "PostToolUse" },
    postToolUseFailure: { event: "PostToolUseFailure" },
    subagentStart: { event: "SubagentStart" },
    subagentStop: { event: "SubagentStop" },
    beforeShellExecution: { event: "PreToolUse", tools: SHELL_TOOLS, subject: command },
    afterShellExecution: { event: "PostToolUse", tools: SHELL_TOOLS, subject: command },
    beforeMCPExecution: { event: "PreToolUse", tools: MCP_TOOLS },
    afterMCPExecution: { event: "PostToolUse", tools: MCP_TOOLS },
    beforeReadFile: { event: "PreToolUse", tools: READ_TOOLS, subject: path },
    afterFileEdit: { event: "PostToolUse", tools: EDIT_TOOLS, subject: path },
    beforeSubmitPrompt: { event: "UserPromptSubmit" },
    preCompact: { event: "PreCompact" },
    stop: { event: "Stop" },
  },
  searches: true,
  foreign: ["afterAgentResponse", "afterAgentThought", "beforeTabFileRead", "afterTabFileEdit", "workspaceOpen"],
  timeoutUnitMs: 1_000,
  tools: { Bash: "Shell" },
  write(payload, written) {
    const { session_id: session, cwd, tool_name: tool, tool_input: input, tool_response: response } = payload;
    return {
      ...payload,
      hook_event_name: written,
      conversation_id: session ?? "",
      generation_id: payload["prompt_id"] ?? session ?? "",
      workspace_roots: cwd === undefined ? [] : [cwd],
      ...(typeof tool === "string" && { tool_name: cursor.tools[tool] ?? tool }),
      ...(written.endsWith("ShellExecution") && { command: command(payload) }),
      ...(/File(?:Edit)?$/.test(written) && { file_path: path(payload) }),
      ...(written === "afterFileEdit" && { edits: editsOf(input) }),
      ...(response !== undefined && { tool_output: asText(response), output: asText(response), result_json: asText(response) }),
      ...(written === "stop" && { status: "completed", loop_count: payload["stop_hook_active"] === true ? 1 : 0 }),
    };
  },
  read(answer, _, written) {
    const { permission, agent_message: forAgent, user_message: forUser, updated_input: input, additional_context: context } = answer;
    const { followup_message: followup } = answer;
    const reason = forAgent ?? forUser ?? answer["reason"] ?? "";
    const goesOn = written === "stop" && typeof followup === "string" && followup !== "";
    const refusesPrompt = written === "beforeSubmitPrompt" && answer["continue"] === false; // the prompt alone, not the session
    const { continue: goes, ...rest } = answer;
    return {
      ...rest,
      ...(goes !== undefined && !refusesPrompt && { continue: goes }),
      ...((permission === "deny" || refusesPrompt) && { decision: "block", reason }),
      ...(goesOn && { decision: "block", reason: followup }),
      ...(forUser !== undefined && { systemMessage: forUser }),
      hookSpecificOutput: {
        ...(permission !== undefined && { permissionDecision: permission, permissionDecisionReason: reason }),
        ...(input !== undefined && { updatedInput: input }),
        ...(context !== undefined && { additionalContext: context }),
      },
    };
  },
};

function editsOf(input: Json | undefined): readonly JsonObject[] {
  if (!isObject(input)) return [];
  const edits = Array.isArray(input["edits"]) ? input["edits"] : [input];
  return edits
    .filter(isObject)
    .flatMap(({ old_string: from, new_string: to }) => (to === undefined ? [] : [{ old_string: from ?? "", new_string: to }]));
}

const asText = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value));
