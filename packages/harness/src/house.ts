import type { BoardState, Work } from "@keelson/tools";
import type { Reloaded } from "./live/follow.ts";
import type { Telemetry } from "./telemetry/open.ts";
import type { Behavior, Block, Clock, Effect, Envelope, JsonObject, Mode, Opinion, Problem } from "@keelson/protocol";

/** What a program hands over to open a session: where it is, what was asked for, and who answers questions. */
export type House = {
  readonly place: Place;
  readonly flags: Flags;
  /** Plugin directories that come with the program. */
  readonly plugins: readonly string[];
  /** Those that were named for this session. */
  readonly named?: readonly string[];
  /** What a coordinator has beside them. */
  readonly coordinating?: () => readonly string[];
  readonly clock: Clock;
  /** Milliseconds since the epoch, for log lines. */
  readonly wall: () => number;
  /** Nobody to ask: an ask becomes a denial. */
  readonly ask?: Ask;
  readonly version: string;
  /** Told before code of a plugin runs in this process: from which folder, and what people call that. */
  readonly runsCode?: (root: string, name: string) => void | Promise<void>;
  /** Where what sessions do is told to. */
  readonly telemetry?: Pick<Telemetry, "trace">;
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
  /** With `resume`, beside those that the session has; an empty list takes those back. */
  readonly disallowedTools?: readonly string[];
  /** Rules that ask. */
  readonly askedTools?: readonly string[];
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
  /** What the final answer must fit, as a JSON Schema. */
  readonly jsonSchema?: JsonObject;
  /** Only these of the enabled tools are offered; `default` among them is all. */
  readonly tools?: readonly string[];
  /** False: the log is kept in memory only. */
  readonly persist?: boolean;
  /** With `resume`: in a session of its own, which begins as that one stands. */
  readonly fork?: boolean;
  /** With nobody to ask, a question is kept and the run parked until it is answered. */
  readonly defer?: boolean;
  /** Plans and hands out, and changes nothing itself. */
  readonly coordinator?: boolean;
  /** False: files that change while the session runs aren't taken up, unless they are read again by `reload`. */
  readonly watch?: boolean;
  /** This folder is trusted, for this session. */
  readonly trust?: boolean;
  /** Setup hooks run before the session starts. */
  readonly setup?: "init" | "maintenance";
  /** How hard the model tries. */
  readonly effort?: string;
  /** Kinds of agents beside those of plugins, by name. */
  readonly agents?: Readonly<Record<string, JsonObject>>;
};

export type Question = {
  readonly askId: string;
  readonly callId: string;
  /** Which sub-agent asks; absent for the session itself. */
  readonly agent?: string;
  /** It is no permission: the tool exists to ask a person, and its answer stands in the input. */
  readonly asksUser?: true;
  readonly tool: string;
  readonly input: JsonObject;
  readonly effects: readonly Effect[];
  readonly opinion: Opinion;
  /** The narrowest rules that together would allow it, at most five, and the same in one line for people; absent where no rule could. */
  readonly rules?: readonly string[];
  readonly suggestion?: string;
};
export type Answer =
  /**
   * `input` in place of what was asked for: it is judged again, and a deny rule still holds. `rules` hold for the session.
   * `project`: the suggested rule holds in this folder for every session, until `until` (ms since the epoch) where it is given.
   */
  | {
      readonly behavior: "allow";
      readonly scope: "once" | "session" | "project";
      readonly until?: number;
      readonly input?: JsonObject;
      readonly rules?: readonly NewRule[];
    }
  | { readonly behavior: "deny"; readonly message?: string; readonly interrupt?: boolean };
export type NewRule = { readonly text: string; readonly behavior: Behavior };
/** `later`: it stays open, and the run waits for it. Rejects only when aborted. */
export type Ask = (question: Question, signal: AbortSignal) => Promise<Answer | "later">;

/** Why a session couldn't be opened, in one line that says what to do next. `usage`: the command line or a named file is at fault. */
export type Refusal = { readonly code: "usage" | "settings" | "credentials" | "session" | "plugin"; readonly text: string };
export type Opening = { readonly ok: true; readonly session: Session } | { readonly ok: false; readonly refusal: Refusal };

