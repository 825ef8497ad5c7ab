import type { BoundCall } from "./tool.ts";

/** In this order. A later stage only raises the verdict, with two named exceptions: the user answers an ask, and the classifier a default ask. */
export const STAGES = ["validate", "deny", "allow", "own_check", "hooks", "classifier", "user"] as const;
export type Stage = (typeof STAGES)[number];

/** Weakest first: verdicts join on the strongest. */
export const BEHAVIORS = ["allow", "ask", "deny"] as const;
export type Behavior = (typeof BEHAVIORS)[number];

/** `auto`: a classifier answers default asks. `dontAsk`: nobody is asked, and what isn't allowed is denied. */
export const MODES = ["default", "acceptEdits", "plan", "bypassPermissions", "auto", "dontAsk"] as const;
export type Mode = (typeof MODES)[number];

/** A rule as it was written, and where. `base`: the folder that patterns beginning with `/` start at. */
export type Rule = {
  readonly text: string;
  readonly behavior: Behavior;
  readonly source: string;
  readonly base: string;
  readonly file?: string;
  readonly line?: number;
};

/**
 * What a stage says. `explicit: false` on an ask means that nobody spoke: the default.
 * A stage without an opinion returns undefined instead.
 */
export type Opinion = { readonly behavior: Behavior; readonly reason: string; readonly explicit: boolean; readonly rule?: Rule };
export type Decision = Opinion & { readonly stage: Stage };

/** What is judged. `cwd` and `directories`: where the session may work without a question. */
export type Asked = {
  readonly tool: string;
  readonly call: BoundCall;
  readonly mode: Mode;
  readonly rules: readonly Rule[];
  readonly cwd: string;
  readonly directories: readonly string[];
  readonly home: string;
};

/** `soFar`: what the stages before have come to; what a question to the user is about. */
export type Pending = Asked & { readonly soFar: Decision };

/** One stage of the pipeline: an opinion, or none. It must not act. */
export type Judge = (pending: Pending, signal: AbortSignal) => Promise<Opinion | undefined>;
