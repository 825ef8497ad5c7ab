/** What a session hands to the Skill block. */
import type { ToolContext, ToolOutput, ToolStep } from "@keelson/protocol";

export type Skills = {
  /** What a name means, by whatever of its names it is called; undefined where there is no such skill for the model. */
  find(name: string): { readonly id: string; readonly fork: boolean } | undefined;
  /** Loads it, or hands it to a sub-agent, whose envelopes are its steps. What can't be started is an output too. */
  invoke(name: string, args: string, ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput>;
};
