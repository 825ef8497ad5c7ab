/** What other hosts call their events. Rule: one table for each dialect; without `event` nothing here means the same. */
import type { HookDialect, HookEvent } from "@keelson/protocol";

/** `matcher`: what the name itself says about the tool. */
export type EventName = { readonly event?: HookEvent; readonly matcher?: string };

export const EVENT_NAMES: Readonly<Record<HookDialect, Readonly<Record<string, EventName>>>> = {
  claude: {},
  gemini: {
    BeforeTool: { event: "PreToolUse" },
    AfterTool: { event: "PostToolUse" },
    BeforeAgent: { event: "UserPromptSubmit" },
    AfterAgent: { event: "Stop" },
    PreCompress: { event: "PreCompact" },
    BeforeModel: {},
    AfterModel: {},
    BeforeToolSelection: {},
  },
  cursor: {
    sessionStart: { event: "SessionStart" },
    sessionEnd: { event: "SessionEnd" },
    preToolUse: { event: "PreToolUse" },
    postToolUse: { event: "PostToolUse" },
    postToolUseFailure: { event: "PostToolUseFailure" },
    subagentStart: { event: "SubagentStart" },
    subagentStop: { event: "SubagentStop" },
    beforeShellExecution: { event: "PreToolUse", matcher: "Bash" },
    afterShellExecution: { event: "PostToolUse", matcher: "Bash" },
    beforeMCPExecution: { event: "PreToolUse", matcher: "mcp__.*" },
    afterMCPExecution: { event: "PostToolUse", matcher: "mcp__.*" },
    beforeReadFile: { event: "PreToolUse", matcher: "Read" },
    afterFileEdit: { event: "PostToolUse", matcher: "Edit|Write" },
    beforeSubmitPrompt: { event: "UserPromptSubmit" },
    preCompact: { event: "PreCompact" },
    stop: { event: "Stop" },
    afterAgentResponse: {},
    afterAgentThought: {},
    beforeTabFileRead: {},
    afterTabFileEdit: {},
  },
};
