/** What a session hands to the blocks that delegate. */
import type { ToolContext, ToolOutput, ToolStep } from "@keelson/protocol";

/** The kind of agent that is there without a plugin: all the tools, no words of its own. */
export const GENERAL = "general-purpose";

export type AgentOrder = {
  /** The name of a kind of agent; undefined for the general one. */
  readonly kind: string | undefined;
  readonly prompt: string;
  /** A few words for people. */
  readonly description: string;
  readonly model: string | undefined;
  /** How hard it tries; the session's own measure where it is absent. */
  readonly effort?: string | undefined;
  readonly background: boolean;
  /** `worktree`: in a working tree of its own. */
  readonly isolation: "worktree" | undefined;
  /** By which messages reach it. */
  readonly name: string | undefined;
  /** Where nobody is there to answer its questions, it may wait until somebody comes: its call is deferred then. */
  readonly waits?: true;
};

/** Something that goes on in the background. */
export type Work = {
  readonly id: string;
  /** `running`, or how it ended. */
  state(): string;
  output(): string;
  readonly done: Promise<unknown>;
  stop(): Promise<void>;
};

export type Agents = {
  /** The child's envelopes are its steps; its answer is the output. What can't be started is an output too. */
  start(order: AgentOrder, ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput>;
  /** In words what became of the message. */
  send(to: string, message: string, ctx: ToolContext): Promise<{ readonly ok: boolean; readonly words: string }>;
  find(id: string): Work | undefined;
  all(): readonly Work[];
};

/** A working tree for the session to move into. In words what was done, or why not. */
export type Worktrees = {
  enter(name: string | undefined, signal: AbortSignal): Promise<{ readonly ok: boolean; readonly words: string }>;
  exit(how: "keep" | "remove", discard: boolean, signal: AbortSignal): Promise<{ readonly ok: boolean; readonly words: string }>;
};
