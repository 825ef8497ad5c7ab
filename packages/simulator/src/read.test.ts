import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { describe, expect, it } from "vitest";
import { loadScenario, readScenario } from "./read.ts";

const file = (replies: unknown, more: object = {}): object => ({ "keel-scenario": 1, replies, ...more });
const hi = { blocks: [{ text: "hi" }] };

function complaint(source: unknown): string {
  const read = readScenario(source, "demo.json");
  if (read.ok) throw new Error("It was taken.");
  return read.error;
}

describe("a scenario", () => {
  it("is read from text and from a value alike, and carries its name", () => {
    const fromText = readScenario(JSON.stringify(file([hi])), "demo.json");
    expect(fromText).toEqual(readScenario(file([hi]), "demo.json"));
    expect(fromText).toEqual({ ok: true, scenario: { "keel-scenario": 1, name: "demo.json", replies: [hi] } });
  });

  it("takes every kind of block and of reply", () => {
    const blocks = [
      { text: "" },
      { thinking: "hm", signature: "s" },
      { tool: "Read", input: { file_path: "a", deep: [1, { b: null }] }, id: "call" },
      { tool: "Edit", rawInput: '{"broken' },
      { pause: 10 },
      { raw: { type: "redacted_thinking", data: "x" } },
    ];
    const faults = { cut: { atByte: 9 }, stall: { afterBlock: 5 }, pace: { chunkMs: 1, chunk: 2 }, usage: { output_tokens: 7 } };
    const errors = { error: { status: 529, details: { a: 1 }, retryAfter: null }, times: 3, expect: { tool: "Read" } };
    const others = [
      { text: "a", citations: [{ type: "char_location" }] },
      { serverTool: "web_search", input: {}, id: "s" },
      { result: null, type: "odd" },
      { raw: { type: "odd" }, deltas: [{ type: "odd_delta" }] },
    ];
    const ends = [
      { blocks: others, stopDetails: { category: null, explanation: "no" } },
      { blocks: [], stopSequence: "END", stop: "stop_sequence" },
    ];
    const more = { after: "repeat_last", model: "m", models: ["m"], window: 9, checkThinking: true };
    expect(readScenario(file([{ blocks, ...faults }, errors, ...ends], more), "x")).toMatchObject({ ok: true });
  });

  it("may be made of sessions alone: for all others there is no reply then", () => {
    const sessions = [
      { match: { promptIncludes: "a", systemIncludes: "b", header: { c: "d" } }, replies: [hi], after: "error" },
      { replies: [hi] },
    ];
    const read = readScenario({ "keel-scenario": 1, sessions }, "x");
    expect(read).toEqual({ ok: true, scenario: { "keel-scenario": 1, name: "x", replies: [], sessions } });
  });

  it("may name its schema, for editors", () => {
    expect(readScenario(file([hi], { $schema: "./scenario.schema.json" }), "x")).toEqual(readScenario(file([hi]), "x"));
  });
});

