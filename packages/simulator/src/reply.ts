import type { Block, JsonObject } from "@keelson/protocol";

/**
 * What a scenario file says, and what a test hands in: one shape.
 * Blocks and results are counted from 1; times are milliseconds unless a name says otherwise.
 */
export type Script = {
  /** For messages: which scenario has run out, or doesn't fit. */
  readonly name?: string;
  /** The model that answers; without it, the one that was asked for. */
  readonly model?: string;
  readonly replies: readonly Reply[] | ReplyTo;
  /** What a request gets that comes after the last reply: an error that says so (the default), or the last reply once more. */
  readonly after?: "error" | "repeat_last";
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

export type Reply = MessageReply | ErrorReply;
export type MessageReply = {
  readonly expect?: Expectation;
  readonly blocks: readonly ReplyBlock[];
  /** The stop reason; without it `tool_use` where a tool is asked for, else `end_turn`. */
  readonly stop?: string;
  readonly pace?: Pace;
  /** Spelled as on the wire; replaces the estimate, key by key. */
  readonly usage?: WireUsage;
  /** The socket is destroyed there; `clean` ends the answer properly instead, only too early. */
  readonly cut?: Place & { readonly clean?: boolean };
  /** Silence there, for `ms` or until the reader leaves. */
  readonly stall?: Place & { readonly ms?: number };
  /** An `error` event there (by default at once), and nothing after it. */
  readonly errorEvent?: BlockPlace & { readonly type: string; readonly message: string };
};
/** An answer that isn't a message. `times`: so many requests in a row get it. */
type ErrorReply = { readonly expect?: Expectation; readonly error: WireError; readonly times?: number };
/** What is missing follows from the status. `retryAfter`: seconds; a 429 has 1 unless it is null. */
export type WireError = {
  readonly status: number;
  readonly type?: string;
  readonly message?: string;
  readonly retryAfter?: number | null;
  readonly details?: JsonObject;
};

/** A `pause` belongs to the block before it. `rawInput` is sent as it stands, JSON or not. `raw` is any other block, sent whole. */
export type ReplyBlock =
  | { readonly text: string }
  | { readonly thinking: string; readonly signature?: string }
  | { readonly tool: string; readonly input: JsonObject; readonly id?: string }
  | { readonly tool: string; readonly rawInput: string; readonly id?: string }
  | { readonly pause: number }
  | { readonly raw: Block };

/** A wait before each chunk: `chunkMs`, or as long as its tokens take. `chunk`: characters, 12 by default. */
export type Pace = { readonly tokensPerSecond?: number; readonly chunkMs?: number; readonly chunk?: number };

/** `afterBlock: 0` is after `message_start`; `inBlock` is halfway through its deltas; `atByte` counts the body, and 0 is before the head too. */
export type Place = { readonly afterBlock?: number; readonly inBlock?: number; readonly atByte?: number };
type BlockPlace = Omit<Place, "atByte">;

/** What the conversation must look like; where it doesn't, the request is refused with words about the difference. */
export type Expectation = {
  readonly lastResultIncludes?: string;
  /** The tool that the last result came from. */
  readonly tool?: string;
  readonly promptIncludes?: string;
};

type WireUsage = {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_creation?: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
};
