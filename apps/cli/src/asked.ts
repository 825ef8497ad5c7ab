import type { Flags } from "@keelson/harness";
import type { Format, InputFormat } from "./options.ts";
import type { Unread } from "./parsed.ts";
import type { Verb } from "./verbs.ts";

/** What a command line asks for. A verb reads its own words: see verbs/table.ts. */
export type Asked = Unread | { readonly do: "verb"; readonly verb: Verb; readonly argv: readonly string[] } | Run;
export type Run = {
  readonly do: "run";
  /** Nothing was said at all. */
  readonly bare: boolean;
  readonly print: boolean;
  readonly prompt: string;
  readonly format: Format;
  readonly input: InputFormat;
  readonly partial: boolean;
  /** What sub-agents say is told, too. */
  readonly agentText: boolean;
  readonly verbose: boolean;
  readonly replay: boolean;
  /** The program at the other end of the streams answers questions. */
  readonly asksHost: boolean;
  /** Mode dontAsk: nobody answers questions. */
  readonly asksNobody: boolean;
  readonly debug: Debug | undefined;
  readonly named: Named;
  readonly plugins: readonly string[];
  /** What was asked for and isn't there yet, a line each. */
  readonly notes: readonly string[];
  readonly flags: Flags;
};
/** `kinds`: beginnings of event types; none is all. */
export type Debug = { readonly kinds: readonly string[]; readonly file?: string };
/** What has to be read before a session opens. `jsonSchema`, `agents`: a path, or the JSON itself. */
export type Named = {
  readonly systemPromptFile?: string;
  readonly appendSystemPromptFile?: string;
  readonly jsonSchema?: string;
  readonly agents?: string;
};
