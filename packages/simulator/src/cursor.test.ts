import { describe, expect, it } from "vitest";
import { ask, blocksIn, bodyOf, conversation, errorOf, eventsIn } from "../test/ask.ts";
import type { Reply } from "./reply.ts";
import type { Simulation } from "./serve.ts";
import { simulate } from "./simulate.ts";

const says = (text: string): Reply => ({ blocks: [{ text }] });

async function heard(server: Simulation, messages?: readonly unknown[]): Promise<string> {
  const response = await ask(server.url, bodyOf(messages));
  if (!response.ok) return `${response.status} ${await errorOf(response)}`;
  return blocksIn(eventsIn(await response.text()))
    .map(({ text, sent }) => text ?? sent)
    .join(" | ");
}

describe("a script", () => {
  it("gives the k-th request the k-th reply, retries included", async () => {
    const replies = [says("one"), { error: { status: 529 }, times: 2 }, says("two")];
    await using server = await simulate({ replies });
    const all = [await heard(server), await heard(server), await heard(server), await heard(server)];
    expect(all).toEqual(["one", "529 Overloaded", "529 Overloaded", "two"]);
  });

  it("that has run out says so, and how to go on", async () => {
    await using server = await simulate({ name: "demo.json", replies: [says("one"), { error: { status: 529 }, times: 2 }] });
    for (let at = 0; at < 3; at++) await heard(server);
    expect(await heard(server)).toMatch(/^400 The scenario demo\.json is over: it answers 3 requests.*"repeat_last"/);
  });

  it("can repeat its last reply instead, each time with ids of its own", async () => {
    await using server = await simulate({ replies: [{ blocks: [{ tool: "Read", input: {} }] }], after: "repeat_last" });
    const ids: string[] = [];
    for (let at = 0; at < 3; at++) ids.push(blocksIn(eventsIn(await (await ask(server.url)).text()))[0].id);
    expect(ids).toEqual(["toolu_sim_0001_1", "toolu_sim_0002_1", "toolu_sim_0003_1"]);
  });

  it("can be a function of the request", async () => {
    await using server = await simulate({
      replies: async (request, at) => says(`${at} ${request.path} {{prompt}} ${JSON.stringify(request.body["model"])}`),
    });
    expect([await heard(server), await heard(server)]).toEqual([
      '0 /v1/messages fix the test "claude-x"',
      '1 /v1/messages fix the test "claude-x"',
    ]);
  });

  it("whose function throws answers with what it threw", async () => {
    await using server = await simulate({ replies: () => Promise.reject(new Error("no such page")) });
    expect(await heard(server)).toMatch(/^400 The scenario failed at reply 1: no such page/);
  });
});

describe("templates are filled", () => {
  it("in texts, in thinking, and in the values of an input at any depth", async () => {
    const input = { "{{prompt}}": ["{{project}}/a", { deep: "{{result:1}}" }], count: 1, none: null };
    const replies = [
      {
        blocks: [
          { thinking: "of {{project}}" },
          { text: "in {{project}}" },
          { tool: "T", input },
          { tool: "T", rawInput: '{"{{project}}' },
        ],
      },
    ];
    await using server = await simulate({ replies }, { variables: { project: "/tmp/x" } });
    const response = await ask(server.url, bodyOf(conversation({ tool: "Read", result: '7 "seven"' })));
    const [thinking, text, call, broken] = blocksIn(eventsIn(await response.text()));
    expect([thinking.thinking, text.text, broken.sent]).toEqual(["of /tmp/x", "in /tmp/x", '{"/tmp/x']);
    expect(JSON.parse(call.sent)).toEqual({ "{{prompt}}": ["/tmp/x/a", { deep: '7 "seven"' }], count: 1, none: null });
  });

  it("from results as a text or as blocks, counted over the whole conversation, and a value stays a string", async () => {
    await using server = await simulate({
      replies: [{ blocks: [{ tool: "T", input: { port: "{{result:2|/expected (\\d+)/}}", last: "{{result:Read}}" } }] }],
    });
    const blocks = [
      { type: "text", text: "expected 8080" },
      { type: "image", source: {} },
      { type: "text", text: "got 80" },
    ];
    const calls = [
      { tool: "Read", result: "first" },
      { tool: "Bash", result: blocks },
      { tool: "Read", result: "third" },
    ];
    expect(JSON.parse(await heard(server, conversation(...calls)))).toEqual({ port: "8080", last: "third" });
  });

  it("with the user's words, not with what an agent adds to them", async () => {
    await using server = await simulate({ replies: [says("{{prompt}}")] });
    const content = [
      { type: "text", text: "hello" },
      { type: "text", text: "<system-reminder>\nbe brief\n</system-reminder>" },
    ];
    expect(await heard(server, [{ role: "user", content }])).toBe("hello");
  });

  it("or the request is refused with the template's name, and the reply is kept for the next one", async () => {
    await using server = await simulate({ name: "demo.json", replies: [says("{{result:1}}")] });
    expect(await heard(server)).toMatch(/^400 The scenario demo\.json can't go on at reply 1: \{\{result:1\}\} can't be filled/);
    expect(await heard(server, conversation({ tool: "Read", result: "now" }))).toBe("now");
  });

  it("also in replies that a function makes, where nobody has checked them before", async () => {
    await using server = await simulate({ replies: () => says("{{ nobody") });
    expect(await heard(server)).toMatch(/^400 .*reply 1: \{\{ is no template/);
  });
});

const guarded = (expectation: object): Reply => ({ expect: expectation, blocks: [{ text: "on" }] });

describe("a guard", () => {
  const CALLS = conversation({ tool: "Bash", result: "fail 1" }, { tool: "Read", result: "return 80" });

  it.each([
    ["the words of the last result", { lastResultIncludes: "return {{port}}" }],
    ["the tool of the last result", { tool: "Read" }],
    ["the prompt", { promptIncludes: "the test", tool: "Read", lastResultIncludes: "80" }],
  ])("that finds %s lets the reply pass", async (_, expectation) => {
    await using server = await simulate({ replies: [guarded(expectation)] }, { variables: { port: "80" } });
    expect(await heard(server, CALLS)).toBe("on");
  });

  it.each([
    ["other words", { lastResultIncludes: "fail 1" }, CALLS, /expects the last tool result to include "fail 1", and it is "return 80"/],
    ["no result", { lastResultIncludes: "x" }, undefined, /expects the last tool result to include "x", and there is none/],
    ["another tool", { tool: "Bash" }, CALLS, /to come from Bash, and it comes from Read/],
    ["no tool", { tool: "Bash" }, undefined, /to come from Bash, and there is none/],
    ["another prompt", { promptIncludes: "deploy" }, CALLS, /expects the prompt to include "deploy", and it is "fix the test"/],
    ["nothing to fill it with", { lastResultIncludes: "{{port}}" }, CALLS, /\{\{port\}\} can't be filled/],
  ])("that finds %s stops the scenario and says so", async (_, expectation, messages, words) => {
    await using server = await simulate({ name: "demo.json", replies: [says("first"), guarded(expectation)] });
    await heard(server);
    const error = await heard(server, messages);
    expect(error).toMatch(/^400 The scenario demo\.json can't go on at reply 2: /);
    expect(error).toMatch(words);
    expect(await heard(server, messages)).toBe(error); // it doesn't go on blindly
  });
});
