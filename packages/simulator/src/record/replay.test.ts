import { writeFile } from "node:fs/promises";
import { scriptedClock } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { ask, bodyOf, conversation, errorOf, PROMPT } from "../../test/ask.ts";
import { says, seen, studio, type Studio } from "../../test/studio.ts";
import { loadRecording, readRecording } from "./recording.ts";
import { replay } from "./replay.ts";

describe("a replay", () => {
  const read = conversation({ tool: "Read", result: "r" });
  const TOOLS = { tools: [{ name: "Read" }, { name: "Bash" }] };
  const recorded = async (s: Studio): Promise<void> => {
    await s.take({ name: "real", replies: [says("one"), says("two")] }, async ({ url }) => {
      await seen(await ask(url, bodyOf([PROMPT], TOOLS)));
      await seen(await ask(url, bodyOf(read, TOOLS)));
    });
  };

  it.each<[string, readonly unknown[], object, RegExp]>([
    [
      "a tool more",
      [PROMPT],
      { tools: [...TOOLS.tools, { name: "Edit" }] },
      /at request 1 of the conversation that begins with "fix the test": .*\(Edit is new\)/,
    ],
    ["a tool less", [PROMPT], { tools: [{ name: "Read" }] }, /\(Bash is missing\)/],
    ["more messages", read, TOOLS, /recorded with 1 messages, and this one has 3/],
    [
      "another beginning",
      [{ role: "user", content: "deploy" }],
      TOOLS,
      /no conversation that begins with "deploy"\. It has: "fix the test"/,
    ],
  ])("refuses a request with %s, says so, and stays where it was", async (_, messages, more, words) => {
    await using s = await studio();
    await recorded(s);
    await s.play(async ({ url }) => {
      const response = await ask(url, bodyOf(messages, more));
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatch(words);
      expect(await (await ask(url, bodyOf([PROMPT], TOOLS))).text()).toContain("one");
    });
  });

  it("doesn't mind other words behind the first, another order of tools or another model", async () => {
    await using s = await studio();
    await recorded(s);
    await s.play(async ({ url }) => {
      expect(await (await ask(url, bodyOf([PROMPT], { tools: TOOLS.tools.toReversed(), model: "m" }))).text()).toContain("one");
      expect(await (await ask(url, bodyOf(conversation({ tool: "Read", result: "other" }), TOOLS))).text()).toContain("two");
    });
  });

  it("that is over says so, and what isn't recorded has no answer", async () => {
    await using s = await studio();
    await recorded(s);
    await s.play(async ({ url }) => {
      await (await ask(url, bodyOf([PROMPT], TOOLS))).text();
      await (await ask(url, bodyOf(read, TOOLS))).text();
      expect(await errorOf(await ask(url, bodyOf(read, TOOLS)))).toMatch(/take\.jsonl is over at request 3 of the conversation/);
      expect(await errorOf(await fetch(`${url}/v1/models`))).toMatch(/take\.jsonl has no GET \/v1\/models/);
    });
  });

  it("deals each conversation its own answers, whoever asks first", async () => {
    await using s = await studio();
    const hear = (url: string, content: string, session?: string): Promise<string> =>
      fetch(`${url}/v1/messages`, {
        method: "POST",
        headers: session ? { "x-keel-session": session } : {},
        body: JSON.stringify(bodyOf([{ role: "user", content }])),
      }).then((response) => response.text());
    const said = (text: string): string => /"text_delta","text":"([^"]*)"/.exec(text)?.[1] ?? text;
    await s.take({ replies: (_, at) => says(`${at}`) }, async ({ url }) => {
      for (const [content, session] of [["a"], ["b"], ["same", "x"], ["a"], ["same", "y"], ["same", "x"]] as const)
        await hear(url, content, session);
    });
    await s.play(async ({ url }) => {
      const heard: string[] = [];
      for (const [content, session] of [["b"], ["same", "new"], ["a"], ["same", "newer"], ["same", "new"], ["a"]] as const)
        heard.push(said(await hear(url, content, session)));
      expect(heard).toEqual(["1", "2", "0", "4", "5", "3"]);
    });
  });

  it("takes the time that it took, or none", async () => {
    await using s = await studio();
    const real = scriptedClock();
    await s.take(
      { replies: [{ ...says("slow"), pace: { chunkMs: 40, chunk: 2 } }] },
      ({ url }) => ask(url).then(seen),
      { clock: real },
      { clock: real },
    );
    for (const [pace, slept] of [
      ["recorded", 80],
      ["none", 0],
    ] as const) {
      const clock = scriptedClock();
      await s.play(({ url }) => ask(url).then(seen), { clock, pace });
      expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(slept);
    }
  });
});

it("a recording is played in the order of the requests, whichever answer was over first", () => {
  const line = (n: number): string =>
    JSON.stringify({ n, request: { method: "GET", path: "/" }, answer: { status: 200, headers: {}, chunks: [], end: "whole" } });
  const read = readRecording(['{"keel-recording":1,"upstream":"x"}', line(2), line(1), ""].join("\n"), "x");
  expect(read.ok && read.recording.exchanges.map(({ n }) => n)).toEqual([1, 2]);
});

describe("a file that is no recording", () => {
  it.each([
    ["nothing", "", /first line/],
    ["a scenario", '{"keel-scenario":1}\n', /demo\.jsonl is not a recording: its first line/],
    ["another version", '{"keel-recording":2,"upstream":"x"}\n', /first line/],
    ["half a line", '{"keel-recording":1,"upstream":"x"}\n\n{"n":1,"requ', /line 2 is no exchange/],
    ["a line that misses something", '{"keel-recording":1,"upstream":"x"}\n{"n":1}\n', /line 2 is no exchange \(request: /],
  ])("is refused with what is wrong: %s", (_, text, words) => {
    expect(readRecording(text, "demo.jsonl")).toEqual({ ok: false, error: expect.stringMatching(words) });
  });

  it("or that can't be read is an outcome to load, and a rejection to replay", async () => {
    await using s = await studio();
    expect(await loadRecording(s.file)).toMatchObject({
      ok: false,
      error: expect.stringMatching(/^Can't read the recording .*take\.jsonl/),
    });
    await expect(replay(s.file)).rejects.toThrow(/^Can't read the recording/);
    await writeFile(s.file, "hello");
    await expect(replay(s.file)).rejects.toThrow("take.jsonl is not a recording");
  });
});
