import { scriptedClock } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { arrived, ask, blocksIn, bodyOf, eventsIn, hold, PROMPT, typesOf } from "../test/ask.ts";
import type { MessageReply, Reply } from "./reply.ts";
import { simulate } from "./simulate.ts";

const BLOCKS = [{ text: "I will write it down." }, { tool: "Write", input: { content: "a long enough text" } }, { text: "Done." }];
const PLAIN: MessageReply = { blocks: BLOCKS };

async function received(reply: Reply): Promise<{ readonly text: string; readonly broken: boolean }> {
  await using server = await simulate({ replies: [reply] });
  return await arrived(await ask(server.url)); // before the server closes
}

describe("a cut", () => {
  it("after a block leaves that block whole and the socket dead", async () => {
    const { text, broken } = await received({ ...PLAIN, cut: { afterBlock: 2 } });
    const events = eventsIn(text);
    expect(broken).toBe(true);
    expect(events.at(-1)).toEqual({ type: "content_block_stop", index: 1 });
    expect(JSON.parse(blocksIn(events)[1].sent)).toEqual({ content: "a long enough text" });
  });

  it("before any block leaves a message that only began", async () => {
    const { text, broken } = await received({ ...PLAIN, cut: { afterBlock: 0 } });
    expect([typesOf(eventsIn(text)), broken]).toEqual([["message_start"], true]);
  });

  it("inside a tool's input leaves a piece of it", async () => {
    const { text, broken } = await received({ ...PLAIN, cut: { inBlock: 2 } });
    const { sent } = blocksIn(eventsIn(text))[1];
    const input = JSON.stringify({ content: "a long enough text" });
    expect(broken).toBe(true);
    expect(input.startsWith(sent)).toBe(true);
    expect([sent.length > 0, sent.length < input.length]).toEqual([true, true]);
  });

  it("inside a block of a single piece comes after that piece, and inside one without pieces after its start", async () => {
    const one = await received({ blocks: [{ text: "ab" }], cut: { inBlock: 1 } });
    expect(eventsIn(one.text).at(-1)).toMatchObject({ type: "content_block_delta", delta: { text: "ab" } });
    const none = await received({ blocks: [{ raw: { type: "redacted_thinking", data: "x" } }], cut: { inBlock: 1 } });
    expect(typesOf(eventsIn(none.text))).toEqual(["message_start", "content_block_start"]);
  });

  it("at a byte comes exactly there, wherever that is", async () => {
    const whole = (await received(PLAIN)).text;
    for (const atByte of [1, 500, 777, whole.length - 1])
      expect(await received({ ...PLAIN, cut: { atByte } })).toEqual({ text: whole.slice(0, atByte), broken: true });
    expect(await received({ ...PLAIN, cut: { atByte: whole.length } })).toEqual({ text: whole, broken: false });
  });

  it("at byte 0 leaves a request without any answer", async () => {
    await using server = await simulate({ replies: [{ ...PLAIN, cut: { atByte: 0 } }] });
    await expect(ask(server.url)).rejects.toThrow("fetch failed");
  });

  it("that is clean ends the answer properly, without message_stop", async () => {
    const { text, broken } = await received({ ...PLAIN, cut: { inBlock: 2, clean: true } });
    expect([typesOf(eventsIn(text)).at(-1), broken]).toEqual(["content_block_delta", false]);
  });

  it("leaves no answer at all where it isn't streamed, or the bytes before it", async () => {
    await using server = await simulate({
      replies: [
        { ...PLAIN, cut: { afterBlock: 1 } },
        { ...PLAIN, cut: { atByte: 10 } },
      ],
    });
    const plainly = bodyOf([PROMPT], { stream: false });
    await expect(ask(server.url, plainly)).rejects.toThrow("fetch failed");
    const { text, broken } = await arrived(await ask(server.url, plainly));
    expect([text, broken]).toEqual(['{"id":"msg', true]);
  });
});

