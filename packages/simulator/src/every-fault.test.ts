import { scriptedClock } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { arrived, ask, blocksIn, eventsIn, typesOf, type Loose } from "../test/ask.ts";
import { readScenario } from "./read.ts";
import { simulate } from "./simulate.ts";

/** Every way to fail that the reference lists, as a file says it, and as a client sees it: status, then how the answer went. */
type Seen = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly broken: boolean;
  readonly slept: readonly number[];
};
type Row = readonly [name: string, reply: object, check: (seen: Seen) => void];
const TEXT = { blocks: [{ text: "one two three four five six" }] };
const error = ({ text }: Seen): Loose => JSON.parse(text).error;
const end = ({ text }: Seen): Loose => eventsIn(text).find(({ type }) => type === "message_delta")?.delta;

const ROWS: readonly Row[] = [
  [
    "429 with Retry-After",
    { error: { status: 429, retryAfter: 2 } },
    (seen) => expect([seen.status, seen.headers.get("retry-after")]).toEqual([429, "2"]),
  ],
  ["529", { error: { status: 529 } }, (seen) => expect([seen.status, error(seen).type]).toEqual([529, "overloaded_error"])],
  ["500", { error: { status: 500 } }, (seen) => expect([seen.status, error(seen).type]).toEqual([500, "api_error"])],
  ["503", { error: { status: 503 } }, (seen) => expect([seen.status, error(seen).type]).toEqual([503, "api_error"])],
  ["413", { error: { status: 413 } }, (seen) => expect([seen.status, error(seen).type]).toEqual([413, "request_too_large"])],
  [
    "400 prompt too long",
    { error: { status: 400, message: "prompt is too long: 210000 tokens > 200000 maximum" } },
    (seen) =>
      expect([seen.status, error(seen)]).toEqual([
        400,
        { type: "invalid_request_error", message: "prompt is too long: 210000 tokens > 200000 maximum" },
      ]),
  ],
  ["a cut at a byte", { ...TEXT, cut: { atByte: 700 } }, (seen) => expect([seen.text.length, seen.broken]).toEqual([700, true])],
  ["a stall", { ...TEXT, stall: { afterBlock: 0, ms: 90_000 } }, (seen) => expect(seen.slept).toEqual([90_000])],
  [
    "an error in the middle of a stream",
    { ...TEXT, errorEvent: { type: "overloaded_error", message: "Overloaded", inBlock: 1 } },
    (seen) => expect([seen.status, typesOf(eventsIn(seen.text)).slice(-2)]).toEqual([200, ["content_block_delta", "error"]]),
  ],
  [
    "a tool input that isn't JSON",
    { blocks: [{ tool: "Edit", rawInput: '{"file_path": ' }] },
    (seen) => expect([blocksIn(eventsIn(seen.text))[0].sent, end(seen).stop_reason]).toEqual(['{"file_path": ', "tool_use"]),
  ],
  [
    "a refusal",
    { ...TEXT, stopDetails: { category: "bio" } },
    (seen) => expect(end(seen)).toMatchObject({ stop_reason: "refusal", stop_details: { category: "bio" } }),
  ],
  ["max_tokens", { ...TEXT, stop: "max_tokens" }, (seen) => expect(end(seen).stop_reason).toBe("max_tokens")],
  ["pause_turn", { ...TEXT, stop: "pause_turn" }, (seen) => expect(end(seen).stop_reason).toBe("pause_turn")],
  [
    "the window, from within",
    { ...TEXT, stop: "model_context_window_exceeded" },
    (seen) => expect(end(seen).stop_reason).toBe("model_context_window_exceeded"),
  ],
];

describe("a scenario file can play", () => {
  it.each(ROWS)("%s", async (_, reply, check) => {
    const read = readScenario(JSON.stringify({ "keel-scenario": 1, replies: [reply] }), "faults.json");
    if (!read.ok) throw new Error(read.error);
    const clock = scriptedClock();
    await using server = await simulate(read.scenario, { clock });
    const response = await ask(server.url);
    check({ status: response.status, headers: response.headers, ...(await arrived(response)), slept: clock.slept });
  });
});
