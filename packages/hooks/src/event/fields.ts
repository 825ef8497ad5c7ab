/** What each event's payload holds beside the common fields, in the order in which it is printed. The compiler compares it with the contract. */
import type { HookEvent, HookPayloads } from "@keelson/protocol";

type Present<P> = { readonly [K in keyof P]-?: Partial<Pick<P, K>> extends Pick<P, K> ? "maybe" : "always" };

const CALL = { tool_name: "always", tool_input: "always", tool_use_id: "always" } as const;
const STOPPING = {
  stop_hook_active: "always",
  last_assistant_message: "maybe",
  background_tasks: "maybe",
  session_crons: "maybe",
} as const;
const TASK = { task_id: "always", task_subject: "always", task_description: "maybe", teammate_name: "maybe", team_name: "maybe" } as const;
const SWITCH = {
  from_model: "always",
  to_model: "always",
  requested_model: "always",
  source: "always",
  context_tokens: "maybe",
  prompt_cache_warm: "maybe",
  cache_ttl: "maybe",
  estimated_cache_write_usd: "maybe",
  pricing: "maybe",
} as const;

export const FIELDS: { readonly [E in HookEvent]: Present<HookPayloads[E]> } = {
  Setup: { trigger: "always" },
  SessionStart: {
    source: "always",
    model: "maybe",
    agent_type: "maybe",
    session_title: "maybe",
    seconds_since_last_response: "maybe",
    context_tokens: "maybe",
    prompt_cache_likely_expired: "maybe",
    estimated_cache_write_usd: "maybe",
  },
  InstructionsLoaded: {
    file_path: "always",
    memory_type: "always",
    load_reason: "always",
    globs: "maybe",
    trigger_file_path: "maybe",
    parent_file_path: "maybe",
  },
  UserPromptSubmit: { prompt: "always", source: "maybe", session_title: "maybe" },
  UserPromptExpansion: {
    expansion_type: "always",
    command_name: "always",
    command_args: "always",
    command_source: "maybe",
    prompt: "always",
  },
  MessageDisplay: { turn_id: "always", message_id: "always", index: "always", final: "always", delta: "always" },
  PreToolUse: CALL,
  PermissionRequest: { tool_name: "always", tool_input: "always", permission_suggestions: "maybe" },
  PermissionDenied: { ...CALL, reason: "always" },
  PostToolUse: { ...CALL, tool_response: "always", duration_ms: "maybe" },
  PostToolUseFailure: { ...CALL, error: "always", is_interrupt: "maybe", duration_ms: "maybe" },
  PostToolBatch: { tool_calls: "always" },
  Notification: { message: "always", title: "maybe", notification_type: "always" },
  SubagentStart: { agent_id: "always", agent_type: "always" },
  SubagentStop: { ...STOPPING, agent_id: "always", agent_type: "always", agent_transcript_path: "always" },
  TeammateIdle: { teammate_name: "always", team_name: "maybe" },
  TaskCreated: TASK,
  TaskCompleted: TASK,
  Stop: STOPPING,
  StopFailure: { error: "always", error_details: "maybe", last_assistant_message: "maybe" },
  PreCompact: { trigger: "always", custom_instructions: "always" },
  PostCompact: { trigger: "always", compact_summary: "always" },
  PreModelSwitch: SWITCH,
  PostModelSwitch: SWITCH,
  ConfigChange: { source: "always", file_path: "maybe" },
  CwdChanged: { old_cwd: "always", new_cwd: "always" },
  DirectoryAdded: { directory: "always", source: "always" },
  FileChanged: { file_path: "always", event: "always" },
  WorktreeCreate: { name: "always" },
  WorktreeRemove: { worktree_path: "always" },
  Elicitation: {
    mcp_server_name: "always",
    message: "always",
    mode: "always",
    url: "maybe",
    elicitation_id: "maybe",
    requested_schema: "maybe",
  },
  ElicitationResult: { mcp_server_name: "always", action: "always", content: "maybe", mode: "maybe", elicitation_id: "maybe" },
  SessionEnd: { reason: "always" },
};
