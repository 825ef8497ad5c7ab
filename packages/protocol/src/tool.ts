import type { Envelope } from "./event.ts";
import type { Block, Json, JsonObject } from "./message.ts";

/** What a call will touch. Tools state it; permissions judge it; checkpoints, file leases and `explain` use it. Paths are absolute. */
export type Effect =
  /** `under`: everything beneath the path too. `filtered`: the tool leaves out what a deny rule on reading speaks of. */
  | { readonly do: "read"; readonly path: string; readonly under?: true; readonly filtered?: true }
  /** `under`: what stands beneath the path, too; a wildcard is told as its folder. */
  | { readonly do: "write" | "delete"; readonly path: string; readonly under?: true }
  /** `text`: the exact bytes the shell is given. `cwd`: where it starts. */
  | { readonly do: "shell"; readonly text: string; readonly cwd: string }
  | { readonly do: "connect"; readonly url: string }
  | { readonly do: "spawn"; readonly agent: string }
  | { readonly do: "unknown"; readonly why: string };

/** May a call run again when it is not known whether it ran? */
export type Replay = "safe" | "idempotent" | "never";

/** `inputSchema` is JSON Schema as the model sees it. Description and schema are constant: no path, date or count. */
export type Tool = {
  readonly name: string;
  readonly description: string;
  readonly inputSchema: JsonObject;
  /** Parses what the model sent. `cwd`: what relative paths are relative to. */
  bind(raw: Json, cwd: string): Bound;
  /** The model has begun to write a call of it: what takes time and has no effect can be made ready. It must not throw. */
  warm?(): void;
};
export type Bound = { readonly ok: true; readonly call: BoundCall } | { readonly ok: false; readonly error: string };
export type BoundCall = {
  /** The parsed input, printed again: what is judged is what runs. */
  readonly input: JsonObject;
  readonly effects: readonly Effect[];
  readonly readOnly: boolean;
  readonly concurrencySafe: boolean;
  readonly replay: Replay;
  /** It is a question to a person: no mode and no rule answers it. */
  readonly asksUser?: true;
  /** A reason why the call can't work as asked, in words for the model; looked at before anyone is asked for permission. */
  validate(ctx: ToolContext): Promise<string | undefined>;
  /** Each step waits until the reader wants the next one: a tool that says more than is read is held back. */
  run(ctx: ToolContext): AsyncGenerator<ToolStep, ToolOutput>;
};
export type ToolStep = { readonly type: "progress"; readonly text: string } | { readonly type: "child"; readonly envelope: Envelope };
/**
 * `display` is for people (diff, file, table, image, tree); the model never sees it. `stop` ends the run after this turn. `deferred`: it waits for somebody's
 * answer, and so does the run; the call stays without a result, and is run again when the log is taken up.
 */
export type ToolOutput = {
  readonly content: readonly Block[];
  readonly isError?: boolean;
  readonly data?: Json;
  readonly display?: JsonObject;
  readonly stop?: string;
  readonly deferred?: true;
};
export type ToolContext = { readonly callId: string; readonly session: string; readonly cwd: string; readonly signal: AbortSignal };
