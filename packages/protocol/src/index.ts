export { hasCode } from "./coded.ts";
export { applyEdits, editBlock, type ContextEdit } from "./edit.ts";
export { DURABLE, type Envelope, type Event } from "./event.ts";
export {
  FILE_ERROR_CODES,
  fileError,
  isFileError,
  type Expected,
  type FileError,
  type FileErrorCode,
  type FileKind,
  type FileRead,
  type FileStat,
  type FileState,
  type FileStore,
} from "./files.ts";
export { EMPTY, fold, messagesOf, openCalls, Recall, remember, resultOf, UNKNOWN, viewOf, type OpenCall, type View } from "./fold.ts";
export {
  HOOK_BEHAVIORS,
  type FireHooks,
  type Hook,
  type HookAction,
  type HookBehavior,
  type HookCommon,
  type HookMatcher,
  type HookOrigin,
  type HookOutcome,
  type HookPayloads,
  type HookRef,
  type HookSaid,
} from "./hook.ts";
export {
  RESCUES,
  type Change,
  type Clock,
  type Loop,
  type LoopOptions,
  type LoopState,
  type Permit,
  type Ports,
  type Prepared,
  type Rescue,
  type Settled,
  type Tries,
} from "./loop.ts";
export {
  isThinking,
  isToolResult,
  isToolUse,
  say,
  text,
  type Block,
  type Json,
  type JsonObject,
  type Message,
  type Provenance,
  type ToolResult,
  type ToolUse,
  type Usage,
} from "./message.ts";
export {
  isModelError,
  MODEL_ERROR_CODES,
  modelError,
  type DeltaKind,
  type Model,
  type ModelError,
  type ModelErrorCode,
  type ModelPart,
  type ModelRequest,
  type StopReason,
} from "./model.ts";
export {
  BEHAVIORS,
  MODES,
  STAGES,
  type Asked,
  type Behavior,
  type Decision,
  type Judge,
  type Mode,
  type Opinion,
  type Pending,
  type Rule,
  type Stage,
} from "./permission.ts";
export { nearest } from "./nearest.ts";
export {
  HOOK_EVENTS,
  RUNS_CODE,
  type AgentDecl,
  type FileDecl,
  type HookDecl,
  type HookDialect,
  type HookEvent,
  type InstructionDecl,
  type MonitorDecl,
  type PartKind,
  type PluginDecl,
  type PluginParts,
  type PluginRead,
  type Problem,
  type RuleTextDecl,
  type ServerDecl,
  type SkillDecl,
  type StyleDecl,
  type TextDecl,
} from "./plugin.ts";
export { type Confinement, type NetworkBounds, type ProcessChunk, type ProcessEnd, type ProcessSpec, type RunProcess } from "./process.ts";
export { CONTINUE_REASONS, END_REASONS, type ContinueReason, type EndReason } from "./reason.ts";
export { excerpt, hasTerms, NO_OUTLINE, outline, statusAfter, terms, wordsIn, type Outline } from "./outline.ts";
export { refusal } from "./refusal.ts";
export { SETTINGS_SOURCES, type RuleItem, type SandboxSettings, type Settings, type SettingsSource } from "./settings.ts";
export { type AnalyseShell, type ShellFacts } from "./shell.ts";
export {
  isStoreError,
  SESSION_STATUSES,
  STORE_ERROR_CODES,
  storeError,
  type Blobs,
  type Claim,
  type EventLog,
  type Fence,
  type Head,
  type Ref,
  type Retention,
  type SearchHit,
  type SearchQuery,
  type SessionQuery,
  type SessionStatus,
  type SessionStore,
  type SessionSummary,
  type Snapshot,
  type Snapshots,
  type StoreError,
  type StoreErrorCode,
  type WordsKind,
} from "./store.ts";
export {
  type Bound,
  type BoundCall,
  type Effect,
  type Replay,
  type Tool,
  type ToolContext,
  type ToolOutput,
  type ToolStep,
} from "./tool.ts";