describe("an error event", () => {
  const OVERLOADED = { type: "overloaded_error", message: "Overloaded" };

  it("comes at its place, and nothing after it", async () => {
    const { text, broken } = await received({ ...PLAIN, errorEvent: { ...OVERLOADED, afterBlock: 1 } });
    const events = eventsIn(text);
    expect(events.at(-1)).toEqual({ type: "error", error: OVERLOADED });
    expect(events.at(-2)).toEqual({ type: "content_block_stop", index: 0 });
    expect(broken).toBe(false);
  });

  it("comes first of all when no place is named, and in the middle of a block when one is", async () => {
    expect(typesOf(eventsIn((await received({ ...PLAIN, errorEvent: OVERLOADED })).text))).toEqual(["message_start", "error"]);
    const inside = eventsIn((await received({ ...PLAIN, errorEvent: { ...OVERLOADED, inBlock: 1 } })).text);
    expect(typesOf(inside).slice(-2)).toEqual(["content_block_delta", "error"]);
  });

  it("is the status of an answer that isn't streamed", async () => {
    await using server = await simulate({ replies: [{ ...PLAIN, errorEvent: { ...OVERLOADED, afterBlock: 2 } }] });
    const response = await ask(server.url, bodyOf([PROMPT], { stream: false }));
    expect(response.status).toBe(529);
    expect(await response.json()).toMatchObject({ error: OVERLOADED });
  });
});

describe("a stall", () => {
  it("for a time waits at its place and goes on", async () => {
    const clock = scriptedClock();
    await using server = await simulate({ replies: [{ ...PLAIN, stall: { inBlock: 2, ms: 90_000 } }, PLAIN] }, { clock });
    const stalled = await (await ask(server.url)).text();
    expect(clock.slept).toEqual([90_000]);
    expect(typesOf(eventsIn(stalled))).toEqual(typesOf(eventsIn(await (await ask(server.url)).text())));
  });

  it("without an end is silence until the reader leaves", async () => {
    await using server = await simulate({ replies: [{ ...PLAIN, stall: { afterBlock: 1 } }, PLAIN] });
    const response = await hold(server.url);
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (text.endsWith('data: {"type":"content_block_stop","index":0}\n\n')) break;
    }
    expect(server.requests[0]?.answeredAt).toBeUndefined();
    expect(typesOf(eventsIn(await (await ask(server.url)).text())).at(-1)).toBe("message_stop"); // others are served meanwhile
    response.destroy();
    await expect.poll(() => server.requests[0]?.answeredAt, { interval: 2 }).toBeDefined();
  });

  it("at byte 0 holds the head back too", async () => {
    const clock = scriptedClock();
    await using server = await simulate({ replies: [{ ...PLAIN, stall: { atByte: 0, ms: 5 }, cut: { atByte: 0 } }] }, { clock });
    await expect(ask(server.url)).rejects.toThrow("fetch failed");
  });
});

describe("an error", () => {
  it.each<[number, string]>([
    [400, "invalid_request_error"],
    [401, "authentication_error"],
    [402, "billing_error"],
    [403, "permission_error"],
    [404, "not_found_error"],
    [413, "request_too_large"],
    [429, "rate_limit_error"],
    [500, "api_error"],
    [503, "api_error"],
    [529, "overloaded_error"],
  ])("with status %d is an %s by default", async (status, type) => {
    await using server = await simulate({ replies: [{ error: { status } }] });
    const response = await ask(server.url);
    expect(response.status).toBe(status);
    expect(response.headers.get("request-id")).toBe("req_sim_0001");
    expect(await response.json()).toEqual({
      type: "error",
      error: { type, message: expect.stringMatching(/./) },
      request_id: "req_sim_0001",
    });
  });

  it("says what the scenario says", async () => {
    const error = { status: 400, type: "odd_error", message: "prompt is too long: 9 tokens > 8 maximum", details: { error_code: "x" } };
    await using server = await simulate({ replies: [{ error }] });
    const { status: _, ...said } = error;
    expect(await (await ask(server.url)).json()).toMatchObject({ error: said });
  });

  it("that limits a rate says when to come back, unless it is told not to", async () => {
    const errors = [
      { status: 429, retryAfter: 20 },
      { status: 429 },
      { status: 429, retryAfter: null },
      { status: 529 },
      { status: 503, retryAfter: 0.5 },
    ];
    await using server = await simulate({ replies: errors.map((error) => ({ error })) });
    const seconds: (string | null)[] = [];
    for (const _ of errors) seconds.push((await ask(server.url)).headers.get("retry-after"));
    expect(seconds).toEqual(["20", "1", null, null, "0.5"]);
  });
});
