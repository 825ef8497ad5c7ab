import type { Block, Json, JsonObject } from "@keelson/protocol";

/** One answer of a script. Blocks and results are counted from 1; times are milliseconds unless a name says otherwise. */
export type Reply = MessageReply | ErrorReply;
export type MessageReply = {
  readonly expect?: Expectation;
  readonly blocks: readonly ReplyBlock[];
  /** The stop reason; without it `tool_use` where a tool is asked for, `refusal` and `stop_sequence` where they are told of, else `end_turn`. */
  readonly stop?: string;
  /** Why it was refused. */
  readonly stopDetails?: StopDetails;
  /** Which of the request's stop sequences it came to. */
  readonly stopSequence?: string;
  readonly pace?: Pace;
  /** Spelled as on the wire; replaces the estimate, key by key. Whoever names a figure of the input switches the accounting of the cache off. */
  readonly usage?: WireUsage;
  /** The socket is destroyed there; `clean` ends the answer properly instead, only too early. */
  readonly cut?: Place & { readonly clean?: boolean };
  /** Silence there, for `ms` or until the reader leaves. */
  readonly stall?: Place & { readonly ms?: number };
  /** An `error` event there (by default at once), and nothing after it. */
  readonly errorEvent?: BlockPlace & { readonly type: string; readonly message: string };
};
/** An answer that isn't a message. `times`: so many requests in a row get it. */
export type ErrorReply = { readonly expect?: Expectation; readonly error: WireError; readonly times?: number };
/** What is missing follows from the status. `retryAfter`: seconds; a 429 has 1 unless it is null. */
export type WireError = {
  readonly status: number;
  readonly type?: string;
  readonly message?: string;
  readonly retryAfter?: number | null;
  readonly details?: JsonObject;
};

/**
 * A `pause` belongs to the block before it. `rawInput` is sent as it stands, JSON or not.
 * `result` answers the server tool before it. `raw` is any other block, sent whole; with `deltas`, begun with, and completed by these.
 */
export type ReplyBlock = SentBlock | { readonly pause: number };
export type SentBlock =
  | { readonly text: string; readonly citations?: readonly JsonObject[] }
  | { readonly thinking: string; readonly signature?: string }
  | { readonly tool: string; readonly input: JsonObject; readonly id?: string }
  | { readonly tool: string; readonly rawInput: string; readonly id?: string }
  | { readonly serverTool: string; readonly input: JsonObject; readonly id?: string }
  | { readonly result: Json; readonly type?: string }
  | { readonly raw: Block; readonly deltas?: readonly Block[] };

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

type StopDetails = { readonly category?: string | null; readonly explanation?: string | null };

type WireUsage = {
  readonly input_tokens?: number;
  readonly output_tokens?: number;
  readonly cache_read_input_tokens?: number;
  readonly cache_creation_input_tokens?: number;
  readonly cache_creation?: { readonly ephemeral_5m_input_tokens: number; readonly ephemeral_1h_input_tokens: number };
};
