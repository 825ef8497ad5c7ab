import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { scriptedClock } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { arrived, ask, bodyOf, hold, PROMPT } from "../test/ask.ts";
import { simulate } from "./simulate.ts";

describe("the pace of a reply", () => {
  const TEXT = "x".repeat(40);

  it("is a wait before each piece, and pauses where they stand", async () => {
    const clock = scriptedClock();
    const blocks = [{ pause: 500 }, { text: TEXT }, { pause: 3000 }, { tool: "T", rawInput: "y".repeat(20) }];
    await using server = await simulate({ replies: [{ blocks, pace: { chunkMs: 30, chunk: 20 } }] }, { clock });
    await (await ask(server.url)).text();
    expect(clock.slept).toEqual([500, 30, 30, 3000, 30]);
    expect(server.requests[0]?.answeredAt).toBe(3590);
  });

  it("can be given in tokens per second", async () => {
    const clock = scriptedClock();
    await using server = await simulate({ replies: [{ blocks: [{ text: TEXT }], pace: { tokensPerSecond: 50, chunk: 16 } }] }, { clock });
    await (await ask(server.url)).text();
    expect(clock.slept).toEqual([80, 80, 40]);
  });

  it("takes as long when the reply isn't streamed", async () => {
    const clock = scriptedClock();
    const reply = { blocks: [{ text: TEXT }, { pause: 7 }], pace: { chunkMs: 30, chunk: 20 } };
    await using server = await simulate({ replies: [reply] }, { clock });
    await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json();
    expect(clock.slept).toEqual([30, 30, 7]);
  });

  it("is kept by the machine's own clock where none is handed in", async () => {
    await using server = await simulate({ replies: [{ blocks: [{ text: "a" }, { pause: 5 }] }] });
    await (await ask(server.url)).text();
    const [seen] = server.requests;
    expect(seen?.answeredAt).toBeGreaterThan((seen?.at ?? Infinity) + 3);
  });

  it("is none at all by default", async () => {
    const clock = scriptedClock();
    await using server = await simulate({ replies: [{ blocks: [{ text: TEXT }] }] }, { clock });
    await (await ask(server.url)).text();
    expect(clock.slept).toEqual([]);
  });

  it("reaches the client piece by piece: what comes before a wait is there while it lasts", async () => {
    const gate = new AbortController();
    const clock = { now: () => 0, random: () => 0, sleep: async () => void (await once(gate.signal, "abort")) };
    await using server = await simulate({ replies: [{ blocks: [{ text: "early" }, { pause: 1 }, { text: "late" }] }] }, { clock });
    const response = await hold(server.url);
    let early = "";
    let text = "";
    for await (const chunk of response.setEncoding("utf8")) {
      text += chunk;
      if (!gate.signal.aborted) early = text;
      if (early.endsWith('{"type":"content_block_stop","index":0}\n\n')) gate.abort();
    }
    expect(early).toContain("early");
    expect(early).not.toContain("late");
    expect(text).toContain("late");
  });
});

/** A clock whose sleep lasts until it is aborted. */
function sleepingClock() {
  const dozing = new AbortController();
  const asleep = once(dozing.signal, "abort");
  const woken: number[] = [];
  const sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    dozing.abort();
    if (!signal.aborted) await once(signal, "abort");
    woken.push(ms);
  };
  return { now: () => 0, random: () => 0, sleep, asleep, woken };
}

describe("a reader", () => {
  it("that leaves ends its reply, and nobody else's", async () => {
    const clock = sleepingClock();
    const slow = { blocks: [{ text: "a" }, { pause: 60_000 }, { text: "b" }, { pause: 60_000 }] };
    await using server = await simulate({ replies: [slow, { blocks: [{ text: "other" }] }] }, { clock });
    const response = await hold(server.url);
    await clock.asleep;
    response.destroy();
    await expect.poll(() => server.requests[0]?.answeredAt, { interval: 2 }).toBeDefined();
    expect(clock.woken).toEqual([60_000]); // the second pause never began
    expect(await (await ask(server.url)).text()).toContain("other");
  });

  it("that doesn't read holds the reply back", async () => {
    let sent = 0;
    const clock = { now: () => 0, random: () => 0, sleep: async () => void sent++ };
    const size = 64 * 1024;
    const pieces = 250;
    const reply = { blocks: [{ text: "x".repeat(size * pieces) }], pace: { chunkMs: 1, chunk: size } };
    await using server = await simulate({ replies: [reply] }, { clock });
    const response = await hold(server.url);
    for (let before = -1; before !== sent; await wait(10)) before = sent;
    expect(sent).toBeLessThan(pieces);
    let bytes = 0;
    for await (const chunk of response) bytes += chunk.length;
    expect(sent).toBe(pieces);
    expect(bytes).toBeGreaterThan(size * pieces);
  });
});

describe("closing the server", () => {
  it("ends the replies under way and the connections that wait", async () => {
    const clock = sleepingClock();
    const server = await simulate(
      { replies: [{ blocks: [] }, { blocks: [{ text: "a" }, { pause: 60_000 }] }, { blocks: [], stall: { atByte: 0 } }] },
      { clock },
    );
    await (await ask(server.url)).text();
    const slow = await ask(server.url);
    const silent = ask(server.url).catch((error: unknown) => error);
    await clock.asleep;
    await expect.poll(() => server.requests.length, { interval: 2 }).toBe(3);
    await server[Symbol.asyncDispose]();
    expect((await arrived(slow)).broken).toBe(true);
    expect(await silent).toBeInstanceOf(TypeError);
    await expect(ask(server.url)).rejects.toThrow("fetch failed");
  });

  it("may be done twice", async () => {
    const server = await simulate({ replies: [] });
    await server[Symbol.asyncDispose]();
    await expect(server[Symbol.asyncDispose]()).resolves.toBeUndefined();
  });
});
