import type { Block, Clock, Effect, Envelope, JsonObject, Mode, Opinion, Problem } from "@keelson/protocol";

/** What a program hands over to open a session: where it is, what was asked for, and who answers questions. */
export type House = {
  readonly place: Place;
  readonly flags: Flags;
  /** Plugin directories, the bundled ones included: later ones win. */
  readonly plugins: readonly string[];
  readonly clock: Clock;
  /** Milliseconds since the epoch, for log lines. */
  readonly wall: () => number;
  /** Nobody to ask: an ask becomes a denial. */
  readonly ask?: Ask;
  readonly version: string;
};

/** `env` is read here and in no other place below the apps. */
export type Place = {
  readonly cwd: string;
  readonly home: string;
  readonly keelHome: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly platform: string;
};

/** What stands above every settings file. Rules are in the grammar of the settings (`Bash(npm test)`). */
export type Flags = {
  readonly model?: string;
  readonly fallbackModel?: readonly string[];
  readonly baseUrl?: string;
  readonly maxTurns?: number;
  readonly maxBudgetUsd?: number;
  readonly permissionMode?: Mode;
  readonly allowedTools?: readonly string[];
  readonly disallowedTools?: readonly string[];
  readonly systemPrompt?: string;
  readonly appendSystemPrompt?: string;
  readonly addDirs?: readonly string[];
  /** A path, or the JSON itself. */
  readonly settings?: string;
  readonly sessionId?: string;
  /** An id, or the latest session of this folder. */
  readonly resume?: { readonly id: string } | "latest";
  /** Retries without end. */
  readonly unattended?: boolean;
};

export type Question = {
  readonly tool: string;
  readonly input: JsonObject;
  readonly effects: readonly Effect[];
  readonly opinion: Opinion;
  /** The narrowest rule that would allow it; undefined where no rule could. */
  readonly suggestion?: string;
};
export type Answer =
  | { readonly behavior: "allow"; readonly scope: "once" | "session" }
  | { readonly behavior: "deny"; readonly message?: string; readonly interrupt?: boolean };
/** Rejects only when aborted. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Answer>;

/** Why a session couldn't be opened, in one line that says what to do next. `usage`: the command line or a named file is at fault. */
export type Refusal = { readonly code: "usage" | "settings" | "credentials" | "session" | "plugin"; readonly text: string };
export type Opening = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly refusal: Refusal };

/** An open session: one writer of one log. Dispose gives the log back. */
export type Session = AsyncDisposable & {
  readonly id: string;
  readonly cwd: string;
  readonly model: string;
  readonly mode: Mode;
  readonly tools: readonly string[];
  readonly plugins: readonly { readonly name: string; readonly root: string }[];
  /** Where the key came from: a variable's name, or none for an endpoint that needs none. */
  readonly credentials: string;
  /** What is wrong with files that were read, and was worked around. To be shown once. */
  readonly problems: readonly Problem[];
  /** False when its log can't be written: it lives in memory only. */
  readonly saved: boolean;
  /**
   * Takes a prompt to its end. Each durable envelope is on disk before it is yielded; the last one is `run.ended`.
   * An abort of `signal` ends it within 250 ms. One run at a time.
   */
  run(prompt: readonly Block[], signal: AbortSignal): AsyncGenerator<Envelope, void>;
};
