/** What a session has of language servers and monitors. Types alone: a session without any loads nothing of them. */
import type { Event, Problem } from "@keelson/protocol";
import type { Lsp } from "@keelson/tools";
import type { Gathered } from "../gather.ts";
import type { MonitorSite } from "./monitors.ts";

/** Of a session with all its agents. Dispose ends what runs. */
export type Servers = AsyncDisposable & {
  /** Those of another reading from now on; what isn't among them is ended. What is wrong with them and wasn't told before. */
  renew(from: Gathered): Promise<readonly Problem[]>;
  /** For the block LSP; undefined where no language server may run. */
  lsp(): Lsp | undefined;
  /** What one conversation hears of them. `toolbox`: of the root, whose monitors run beside its commands. */
  follow(toolbox?: MonitorSite): Following;
  /** A skill was started. */
  invoked(skill: string): void;
};

/** `prompt`: behind a prompt. `tools`: behind the results of calls. `stop`: before an end, which comes later when something is said. */
export type Moment = "prompt" | "tools" | "stop";
export type Following = {
  /** `written` are among the files. */
  touched(files: readonly string[], written: readonly string[]): Promise<void>;
  /** What is new, as context. */
  news(at: Moment, signal: AbortSignal): Promise<readonly Event[]>;
};
