import type { Json, JsonObject } from "./message.ts";

/** Keys shared with other agents have their names and shapes; ours stand under `keel`. */
export type Settings = {
  readonly model?: string;
  readonly fallbackModel?: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: {
    readonly allow?: readonly RuleItem[];
    readonly ask?: readonly RuleItem[];
    readonly deny?: readonly RuleItem[];
    readonly additionalDirectories?: readonly string[];
    readonly defaultMode?: string;
    readonly disableBypassPermissionsMode?: string;
    readonly disableAutoMode?: string;
  };
  readonly sandbox?: SandboxSettings;
  /** Prose for the classifier; `"$defaults"` in a list stands for the built-in one. Never of a project's file. */
  readonly autoMode?: {
    readonly environment?: readonly string[];
    readonly allow?: readonly string[];
    readonly soft_deny?: readonly string[];
    readonly hard_deny?: readonly string[];
    readonly classifyAllShell?: boolean;
  };
  /** As written: `SettingsRead.hooks` of the loader has them one by one. */
  readonly hooks?: JsonObject;
  readonly disableAllHooks?: boolean;
  readonly allowManagedHooksOnly?: boolean;
  readonly allowedHttpHookUrls?: readonly string[];
  readonly httpHookAllowedEnvVars?: readonly string[];
  /** `plugin@marketplace`; only `true` enables. */
  readonly enabledPlugins?: Readonly<Record<string, Json>>;
  readonly extraKnownMarketplaces?: JsonObject;
  readonly enableAllProjectMcpServers?: boolean;
  readonly enabledMcpjsonServers?: readonly string[];
  readonly disabledMcpjsonServers?: readonly string[];
  readonly allowedMcpServers?: readonly Json[];
  readonly deniedMcpServers?: readonly Json[];
  readonly skillOverrides?: Readonly<Record<string, string>>;
  /** Letters of one entry of the listing; the listing's part of the window. */
  readonly skillListingMaxDescChars?: number;
  readonly skillListingBudgetFraction?: number;
  readonly disableSkillShellExecution?: boolean;
  readonly disableBundledSkills?: boolean;
  readonly claudeMdExcludes?: readonly string[];
  readonly outputStyle?: string;
  readonly statusLine?: JsonObject;
  /** A command that prints a key. */
  readonly apiKeyHelper?: string;
  readonly keel?: {
    readonly baseUrl?: string;
    readonly dialect?: string;
    readonly maxTurns?: number;
    readonly maxBudgetUsd?: number;
    /** Bounds of a session with all its agents: tokens of all kinds, calls of tools, minutes of running. */
    readonly maxTokens?: number;
    readonly maxCalls?: number;
    readonly maxMinutes?: number;
    /** Sub-agents at work at once, at any depth; 10 when absent. */
    readonly maxAgents?: number;
  };
};

/** A rule, or one with examples of what it must match, and must not: they are held against it when it is read. */
export type RuleItem = string | { readonly rule: string; readonly match?: readonly string[]; readonly notMatch?: readonly string[] };

/** Paths: `/` is absolute, `~/` the home, `./` the folder of the session; unlike in rules. Lists of all layers join. */
export type SandboxSettings = {
  readonly enabled?: boolean;
  readonly failIfUnavailable?: boolean;
  readonly autoAllowBashIfSandboxed?: boolean;
  readonly excludedCommands?: readonly string[];
  readonly allowUnsandboxedCommands?: boolean;
  readonly filesystem?: {
    readonly allowWrite?: readonly string[];
    readonly denyWrite?: readonly string[];
    readonly allowRead?: readonly string[];
    readonly denyRead?: readonly string[];
    readonly allowManagedReadPathsOnly?: boolean;
    readonly disabled?: boolean;
  };
  readonly network?: {
    readonly allowedDomains?: readonly string[];
    readonly deniedDomains?: readonly string[];
    readonly strictAllowlist?: boolean;
    readonly allowManagedDomainsOnly?: boolean;
    readonly allowUnixSockets?: readonly string[];
    readonly allowAllUnixSockets?: boolean;
    readonly allowLocalBinding?: boolean;
    readonly allowMachLookup?: readonly string[];
    readonly httpProxyPort?: number;
    readonly socksProxyPort?: number;
    readonly tlsTerminate?: Json;
  };
  readonly credentials?: JsonObject;
  readonly ignoreViolations?: JsonObject;
  readonly enableWeakerNestedSandbox?: boolean;
  readonly enableWeakerNetworkIsolation?: boolean;
  readonly allowAppleEvents?: boolean;
  readonly ripgrep?: { readonly command?: string; readonly args?: readonly string[] };
  readonly bwrapPath?: string;
  readonly socatPath?: string;
};

/** Highest first: the first that sets a value wins; deny and ask rules of all hold. */
export const SETTINGS_SOURCES = [
  "managed",
  "flag",
  "keel_local",
  "claude_local",
  "keel_project",
  "claude_project",
  "keel_user",
  "claude_user",
  "distribution",
  "builtin",
] as const;
export type SettingsSource = (typeof SETTINGS_SOURCES)[number];
