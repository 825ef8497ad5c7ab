import type { Event } from "./event.ts";
import type { Json, JsonObject, Provenance } from "./message.ts";
import type { HookDialect, HookEvent } from "./plugin.ts";

/** Stands in every payload. `cwd`: where the hook starts. `transcript_path`: the conversation so far, a line of JSON for each block; the log is elsewhere. */
export type HookCommon = {
  readonly session_id: string;
  readonly transcript_path: string;
  readonly cwd: string;
  readonly prompt_id?: string;
  readonly permission_mode?: string;
  readonly effort?: { readonly level: string };
  /** In a sub-agent only. */
  readonly agent_id?: string;
  readonly agent_type?: string;
};

type ToolCall = { readonly tool_name: string; readonly tool_input: JsonObject; readonly tool_use_id: string };
type Stopping = { readonly stop_hook_active: boolean; readonly last_assistant_message?: string } & Running;
type Running = { readonly background_tasks?: readonly Json[]; readonly session_crons?: readonly Json[] };
type Task = {
  readonly task_id: string;
  readonly task_subject: string;
  readonly task_description?: string;
  readonly teammate_name?: string;
  readonly team_name?: string;
};
type ModelSwitch = {
  readonly from_model: string;
  readonly to_model: string;
  readonly requested_model: string;
  readonly source: string;
  readonly context_tokens?: number;
  readonly prompt_cache_warm?: boolean;
  readonly cache_ttl?: string;
  readonly estimated_cache_write_usd?: number;
  readonly pricing?: JsonObject;
};

/** What each event says beside the common fields, spelled as on stdin. */
export type HookPayloads = {
  readonly Setup: { readonly trigger: "init" | "maintenance" };
  readonly SessionStart: {
    readonly source: "startup" | "resume" | "clear" | "compact" | "fork";
    readonly model?: string;
    readonly agent_type?: string;
    readonly session_title?: string;
    readonly seconds_since_last_response?: number;
    readonly context_tokens?: number;
    readonly prompt_cache_likely_expired?: boolean;
    readonly estimated_cache_write_usd?: number;
  };
  readonly InstructionsLoaded: {
    readonly file_path: string;
    readonly memory_type: "User" | "Project" | "Local" | "Managed";
    readonly load_reason: "session_start" | "nested_traversal" | "path_glob_match" | "include" | "compact";
    readonly globs?: readonly string[];
    readonly trigger_file_path?: string;
    readonly parent_file_path?: string;
  };
  readonly UserPromptSubmit: { readonly prompt: string; readonly source?: string; readonly session_title?: string };
  readonly UserPromptExpansion: {
    readonly expansion_type: "slash_command" | "mcp_prompt";
    readonly command_name: string;
    readonly command_args: string;
    readonly command_source?: string;
    readonly prompt: string;
  };
  readonly MessageDisplay: {
    readonly turn_id: string;
    readonly message_id: string;
    readonly index: number;
    readonly final: boolean;
    readonly delta: string;
  };
  readonly PreToolUse: ToolCall;
  readonly PermissionRequest: Omit<ToolCall, "tool_use_id"> & { readonly permission_suggestions?: readonly JsonObject[] };
  readonly PermissionDenied: ToolCall & { readonly reason: string };
  readonly PostToolUse: ToolCall & { readonly tool_response: Json; readonly duration_ms?: number };
  readonly PostToolUseFailure: ToolCall & { readonly error: string; readonly is_interrupt?: boolean; readonly duration_ms?: number };
  readonly PostToolBatch: { readonly tool_calls: readonly (ToolCall & { readonly tool_response?: Json })[] };
  readonly Notification: { readonly message: string; readonly title?: string; readonly notification_type: string };
  readonly SubagentStart: { readonly agent_id: string; readonly agent_type: string };
  readonly SubagentStop: Stopping & { readonly agent_id: string; readonly agent_type: string; readonly agent_transcript_path: string };
  readonly TeammateIdle: { readonly teammate_name: string; readonly team_name?: string };
  readonly TaskCreated: Task;
  readonly TaskCompleted: Task;
  readonly Stop: Stopping;
  readonly StopFailure: { readonly error: string; readonly error_details?: string; readonly last_assistant_message?: string };
  readonly PreCompact: { readonly trigger: "manual" | "auto"; readonly custom_instructions: string | null };
  readonly PostCompact: { readonly trigger: "manual" | "auto"; readonly compact_summary: string };
  readonly PreModelSwitch: ModelSwitch;
  readonly PostModelSwitch: ModelSwitch;
  readonly ConfigChange: { readonly source: string; readonly file_path?: string };
  readonly CwdChanged: { readonly old_cwd: string; readonly new_cwd: string };
  readonly DirectoryAdded: { readonly directory: string; readonly source: "slash_command" | "register_repo_root" };
  readonly FileChanged: { readonly file_path: string; readonly event: "change" | "add" | "unlink" };
  readonly WorktreeCreate: { readonly name: string };
  readonly WorktreeRemove: { readonly worktree_path: string };
  readonly Elicitation: {
    readonly mcp_server_name: string;
    readonly message: string;
    readonly mode: "form" | "url";
    readonly url?: string;
    readonly elicitation_id?: string;
    readonly requested_schema?: JsonObject;
  };
  readonly ElicitationResult: {
    readonly mcp_server_name: string;
    readonly action: "accept" | "decline" | "cancel";
    readonly content?: JsonObject;
    readonly mode?: "form" | "url";
    readonly elicitation_id?: string;
  };
  readonly SessionEnd: { readonly reason: string };
};

