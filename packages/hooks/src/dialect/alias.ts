/** What a host's hooks call things, as far as it differs from the names this package uses. Data and pure functions. */
import type { HookEvent, JsonObject } from "@keelson/protocol";
import { isObject } from "../json.ts";

/** One of their events is our event, or a part of it. */
export type Alias = {
  readonly event: HookEvent;
  /** Only calls of these tools; a trailing `*` stands for any ending. */
  readonly tools?: readonly string[];
  /** What their matcher is held against, where it isn't what ours is. */
  readonly subject?: (payload: JsonObject) => string;
};

export type Dialect = {
  readonly events: Readonly<Record<string, Alias>>;
  /** Their matchers are patterns throughout; ours are, where they aren't names. */
  readonly searches: boolean;
  /** Events of theirs that have no place here. */
  readonly foreign: readonly string[];
  /** Milliseconds of one unit of `timeout`. */
  readonly timeoutUnitMs: number;
  readonly defaultTimeoutMs?: number;
  /** Their names of our tools. */
  readonly tools: Readonly<Record<string, string>>;
  /** Our payload in their words. `written`: what they call the event; `at`: ms since the epoch. */
  readonly write: (payload: JsonObject, written: string, at: number) => JsonObject;
  /** Their answer in our words. */
  readonly read: (answer: JsonObject, payload: JsonObject, written: string) => JsonObject;
};

/** A text field of a call's input; empty where there is none. */
export function ofInput(field: string): (payload: JsonObject) => string {
  return ({ tool_input: input }) => {
    const value = isObject(input) ? input[field] : undefined;
    return typeof value === "string" ? value : "";
  };
}
