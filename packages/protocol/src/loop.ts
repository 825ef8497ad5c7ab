import type { Event } from "./event.ts";
import type { View } from "./fold.ts";
import type { JsonObject, ToolUse } from "./message.ts";
import type { Model, ModelError, ModelErrorCode } from "./model.ts";
import type { ContinueReason, EndReason } from "./reason.ts";
import type { BoundCall, Tool, ToolContext } from "./tool.ts";

/** The loop's whole memory between turns. Replaced, never mutated. `view` follows from the log; the rest starts afresh with a run. */
export type LoopState = {
  readonly view: View;
  readonly model: string;
  readonly turn: number;
  readonly because: ContinueReason;
  readonly maxOutputTokens: number;
  readonly outputRoom: number; // what fits beside the input, as far as an endpoint said; Infinity else
  readonly outputResumes: number;
  readonly tries: Tries;
  readonly rescues: number; // tried since the last real reply
  readonly stopBlocks: number; // stop_hook_active is stopBlocks > 0
  readonly slowUntil: number; // fast mode is off before this time
  readonly pinned: number; // catalog revision that this run was started with
  readonly pauses: number; // in a row
  readonly malformedReplies: number; // in a row: every call of the reply had an input that isn't JSON
};
/** Failures in a row, by kind. A reply with a real stop reason forgets them all; a salvaged one forgets none. */
export type Tries = { readonly [code in ModelErrorCode]?: number };
/** Nobody sets the view: it changes by events only. */
export type Change = Partial<Omit<LoopState, "view">>;

/** The tools sent and the tools bound are one snapshot. `body`: the request without model, messages and output limit. */
export type Prepared =
  | { readonly go: "send"; readonly change: Change; readonly body: JsonObject; readonly tools: ReadonlyMap<string, Tool> }
  | { readonly go: "end"; readonly reason: EndReason };
export type Permit =
  | { readonly behavior: "allow"; readonly call: BoundCall } // rebound when a hook or the user changed the input
  | { readonly behavior: "deny"; readonly message: string; readonly interrupt: boolean; readonly stop?: true } // `stop`: a hook ends the run
  | { readonly behavior: "defer" };
export type Settled =
  | { readonly go: "on"; readonly because: "tool_results" | "steered" | "stop_hook" | "structured_retry" }
  | { readonly go: "end"; readonly reason: EndReason };

/** In order; each at most once between two real replies. */
export const RESCUES = ["drain_collapse", "strip_and_summarise"] as const;
export type Rescue = (typeof RESCUES)[number];

/** `sleep` takes ms, settles early at an abort and never rejects; `random` is in [0, 1). */
export type Clock = { now(): number; sleep(ms: number, signal: AbortSignal): Promise<void>; random(): number };

/** Everything the loop needs from the house. A port says what it did by yielding events; none throws, except on abort. */
export type Ports = {
  readonly model: Model;
  /** The pinned catalog's tools, for calls that a log ends with. */
  readonly tools: (revision: number) => ReadonlyMap<string, Tool>;
  readonly prepare: (state: LoopState, signal: AbortSignal) => AsyncGenerator<Event, Prepared>;
  /** True when the view got smaller. */
  readonly rescue: (how: Rescue, state: LoopState, error: ModelError, signal: AbortSignal) => AsyncGenerator<Event, boolean>;
  readonly permit: (use: ToolUse, call: BoundCall, ctx: ToolContext) => AsyncGenerator<Event, Permit>;
  /** The only inbox: steering, finished tasks, reminders, hook context, Stop hooks. What it adds, it yields as `context.added`. */
  readonly settle: (state: LoopState, at: "tools" | "stop", signal: AbortSignal) => AsyncGenerator<Event, Settled>;
  /** What a call had brought before a crash cut it off, in words for the model. */
  readonly remains?: (callId: string) => Promise<string | undefined>;
  readonly overBudget: () => EndReason | undefined;
  readonly clock: Clock;
};

/** See `loop` in core. */
export type Loop = (start: LoopState, ports: Ports, options: LoopOptions, signal: AbortSignal) => AsyncGenerator<Event, LoopState>;

export type LoopOptions = {
  readonly session: string;
  readonly cwd: string;
  readonly maxTurns: number;
  readonly models: readonly string[]; // the first is preferred, the others are fallbacks
  readonly outputLimit: number; // the model's own, tokens
  readonly graceMs: number; // after an abort; a sub-agent gets less than its parent
  readonly fast: boolean;
  readonly unattended: boolean;
};
