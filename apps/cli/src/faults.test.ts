import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { messagesOf, oneLine, scene } from "../test/keel.ts";

/** Real processes against an endpoint that fails behind one good turn. At once: most of their time is the waits between tries. */
const READS: Reply = { blocks: [{ text: "I'll look." }, { tool: "Read", input: { file_path: "note.txt" } }] };
const DONE: Reply = { blocks: [{ text: "It is short." }] };
const TOO_LONG: Reply = { error: { status: 400, message: "prompt is too long: 250000 tokens > 200000 maximum" } };

describe.concurrent("the work is done in spite of", () => {
  test.each<readonly [string, readonly Reply[], number, number]>([
    ["a rate limit that asks for a wait of 2 s", [{ error: { status: 429, retryAfter: 2 } }, DONE], 3, 2_000],
    ["an endpoint that is overloaded three times", [{ error: { status: 529 }, times: 3 }, DONE], 5, 375],
    ["an endpoint that fails three times", [{ error: { status: 503 }, times: 3 }, DONE], 5, 375],
    ["an answer that is cut in its text", [{ blocks: [{ text: "It is sh" }], cut: { inBlock: 1 } }, DONE], 3, 375],
    [
      "an answer that is cut in a call",
      [{ blocks: [{ tool: "Read", input: { file_path: "note.txt" } }], cut: { inBlock: 1 } }, DONE],
      3,
      375,
    ],
  ])("%s", async (_, replies, requests, waitMs) => {
    await using the = await scene([READS, ...replies]);
    const ran = await the.keel(["-p", "how long is it?", "--output-format", "stream-json"]);
    const messages = messagesOf(ran);
    expect(ran.code).toBe(0);
    expect(messages.at(-1)).toMatchObject({ subtype: "success", is_error: false, result: "It is short." });
    expect(messages.filter(({ subtype }) => subtype === "api_retry")).toHaveLength(requests - 2);
    expect(messages.filter(({ type }) => type === "user")).toHaveLength(1);
    expect(the.model.requests).toHaveLength(requests); // no storm
    const [, refused, next] = the.model.requests;
    expect((next?.at ?? 0) - (refused?.answeredAt ?? 0)).toBeGreaterThan(waitMs - 10); // as the server saw it; timers are a moment early at most
  });
});

describe.concurrent("there is one clear line, and no success, after", () => {
  test.each<readonly [string, Reply, string, number, string]>([
    ["a conversation that is too long", TOO_LONG, "prompt_too_long", 2, "long"],
    ["an endpoint that stays overloaded", { error: { status: 529 }, times: 9 }, "model_error", 5, "overloaded"],
  ])("%s", async (_, reply, reason, requests, words) => {
    await using the = await scene([READS, reply]);
    const ran = await the.keel(["-p", "how long is it?", "--output-format", "json"]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.stderr)).toBe(true);
    expect(ran.stderr).toContain(words);
    expect(messagesOf(ran)).toMatchObject([{ is_error: true, subtype: "error_during_execution", terminal_reason: reason }]);
    expect(the.model.requests).toHaveLength(requests);
  });
});