/** What runs. Data: nothing in it was expanded. Times are milliseconds. */
export type HookAction =
  | {
      readonly type: "command";
      readonly command: string;
      /** Exec form: no shell, each element is one argument. Without it `command` is text for the shell. */
      readonly args?: readonly string[];
      readonly shell: "bash" | "powershell";
      /** Nobody waits for it; `rewake`: its exit code 2 wakes the model. */
      readonly background?: "async" | "rewake";
      readonly rewakeMessage?: string;
      readonly rewakeSummary?: string;
    }
  | {
      readonly type: "http";
      readonly url: string;
      readonly headers: Readonly<Record<string, string>>;
      readonly allowedEnvVars: readonly string[];
    }
  | { readonly type: "mcp_tool"; readonly server: string; readonly tool: string; readonly input: JsonObject }
  | { readonly type: "prompt" | "agent"; readonly prompt: string; readonly model?: string; readonly continueOnBlock: boolean };

/**
 * `names` are whole names; a `pattern` is searched for (not anchored). A matcher that can't be read is `broken` where the
 * hook may forbid: it runs at everything, or at calls of the tools that it seems to name, and can't allow; elsewhere it matches `nothing`.
 */
export type HookMatcher =
  | { readonly kind: "all" }
  | { readonly kind: "names"; readonly names: readonly string[] }
  | { readonly kind: "pattern"; readonly source: string }
  | { readonly kind: "broken"; readonly names?: readonly string[] }
  | { readonly kind: "nothing" };

/** Where a hook comes from. Of one `group` the same handler runs once: settings files share one, each plugin and skill has its own. */
export type HookOrigin = {
  readonly group: string;
  /** For people: `plugin hookify`, `.claude/settings.json`. */
  readonly name: string;
  readonly kind: "settings" | "plugin" | "skill" | "agent";
  readonly file: string;
  readonly line?: number;
  /** Of the plugin; absolute. Hooks find it in their environment. */
  readonly root?: string;
  /** Of a skill's hooks. */
  readonly skillDir?: string;
  /** Where the plugin keeps what it wants to find again. */
  readonly data?: string;
  /** Of the plugin's `userConfig`, by key. */
  readonly options?: Readonly<Record<string, string>>;
};

/** One handler of one event, read and understood. Data: nothing of it has run. */
export type Hook = {
  /** The same for as long as its file isn't edited. */
  readonly id: string;
  readonly event: HookEvent;
  readonly matcher: HookMatcher;
  readonly action: HookAction;
  readonly origin: HookOrigin;
  /** Whose payload and answers it speaks; `open`: Open Plugins. */
  readonly dialect: HookDialect | "open";
  /** The event as its author called it. */
  readonly written: string;
  /** A permission rule (`Bash(git *)`): it runs only for calls that it matches. */
  readonly if?: string;
  readonly timeoutMs?: number;
  readonly statusMessage?: string;
  readonly once: boolean;
  /** A failure counts as a block. */
  readonly failureBlocks: boolean;
  /** Hooks of one series run one after another. */
  readonly series?: string;
};

export type HookRef = { readonly hookId: string; readonly name: string };
/** Strongest first. `deny` is a block, whatever the event: what was about to happen doesn't; what was about to stop goes on. */
export const HOOK_BEHAVIORS = ["deny", "defer", "ask", "allow"] as const;
export type HookBehavior = (typeof HOOK_BEHAVIORS)[number];

/** What all hooks of one firing come to; the same in whatever order they end. What an event doesn't know of is never set. */
export type HookOutcome = {
  readonly decision?: { readonly behavior: HookBehavior; readonly reason: string; readonly by: HookRef };
  /** In place of the whole input. It is judged like any other: it allows nothing by itself. */
  readonly updatedInput?: { readonly input: JsonObject; readonly by: HookRef };
  /** For the model. Never a consent: `from` says that no user wrote it. */
  readonly contexts: readonly { readonly text: string; readonly from: Provenance; readonly by: HookRef }[];
  /** For the user. */
  readonly messages: readonly { readonly text: string; readonly by: HookRef }[];
  /** `continue: false`: everything stops, whatever was decided. The reason is for the user. */
  readonly stop?: { readonly reason: string; readonly by: HookRef };
  readonly suppressOutput: boolean;
  /** Lines for a shell, to be sourced before each later command (`CLAUDE_ENV_FILE`). */
  readonly environment: readonly { readonly script: string; readonly by: HookRef }[];
  readonly said: HookSaid;
};

/** What single events know of beside that, by the names that hooks use. */
export type HookSaid = {
  readonly initialUserMessage?: string;
  readonly sessionTitle?: string;
  readonly watchPaths?: readonly string[];
  readonly reloadSkills?: boolean;
  readonly suppressOriginalPrompt?: boolean;
  readonly displayContent?: string;
  /** With an allowed or denied `PermissionRequest`. */
  readonly updatedPermissions?: readonly JsonObject[];
  readonly interrupt?: boolean;
  readonly retry?: boolean;
  readonly classifierContext?: string;
  readonly updatedToolOutput?: Json;
  readonly updatedMCPToolOutput?: Json;
  readonly worktreePath?: string;
  readonly action?: "accept" | "decline" | "cancel";
  readonly content?: JsonObject;
  /** A title, a notification or a bell; nothing else passes. */
  readonly terminalSequence?: string;
};

/**
 * Runs the hooks of one event, all at once, and yields `hook.started`, `hook.progress`, `hook.completed` and notices.
 * A hook starts when its `hook.started` was taken. Hooks that fail, hang or flood are contained and told about; it rejects only on abort.
 */
export type FireHooks = <E extends HookEvent>(
  event: E,
  payload: HookPayloads[E] & Partial<HookCommon>,
  signal: AbortSignal,
) => AsyncGenerator<Event, HookOutcome>;
