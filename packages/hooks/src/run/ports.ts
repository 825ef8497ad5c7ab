/** What running hooks needs from the house. Rule: functions and values; this package opens nothing by itself. */
import type { Clock, Event, FileStore, HookCommon, JsonObject, RunProcess } from "@keelson/protocol";

export type HookPorts = {
  readonly run: RunProcess;
  readonly clock: Clock;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  /** The whole environment of a hook beside what this package adds: an allow-list already. */
  readonly env: Readonly<Record<string, string>>;
  /** Where the session began; `common().cwd` may be elsewhere. */
  readonly projectDir: string;
  readonly common: () => HookCommon;
  readonly files: Pick<FileStore, "read" | "write" | "stat">;
  /** A folder for what is too long to be shown, and for what hooks leave for later shells. */
  readonly outputs: string;
  /** Does a permission rule, as it was written, match this call? A rule that can't be read matches. */
  readonly matchesRule: (rule: string, tool: string, input: JsonObject) => boolean | Promise<boolean>;
  /** The house's way to the outside: follows no redirect. Without it http hooks fail. */
  readonly fetch?: HookFetch;
  /** Globs of addresses that http hooks may post to; without it all. */
  readonly httpUrls?: readonly string[];
  /** A variable for a header that names it. */
  readonly variable?: (name: string) => string | undefined;
  /** One answer of a model, metered. */
  readonly askModel?: (asked: AskedModel, signal: AbortSignal) => Promise<string>;
  /** An agent that only reads, metered; yields what is to be seen of it, returns its last words. */
  readonly runAgent?: (task: AgentTask, signal: AbortSignal) => AsyncGenerator<Event, string>;
  /** Undefined when no such server is connected. */
  readonly callMcpTool?: (call: McpCall, signal: AbortSignal) => Promise<{ readonly text: string; readonly isError: boolean } | undefined>;
  /** A hook in the background has something that shouldn't wait for the next turn. */
  readonly wake?: () => void;
};

/** Without a `model`: a small and fast one. */
export type AskedModel = { readonly system: string; readonly prompt: string; readonly model?: string };
/** `hooks`: none fire inside of it. */
export type AgentTask = AskedModel & { readonly maxTurns: number; readonly hooks: "off" };
export type McpCall = { readonly server: string; readonly tool: string; readonly input: JsonObject };

/** As much of `fetch` as is needed. */
export type HookFetch = (
  url: string,
  init: {
    readonly method: "POST";
    readonly headers: Readonly<Record<string, string>>;
    readonly body: string;
    readonly signal: AbortSignal;
    readonly redirect: "manual";
  },
) => Promise<{ readonly ok: boolean; readonly status: number; readonly body: AsyncIterable<Uint8Array> | null }>;