/** An open session: one writer of one log. Dispose gives the log back. */
export type Session = AsyncDisposable & {
  readonly id: string;
  readonly cwd: string;
  readonly model: string;
  readonly mode: Mode;
  /** From the next turn on; in words why not, else undefined. */
  setModel(name: string): string | undefined;
  /** From the next call on; in words why not, else undefined. */
  setMode(mode: Mode): string | undefined;
  /** Tokens in the context after the last reply, and how many the model takes. */
  readonly context: { readonly tokens: number; readonly window: number };
  readonly tools: readonly string[];
  readonly plugins: readonly { readonly name: string; readonly root: string }[];
  /** Kinds of sub-agents that can be started. */
  readonly agents: readonly { readonly name: string; readonly description: string }[];
  /** Where the key came from: a variable's name, or none for an endpoint that needs none. */
  readonly credentials: string;
  /** What is wrong with files that were read, and was worked around. To be shown once. */
  readonly problems: readonly Problem[];
  /** Whether the folder's own settings and plugins count in full, and which folder that is (a real path). */
  readonly trusted: boolean;
  readonly trustRoot: string;
  /** False when its log can't be written: it lives in memory only. */
  readonly saved: boolean;
  /** Skills and commands that the user can start by a slash before their name. */
  readonly skills: readonly {
    readonly name: string;
    readonly kind: "skill" | "command";
    readonly description: string;
    readonly takes?: string;
  }[];
  /** Whether a slash before this name starts one: also by a name that is shorter than the one in `skills`, where no other has it. */
  starts(name: string): boolean;
  /** In words why what has this name isn't the user's to start; undefined where it is, or where nothing is called so. */
  whyNot(name: string): string | undefined;
  /** The output styles, or in words what became of the choice of one. */
  outputStyle(name: string): Promise<string>;
  /** The tasks of the session and its agents. */
  readonly board: BoardState;
  /** Commands and agents in the background, those that ended among them. */
  works(): readonly Work[];
  /**
   * Words of the user while a run is under way: the model reads them after its next step, or when the session goes on. On disk when it settles.
   * `inputId`: of words that were accepted before; else the one they get.
   */
  steer(content: readonly Block[], inputId?: string): Promise<void>;
  /**
   * Words of the user that wait for a run of their own (`prompt`) or for a step of one (`steer`): on disk when it settles, so that they are read
   * when the session goes on, whatever becomes of this program. Their id, to be given to `run`, `add` or `steer`.
   */
  accept(content: readonly Block[], kind: "prompt" | "steer"): Promise<string>;
  /** Takes back what was accepted and isn't read yet. */
  withdraw(inputIds: readonly string[]): Promise<void>;
  /** Takes up what changes in plugin directories and settings from now on; by itself that begins when the first call of a run is over. */
  watch(): void;
  /** Reads them again now. `rewrite`: the next request says all of it afresh, whatever that costs. */
  reload(rewrite: boolean): Promise<Reloaded>;
  /** One more folder to work in. In words why not; undefined when it is done. */
  addFolder(path: string): Promise<string | undefined>;
  /** What it is called: its first prompt's beginning until someone names it. */
  rename(title: string): void;
  /** Puts words of the user into the context without asking the model: they stand before the next prompt. Not while a run is under way. */
  add(content: readonly Block[], accepted?: readonly string[]): Promise<void>;
  /**
   * Takes a prompt to its end; without words, takes up what the log ends with. Each durable envelope is on disk before it is yielded; the last one is `run.ended`, whose totals hold `usd`, the `ms` of the session's runs, the `bound` that is used up, where one is, and, where one was asked for, the `structured` answer.
   * An abort of `signal` ends it within 250 ms. One run at a time. `accepted`: the ids of the prompt's words, where they were accepted before.
   */
  run(prompt: readonly Block[], signal: AbortSignal, accepted?: readonly string[]): AsyncGenerator<Envelope, void>;
};