describe("a mistake is reported with the reply, the block and the field it stands in", () => {
  const cases: readonly (readonly [string, unknown, readonly string[]])[] = [
    ["not JSON", '{ "replies": [', ["demo.json is not JSON"]],
    ["another version", { ...file([hi]), "keel-scenario": 2 }, ["keel-scenario", "must be 1"]],
    ["no replies", file([]), ["replies", "at least one reply"]],
    ["a key nobody knows", file([hi], { repiles: [] }), ["repiles"]],
    ["a reply that is none", file([hi, { text: "hi" }]), ["reply 2", "blocks, error", "has text"]],
    ["a block that is none", file([{ blocks: [{ text: "a" }, { txt: "b" }] }]), ["reply 1, block 2", "one of text", "has txt"]],
    ["a field of a wrong type", file([hi, hi, { blocks: [{ tool: "Read", input: "a" }] }]), ["reply 3, block 1, input"]],
    ["a tool without its input", file([{ blocks: [{ tool: "Read" }] }]), ["reply 1, block 1, input"]],
    ["an unknown field in a block", file([{ blocks: [{ text: "a", speed: 1 }] }]), ["reply 1, block 1", "speed"]],
    [
      "a place in a block that isn't there",
      file([{ blocks: [{ text: "a" }, { pause: 1 }], cut: { inBlock: 2 } }]),
      ["reply 1, cut, inBlock", "1 blocks"],
    ],
    ["two places", file([{ ...hi, stall: { inBlock: 1, atByte: 2 } }]), ["reply 1, stall", "afterBlock, inBlock, atByte"]],
    ["no place", file([{ ...hi, cut: {} }]), ["reply 1, cut", "afterBlock, inBlock, atByte"]],
    ["two paces", file([{ ...hi, pace: { chunkMs: 1, tokensPerSecond: 1 } }]), ["reply 1, pace", "keep one"]],
    ["a cut after the end", file([{ ...hi, cut: { inBlock: 1 }, errorEvent: { type: "e", message: "m" } }]), ["reply 1, cut", "keep one"]],
    ["a status that is no error", file([{ error: { status: 200 } }]), ["reply 1, error, status"]],
    [
      "a misspelled template",
      file([{ blocks: [{ text: "a" }, { tool: "T", input: { a: ["{{result}}"] } }] }]),
      ["reply 1, block 2", "{{result}}", "{{result:1}}"],
    ],
    ["braces that open nothing", file([{ blocks: [{ text: "style={{ color }}" }] }]), ["reply 1, block 1", "\\{{"]],
    [
      "a misspelled template in a guard",
      file([{ ...hi, expect: { lastResultIncludes: "{{result}}" } }]),
      ["reply 1, expect, lastResultIncludes", "{{result:1}}"],
    ],
    ["a wait that no timer can hold", file([{ blocks: [{ pause: 3e9 }] }]), ["reply 1, block 1, pause"]],
    ["a result that nothing asked for", file([{ blocks: [{ text: "a" }, { result: [] }] }]), ["reply 1, block 2", "serverTool", "none"]],
    [
      "a result before what it answers",
      file([{ blocks: [{ result: [] }, { serverTool: "a", input: {} }] }]),
      ["reply 1, block 1", "serverTool"],
    ],
    ["no citations in a list of them", file([{ blocks: [{ text: "a", citations: [] }] }]), ["reply 1, block 1, citations"]],
    ["a delta without a type", file([{ blocks: [{ raw: { type: "x" }, deltas: [{ y: 1 }] }] }]), ["reply 1, block 1, deltas, 0, type"]],
    [
      "a misspelled template in a result",
      file([{ blocks: [{ serverTool: "a", input: {} }, { result: "{{result}}" }] }]),
      ["block 2", "{{result:1}}"],
    ],
    ["details of no refusal", file([{ ...hi, stop: "end_turn", stopDetails: {} }]), ["reply 1, stopDetails", '"refusal"', '"end_turn"']],
    [
      "a sequence that didn't stop it",
      file([{ ...hi, stop: "max_tokens", stopSequence: "X" }]),
      ["reply 1, stopSequence", '"stop_sequence"'],
    ],
    ["two ends", file([{ ...hi, stopDetails: {}, stopSequence: "X" }]), ["reply 1, stopSequence", "keep one"]],
    ["an empty list of models", file([hi], { models: [] }), ["models", "every model"]],
    ["a window of nothing", file([hi], { window: 0 }), ["window"]],
    ["neither replies nor sessions", { "keel-scenario": 1 }, ["replies", "is missing", "sessions"]],
    ["no sessions in a list of them", { "keel-scenario": 1, sessions: [] }, ["sessions", "at least one session"]],
    [
      "a mistake in a session",
      { "keel-scenario": 1, sessions: [{ match: { promptIncludes: "a" }, replies: [hi] }, { replies: [hi, { blocks: [{ txt: "" }] }] }] },
      ["session 2, reply 2, block 1", "has txt"],
    ],
    [
      "a session that is never reached",
      { "keel-scenario": 1, sessions: [{ replies: [hi] }, { replies: [hi] }] },
      ["session 1", "never played", "the last"],
    ],
    [
      "a match by what there isn't",
      { "keel-scenario": 1, sessions: [{ match: { prompt: "x" }, replies: [hi] }] },
      ["session 1, match", "prompt"],
    ],
    ["a session without replies", { "keel-scenario": 1, sessions: [{ match: { promptIncludes: "x" } }] }, ["session 1, replies"]],
    ["a broken pattern", file([{ blocks: [{ text: "{{prompt|/(/}}" }] }]), ["{{prompt|/(/}}", "regular expression"]],
  ];
  it.each(cases)("%s", (_, source, words) => {
    const error = complaint(source);
    for (const word of words) expect(error).toContain(word);
  });

  it("and all of them at once, a line each", () => {
    const error = complaint(file([{ blocks: [{ txt: "a" }, { pause: -1 }] }, { error: {} }]));
    expect(error.split("\n")).toHaveLength(4);
    expect(error).toMatch(
      /^demo\.json is not a scenario.*\n- reply 1, block 1: .*\n- reply 1, block 2, pause: .*\n- reply 2, error, status: /,
    );
  });
});

describe("a scenario file", () => {
  it("is named by its base name", async () => {
    await using home = await temporaryHome();
    const path = join(home.path, "demo.json");
    await writeFile(path, JSON.stringify(file([hi])));
    const read = await loadScenario(path);
    expect(read.ok && read.scenario.name).toBe("demo.json");
  });

  it("that can't be read is an outcome, not an exception", async () => {
    await using home = await temporaryHome();
    const read = await loadScenario(join(home.path, "none.json"));
    expect(read).toMatchObject({ ok: false, error: expect.stringMatching(/Can't read the scenario .*none\.json/) });
  });
});
