import { describe, expect, it } from "vitest";
import { bodyOf, conversation, errorOf, type Loose } from "../test/ask.ts";
import type { Reply } from "./reply.ts";
import type { Script } from "./script.ts";
import { simulate, type SimulateOptions } from "./simulate.ts";

const says = (text: string): Reply => ({ blocks: [{ text }] });
const words = (text: string): object => ({ role: "user", content: text });

type World = AsyncDisposable & {
  readonly hear: (messages: readonly unknown[], headers?: Record<string, string>, more?: object) => Promise<string>;
};

async function world(script: Partial<Script>, options?: SimulateOptions): Promise<World> {
  const server = await simulate({ replies: [], ...script }, options);
  const hear: World["hear"] = async (messages, headers = {}, more = {}) => {
    const body = JSON.stringify(bodyOf(messages, { stream: false, ...more }));
    const response = await fetch(`${server.url}/v1/messages`, { method: "POST", headers, body });
    if (!response.ok) return `${response.status} ${await errorOf(response)}`;
    const { content }: Loose = await response.json();
    return content.map(({ text, id }: Loose) => text ?? id).join(" ");
  };
  return { hear, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

describe("a conversation", () => {
  it("plays the session that its first words fit, from its beginning", async () => {
    await using w = await world({
      sessions: [
        { match: { promptIncludes: "test" }, replies: [says("t1"), says("t2")] },
        { match: { promptIncludes: "deploy" }, replies: [says("d1"), says("d2")] },
      ],
    });
    const [test, deploy] = [[words("fix the test")], [words("deploy it")]];
    expect([await w.hear(test), await w.hear(deploy), await w.hear(test), await w.hear(deploy)]).toEqual(["t1", "d1", "t2", "d2"]);
  });

  it("stays the same while it grows, when it is tried again, and when it is taken up", async () => {
    await using w = await world({ sessions: [{ replies: [says("1"), { error: { status: 529 } }, says("2"), says("3")] }] });
    const grown = conversation({ tool: "Read", result: "r" });
    const heard = [await w.hear(grown.slice(0, 1)), await w.hear(grown), await w.hear(grown), await w.hear([...grown, words("and?")])];
    expect(heard).toEqual(["1", "529 Overloaded", "2", "3"]);
  });

  it("isn't told by what an agent says beside the user", async () => {
    await using w = await world({ sessions: [{ match: { promptIncludes: "test" }, replies: [says("1"), says("2")] }] });
    const reminded = (time: string): object => ({
      role: "user",
      content: [
        { type: "text", text: `<system-reminder>It is ${time}.</system-reminder>` },
        { type: "text", text: "fix the test" },
      ],
    });
    expect([await w.hear([reminded("9:00")]), await w.hear([reminded("9:01")])]).toEqual(["1", "2"]);
  });

  it.each<[string, (name: string) => readonly [Record<string, string>, object]]>([
    ["the header x-keel-session", (name) => [{ "x-keel-session": name }, {}]],
    ["metadata.user_id", (name) => [{}, { metadata: { user_id: name } }]],
  ])("with the same words as another one is told by %s", async (_, named) => {
    await using w = await world({ sessions: [{ replies: [says("1"), says("2")] }] });
    const heard: string[] = [];
    for (const name of ["a", "b", "a", "b"]) heard.push(await w.hear([words("hi")], ...named(name)));
    expect(heard).toEqual(["1", "1", "2", "2"]);
  });

  it("with other words in the same session, a sub-agent's, has a cursor of its own", async () => {
    await using w = await world({
      sessions: [{ match: { promptIncludes: "find" }, replies: [says("found")] }, { replies: [says("1"), says("2")] }],
    });
    const session = { "x-keel-session": "a" };
    const heard = [await w.hear([words("hi")], session), await w.hear([words("find it")], session), await w.hear([words("hi")], session)];
    expect(heard).toEqual(["1", "found", "2"]);
  });
});

describe("a match", () => {
  const only = (match: object): Partial<Script> => ({ sessions: [{ match, replies: [says("fits")] }], replies: [says("others")] });

  it.each<[string, object, boolean]>([
    ["the system prompt", { systemIncludes: "brief" }, true],
    ["another system prompt", { systemIncludes: "long" }, false],
    ["a header, whatever its case", { header: { "X-Team": "a" } }, true],
    ["a part of a header", { header: { "x-team": "" } }, false],
    ["all of it", { promptIncludes: "hi", systemIncludes: "be", header: { "x-team": "a" } }, true],
    ["all but one", { promptIncludes: "ho", systemIncludes: "be", header: { "x-team": "a" } }, false],
    ["nothing", {}, true],
  ])("that asks for %s", async (_, match, fits) => {
    await using w = await world(only(match));
    expect(await w.hear([words("hi")], { "x-team": "a" }, { system: [{ type: "text", text: "be brief" }] })).toBe(fits ? "fits" : "others");
  });

  it("looks at the first words, not at the last", async () => {
    await using w = await world(only({ promptIncludes: "deploy" }));
    expect(await w.hear([words("hi"), { role: "assistant", content: "yes" }, words("deploy")])).toBe("others");
  });

  it("that nothing fits is said, and what to do", async () => {
    await using w = await world({ name: "many.json", sessions: [{ match: { promptIncludes: "test" }, replies: [says("1")] }] });
    const error = await w.hear([words("deploy it")]);
    expect(error).toMatch(
      /^400 The scenario many\.json has no session for a conversation that begins with "deploy it"\. .*"match".*"replies"/,
    );
  });

  it("and the session that has run out, or doesn't fit, is named by its number", async () => {
    await using w = await world({
      name: "many.json",
      sessions: [{ match: { promptIncludes: "x" }, replies: [says("1")] }, { replies: [{ expect: { tool: "Read" }, blocks: [] }] }],
    });
    await w.hear([words("x")]);
    expect(await w.hear([words("x")])).toMatch(/^400 Session 1 of the scenario many\.json is over/);
    expect(await w.hear([words("y")])).toMatch(/^400 Session 2 of the scenario many\.json can't go on at reply 1/);
  });
});

describe("a session", () => {
  it("may repeat its last reply, or do what the scenario does", async () => {
    await using w = await world({
      after: "repeat_last",
      sessions: [{ match: { promptIncludes: "x" }, replies: [says("1")], after: "error" }, { replies: [says("2")] }],
    });
    expect([await w.hear([words("y")]), await w.hear([words("y")])]).toEqual(["2", "2"]);
    await w.hear([words("x")]);
    expect(await w.hear([words("x")])).toContain("is over");
  });

  it("may be a function, that counts each conversation from 0, and fills templates", async () => {
    await using w = await world({ sessions: [{ replies: (_, at) => says(`${at} {{prompt}} {{who}}`) }] }, { variables: { who: "you" } });
    expect([await w.hear([words("a")]), await w.hear([words("b")]), await w.hear([words("a")])]).toEqual(["0 a you", "0 b you", "1 a you"]);
  });
});

it("a hundred conversations at once don't disturb each other, and get the same ids whoever is first", async () => {
  const replies: readonly Reply[] = [
    { blocks: [{ text: "{{prompt}}:1" }, { tool: "Read", input: {} }] },
    says("{{prompt}}:2"),
    says("{{prompt}}:3"),
  ];
  const play = async (names: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    await using w = await world({ sessions: [{ replies }] });
    const heard = names.map(
      async (name) => [name, [await w.hear([words(name)]), await w.hear([words(name)]), await w.hear([words(name)])].join(" ")] as const,
    );
    return new Map(await Promise.all(heard));
  };
  const names = Array.from({ length: 100 }, (_, at) => `task ${at}`);
  const heard = await play(names);
  for (const name of names) expect(heard.get(name)).toMatch(new RegExp(`^${name}:1 toolu_sim_\\w{8}_0001_2 ${name}:2 ${name}:3$`));
  expect(new Set(heard.values()).size).toBe(100);
  expect(await play(names.toReversed())).toEqual(new Map(heard));
});
