import type { JsonObject } from "@keelson/protocol";
import type { Reply } from "./reply.ts";

/** What a scenario file says, and what a test hands in: one shape. */
export type Script = {
  /** For messages: which scenario has run out, or doesn't fit. */
  readonly name?: string;
  /** The model that answers; without it, the one that was asked for. */
  readonly model?: string;
  /** The models there are; any other is a 404. Without it, every model is there. */
  readonly models?: readonly string[];
  /** Tokens; a prompt that is longer is refused, and so is one that leaves no room for `max_tokens`. Without it nothing is too long. */
  readonly window?: number;
  /** Thinking that comes back must stand where it stood: the same model, the same tools, system and messages before it. */
  readonly checkThinking?: boolean;
  /** Of the whole server; where there are `sessions`, of each conversation that fits none of them. */
  readonly replies: readonly Reply[] | ReplyTo;
  /** The first one that a conversation fits is its script. */
  readonly sessions?: readonly SessionScript[];
  /** What a request gets that comes after the last reply: an error that says so (the default), or the last reply once more. */
  readonly after?: After;
};
export type After = "error" | "repeat_last";

/** A script that many conversations play at once, each from its beginning. */
export type SessionScript = {
  readonly match?: Match;
  readonly replies: readonly Reply[] | ReplyTo;
  readonly after?: After;
};
/** All that is named must hold. `promptIncludes` looks at the first words of the user, `header` at whole values by name. */
export type Match = {
  readonly promptIncludes?: string;
  readonly systemIncludes?: string;
  readonly header?: Readonly<Record<string, string>>;
};

/** A file that was read: `readScenario` makes one. */
export type Scenario = Script & {
  readonly "keel-scenario": 1;
  readonly name: string;
  readonly description?: string;
  readonly replies: readonly Reply[];
};
/** `at` counts the replies from 0. Strings in what it returns are filled like those of a file. */
export type ReplyTo = (request: SeenRequest, at: number) => Reply | Promise<Reply>;

/** A request as it came in. `text` is the raw body; `body` is `{}` where that isn't a JSON object. Header names are in lower case. */
export type SeenRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly bytes: number;
  readonly body: JsonObject;
  /** When its head came in, and when the last byte of the answer was handed to the socket (or its reader had left); since the start. */
  readonly at: number;
  readonly answeredAt: number | undefined;
};
