/** Keys shared with other agents have their names and shapes; ours stand under `keel`. */
export type Settings = {
  readonly model?: string;
  readonly fallbackModel?: string | readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly permissions?: {
    readonly allow?: readonly string[];
    readonly ask?: readonly string[];
    readonly deny?: readonly string[];
    readonly additionalDirectories?: readonly string[];
    readonly defaultMode?: string;
  };
  readonly keel?: {
    readonly baseUrl?: string;
    readonly dialect?: string;
    readonly maxTurns?: number;
    readonly maxBudgetUsd?: number;
  };
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
