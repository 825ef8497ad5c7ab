import type { Json, JsonObject } from "./message.ts";

/** What a plugin directory says about itself. Data: reading one runs nothing. */
export type PluginDecl = {
  /** Of the manifest, else of the folder. */
  readonly name: string;
  readonly root: string;
  readonly format: string;
  readonly version?: string;
  readonly description?: string;
  /** Names of tool blocks to enable (`extensions["dev.keelson"].tools`). */
  readonly tools: readonly string[];
  /** The static part of the system prompt, as text. */
  readonly system?: string;
  /** The manifest as it was read: fields that aren't ours stay. */
  readonly manifest: JsonObject;
} & PluginParts;

/** What it brings, by kind, in the order it was found. */
export type PluginParts = {
  readonly skills: readonly SkillDecl[];
  readonly commands: readonly SkillDecl[];
  readonly agents: readonly AgentDecl[];
  readonly outputStyles: readonly StyleDecl[];
  readonly rules: readonly RuleTextDecl[];
  readonly instructions: readonly InstructionDecl[];
  readonly hooks: readonly HookDecl[];
  readonly mcpServers: readonly ServerDecl[];
  readonly lspServers: readonly ServerDecl[];
  readonly monitors: readonly MonitorDecl[];
  /** In-process tools (`tools/*.js`): files of code, absolute. */
  readonly toolFiles: readonly FileDecl[];
  /** Folders of programs that go before PATH. */
  readonly programs: readonly FileDecl[];
};
export type PartKind = keyof PluginParts;

/** Does using a part of this kind run code of the plugin's? What does is gated by trust; reading never is. */
export const RUNS_CODE: Readonly<Record<PartKind, boolean>> = {
  skills: false, // its `hooks` and inline commands are judged on their own
  commands: false,
  agents: false,
  outputStyles: false,
  rules: false,
  instructions: false,
  hooks: true,
  mcpServers: true,
  lspServers: true,
  monitors: true,
  toolFiles: true,
  programs: true,
};

/** Where a part stands: an absolute path, and the line (from 1) where it begins. */
export type FileDecl = { readonly file: string; readonly line?: number };

/** A text with a head: the body isn't held, `readBody` of the loader fetches it. */
export type TextDecl = FileDecl & {
  readonly name: string;
  /** Empty where neither the head nor the text says anything. */
  readonly description: string;
  /** The head as it was written: dates are strings, fields that nobody knows stay. */
  readonly fields: JsonObject;
};

export type SkillDecl = TextDecl & {
  /** A name for people, where it isn't `name`. */
  readonly title?: string;
  /** The folder of a skill; a command has none. */
  readonly dir?: string;
  /** Folders between the place of its kind and the file: `["git"]` of `commands/git/push.md`. */
  readonly within?: readonly string[];
  readonly whenToUse?: string;
  readonly argumentHint?: string;
  readonly arguments?: readonly string[];
  /** True: the user alone may start it. */
  readonly hiddenFromModel?: boolean;
  /** True: the model alone may start it. */
  readonly hiddenFromUser?: boolean;
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
  readonly effort?: string;
  /** True: it runs as a sub-agent, with its text as the prompt. */
  readonly fork?: boolean;
  readonly agent?: string;
  readonly background?: boolean;
  readonly paths?: readonly string[];
  readonly shell?: string;
  readonly hooks?: readonly HookDecl[];
  /** The text itself, where a manifest holds it; `file` is the manifest then. */
  readonly content?: string;
  /** How the body names its arguments; default `dollar`: `$ARGUMENTS`. `braces`: `{{args}}`, `!{cmd}`, `@{path}`. */
  readonly dialect?: "dollar" | "braces";
};

export type AgentDecl = TextDecl & {
  readonly within?: readonly string[];
  readonly tools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly model?: string;
  readonly permissionMode?: string;
  readonly maxTurns?: number;
  readonly skills?: readonly string[];
  /** A name of a server, or one entry as in `mcpServers`. */
  readonly mcpServers?: readonly Json[];
  readonly hooks?: readonly HookDecl[];
  readonly memory?: string;
  readonly background?: boolean;
  readonly effort?: string;
  readonly isolation?: string;
  /** False: it begins without CLAUDE.md and its kin. */
  readonly instructions?: boolean;
  readonly color?: string;
  readonly initialPrompt?: string;
};

/** `keepsCoding`: the built-in coding instructions stay. `forced`: a plugin's, which overrides the user's choice. */
export type StyleDecl = TextDecl & { readonly keepsCoding: boolean; readonly forced: boolean };
/** Without `paths` it always holds; with them, when a file that fits is touched. */
export type RuleTextDecl = TextDecl & { readonly paths?: readonly string[] };
/** CLAUDE.md and its kin. `local`: of this user, not of the repository. */
export type InstructionDecl = FileDecl & { readonly local?: boolean };

/** One handler of one event. `handler` is as it was written; `timeoutS` is its timeout in seconds, whatever unit the format has. */
export type HookDecl = FileDecl & {
  readonly event: string;
  /** What the format calls the event, where that is another name. */
  readonly calledEvent?: string;
  readonly matcher?: string;
  readonly handler: JsonObject;
  readonly timeoutS?: number;
  /** Fields of the group it stands in, `matcher` and `hooks` apart. */
  readonly group?: JsonObject;
  /** Which host's payload and answers it speaks. */
  readonly dialect: HookDialect;
};
export type HookDialect = "claude" | "gemini" | "cursor";

/** `transport`: `stdio`, `http`, `sse`, `ws`, `sdk`; of a language server `stdio` or `socket`. `config` as it was written, variables unexpanded. */
export type ServerDecl = FileDecl & { readonly name: string; readonly transport: string; readonly config: JsonObject };

/** `when`: `always`, or `on-skill-invoke:<skill>`. */
export type MonitorDecl = FileDecl & {
  readonly name: string;
  readonly command: string;
  readonly description?: string;
  readonly when: string;
};

/** Something in a file that can't be used, and what to do about it. The rest of the file holds. `text` is the whole; `hint` its last part, what to do. */
export type Problem = {
  readonly severity: "warning" | "error";
  readonly file: string;
  readonly line?: number;
  readonly text: string;
  /** A word for programs. */
  readonly code?: string;
  readonly hint?: string;
};
export type PluginRead = { readonly plugin: PluginDecl | undefined; readonly problems: readonly Problem[] };

/** Every event a hook can be bound to. Names are compared with case. */
export const HOOK_EVENTS = [
  "SessionStart",
  "Setup",
  "InstructionsLoaded",
  "UserPromptSubmit",
  "UserPromptExpansion",
  "MessageDisplay",
  "PreToolUse",
  "PermissionRequest",
  "PermissionDenied",
  "PostToolUse",
  "PostToolUseFailure",
  "PostToolBatch",
  "Notification",
  "SubagentStart",
  "SubagentStop",
  "Stop",
  "StopFailure",
  "TeammateIdle",
  "TaskCreated",
  "TaskCompleted",
  "ConfigChange",
  "CwdChanged",
  "DirectoryAdded",
  "FileChanged",
  "WorktreeCreate",
  "WorktreeRemove",
  "PreCompact",
  "PostCompact",
  "PreModelSwitch",
  "PostModelSwitch",
  "Elicitation",
  "ElicitationResult",
  "SessionEnd",
] as const;
export type HookEvent = (typeof HOOK_EVENTS)[number];
