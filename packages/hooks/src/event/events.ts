/** What may be done at each event, one row each: the whole of what differs between them, a few names of files and policies apart. */
import type { HookAction, HookEvent, HookPayloads, HookSaid } from "@keelson/protocol";

/** Names of `hookSpecificOutput`. */
export type SpecificField =
  | Exclude<keyof HookSaid, "interrupt" | "updatedPermissions" | "terminalSequence">
  | ("additionalContext" | "permissionDecision" | "permissionDecisionReason" | "updatedInput" | "decision");

type Row<E extends HookEvent> = {
  /** The field of the payload that a matcher is held against; without one a matcher is ignored. */
  readonly matches?: keyof HookPayloads[E];
  /** Exit code 2: a block, a word for the user, or nothing. */
  readonly exit2: "blocks" | "notice" | "nothing";
  /** Does anything a hook says change what happens? Where not, it may still talk to the user. */
  readonly heeds: boolean;
  /** Words on stdout that aren't JSON. */
  readonly plain: "context" | "path" | "nothing";
  readonly says: readonly SpecificField[];
  readonly types: readonly HookAction["type"][];
  /** What a prompt's or an agent's `ok: false` comes to. `end`: the turn ends, unless `continueOnBlock`. */
  readonly refused: readonly ("deny" | "end")[];
  /** A rule in `if` can be held against it. */
  readonly isCall?: true;
  /** A hook that fails: its `onFailure` says whether that is a block; it never is; it always is. */
  readonly failure: "asked" | "opens" | "shuts";
  readonly timeoutMs?: number;
  /** Hooks may leave lines for later shells in `CLAUDE_ENV_FILE`. */
  readonly keepsEnv?: true;
};

const MACHINES = ["command", "http", "mcp_tool"] as const;
const ALL = [...MACHINES, "prompt", "agent"] as const;
const LOCAL = ["command", "mcp_tool"] as const;

const OBSERVED = { exit2: "nothing", heeds: false, plain: "nothing", says: [], types: MACHINES, refused: [], failure: "opens" } as const;
const NOTED = { ...OBSERVED, exit2: "notice", heeds: true } as const;
const GATE = { ...OBSERVED, exit2: "blocks", heeds: true, failure: "asked" } as const;
const JUDGED = { ...GATE, types: ALL, says: ["additionalContext"] } as const;

const BUDGET_MS = 1_500; // all SessionEnd hooks together; see time.ts

export const EVENTS: { readonly [E in HookEvent]: Row<E> } = {
  Setup: { ...NOTED, matches: "trigger", types: LOCAL, says: ["additionalContext"], keepsEnv: true },
  SessionStart: {
    ...NOTED,
    matches: "source",
    types: LOCAL,
    plain: "context",
    says: ["additionalContext", "initialUserMessage", "sessionTitle", "watchPaths", "reloadSkills"],
    keepsEnv: true,
  },
  InstructionsLoaded: { ...OBSERVED, matches: "load_reason" },
  UserPromptSubmit: {
    ...JUDGED,
    plain: "context",
    says: ["additionalContext", "sessionTitle", "suppressOriginalPrompt"],
    refused: ["deny", "end"],
    timeoutMs: 30_000,
  },
  UserPromptExpansion: {
    ...JUDGED,
    matches: "command_name",
    plain: "context",
    says: ["additionalContext", "suppressOriginalPrompt"],
    refused: ["deny", "end"],
  },
  MessageDisplay: { ...OBSERVED, says: ["displayContent"], timeoutMs: 10_000 },
  PreToolUse: {
    ...JUDGED,
    matches: "tool_name",
    says: ["permissionDecision", "permissionDecisionReason", "updatedInput", "additionalContext"],
    refused: ["deny", "end"],
    isCall: true,
  },
  PermissionRequest: { ...JUDGED, matches: "tool_name", exit2: "nothing", failure: "opens", says: ["decision"], isCall: true },
  PermissionDenied: { ...JUDGED, matches: "tool_name", exit2: "nothing", failure: "opens", says: ["retry"], isCall: true },
  PostToolUse: {
    ...JUDGED,
    matches: "tool_name",
    says: ["additionalContext", "classifierContext", "updatedToolOutput", "updatedMCPToolOutput"],
    refused: ["deny", "end"],
    isCall: true,
  },
  PostToolUseFailure: { ...JUDGED, matches: "tool_name", refused: ["deny"], isCall: true },
  PostToolBatch: { ...JUDGED, refused: ["deny", "end"] },
  Notification: { ...OBSERVED, matches: "notification_type" },
  SubagentStart: { ...NOTED, matches: "agent_type", says: ["additionalContext"] },
  SubagentStop: { ...JUDGED, matches: "agent_type", refused: ["deny"], failure: "opens" },
  TeammateIdle: { ...GATE, types: ALL, refused: ["end"], failure: "opens" },
  TaskCreated: { ...GATE, types: ALL, refused: ["deny"] },
  TaskCompleted: { ...GATE, types: ALL, refused: ["deny"], failure: "opens" },
  Stop: { ...JUDGED, refused: ["deny"], failure: "opens" },
  StopFailure: { ...OBSERVED, matches: "error" },
  PreCompact: { ...GATE, matches: "trigger" },
  PostCompact: { ...NOTED, matches: "trigger" },
  PreModelSwitch: { ...GATE, matches: "source", says: ["permissionDecision", "permissionDecisionReason"] },
  PostModelSwitch: { ...NOTED, matches: "source", says: ["additionalContext"] },
  ConfigChange: { ...GATE, matches: "source" },
  CwdChanged: { ...NOTED, says: ["watchPaths"], keepsEnv: true },
  DirectoryAdded: { ...OBSERVED, matches: "source" },
  FileChanged: { ...NOTED, matches: "file_path", says: ["watchPaths"], keepsEnv: true },
  WorktreeCreate: { ...GATE, plain: "path", says: ["worktreePath"], failure: "shuts" },
  WorktreeRemove: OBSERVED,
  Elicitation: { ...GATE, matches: "mcp_server_name", says: ["action", "content"] },
  ElicitationResult: { ...GATE, matches: "mcp_server_name", says: ["action", "content"] },
  SessionEnd: { ...OBSERVED, matches: "reason", exit2: "notice", timeoutMs: BUDGET_MS },
};
