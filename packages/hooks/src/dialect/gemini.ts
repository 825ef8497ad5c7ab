/** Gemini CLI's hooks (docs/hooks/reference.md of google-gemini/gemini-cli): eleven events, timeouts in milliseconds, answers at the top level. */
import type { JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";
import type { Dialect } from "./alias.ts";

export const gemini: Dialect = {
  events: {
    BeforeTool: { event: "PreToolUse" },
    AfterTool: { event: "PostToolUse" },
    BeforeAgent: { event: "UserPromptSubmit" },
    AfterAgent: { event: "Stop" },
    PreCompress: { event: "PreCompact" },
  },
  searches: true,
  foreign: ["BeforeModel", "AfterModel", "BeforeToolSelection"],
  timeoutUnitMs: 1,
  defaultTimeoutMs: 60_000,
  tools: {
    Bash: "run_shell_command",
    Read: "read_file",
    Write: "write_file",
    Edit: "replace",
    Glob: "glob",
    Grep: "search_file_content",
    LS: "list_directory",
    WebFetch: "web_fetch",
    WebSearch: "google_web_search",
    TodoWrite: "write_todos",
  },
  write(payload, written, at) {
    const { tool_name: tool, tool_response: response, last_assistant_message: said, notification_type: kind } = payload;
    return {
      ...payload,
      hook_event_name: written,
      timestamp: new Date(at).toISOString(),
      ...(typeof tool === "string" && { tool_name: gemini.tools[tool] ?? tool }),
      ...(response !== undefined && { tool_response: { llmContent: response, returnDisplay: response } }),
      ...(said !== undefined && { prompt_response: said }),
      ...(kind === "permission_prompt" && { notification_type: "ToolPermission" }),
    };
  },
  read(answer, { tool_input: input }, written) {
    const specific = isObject(answer["hookSpecificOutput"]) ? answer["hookSpecificOutput"] : {};
    const { tool_input: patch, tool_output: output, ...rest } = specific;
    const hidden = written === "AfterTool" && (answer["decision"] === "deny" || answer["decision"] === "block");
    const translated: JsonObject = {
      ...rest,
      ...(isObject(patch) && isObject(input) && { updatedInput: { ...input, ...patch } }),
      ...(output !== undefined && { updatedToolOutput: output }),
      ...(hidden && { updatedToolOutput: answer["reason"] ?? "" }), // what it denies, the model isn't shown
    };
    return { ...answer, hookSpecificOutput: translated };
  },
};
