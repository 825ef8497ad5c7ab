import assert from "node:assert/strict";
import type { Hook, HookDecl, Json, JsonObject } from "@keelson/protocol";
import { describe, expect, test } from "vitest";
import { readHookDecls, readHooks, type HooksFrom, type HooksRead } from "./read-hooks.ts";

const FROM: HooksFrom = { group: "plugin:p", name: "plugin p", kind: "plugin", file: "/p/hooks/hooks.json", root: "/p" };
const read = (raw: Json | undefined, more: Partial<HooksFrom> = {}): HooksRead => readHooks(raw, { ...FROM, ...more });
const COMMAND = { type: "command", command: "x" };
const one = (handler: JsonObject, event = "PreToolUse", group: JsonObject = {}): HooksRead =>
  read({ hooks: { [event]: [{ ...group, hooks: [handler] }] } });
const words = ({ problems }: HooksRead): string => problems.map(({ text }) => text).join("\n");

describe("every shape that people write is understood", () => {
  test.each<[string, Json]>([
    ["as documented", { description: "d", hooks: { Stop: [{ hooks: [COMMAND] }] } }],
    ["without `hooks` around it", { Stop: [{ hooks: [COMMAND] }] }],
    ["without it, but with a description", { description: "d", version: "1", Stop: [{ hooks: [COMMAND] }] }],
    ["without the inner list", { hooks: { Stop: [COMMAND] } }],
    ["with one group and no list", { hooks: { Stop: { hooks: [COMMAND] } } }],
    ["with one handler and no list", { hooks: { Stop: { hooks: COMMAND } } }],
    ["without a type", { hooks: { Stop: [{ hooks: [{ command: "x" }] }] } }],
    [
      "with fields nobody knows",
      { hooks: { Stop: [{ priority: 1, enabled: true, id: "a", hooks: [{ ...COMMAND, description: "d", continueOnError: true }] }] } },
    ],
  ])("%s", (_, raw) => {
    const { hooks, problems } = read(raw);
    expect(hooks.map(({ event, action }) => [event, action.type])).toEqual([["Stop", "command"]]);
    expect(problems).toEqual([]);
  });

  test.each<[string, Json | undefined]>([
    ["nothing", undefined],
    ["null", null],
    ["no hooks", { hooks: {} }],
    ["an empty list of them", { hooks: [] }],
    ["an empty list alone", []],
    ["an event without any", { hooks: { Stop: [] } }],
  ])("%s is none, and no problem", (_, raw) => {
    expect(read(raw)).toEqual({ hooks: [], problems: [] });
  });

  test("a handler without the inner list keeps its matcher", () => {
    const { hooks } = read({ hooks: { PreToolUse: [{ ...COMMAND, matcher: "Edit|Write" }] } });
    expect(hooks[0]?.matcher).toEqual({ kind: "names", names: ["Edit", "Write"] });
  });

  test("a matcher of an event that has none is left aside", () => {
    const { hooks, problems } = one(COMMAND, "UserPromptSubmit", { matcher: "^/x (" });
    expect([hooks[0]?.matcher, problems]).toEqual([{ kind: "all" }, []]);
  });
});

describe("what can't be used costs that handler and one line", () => {
  const stop = (handler: Json): JsonObject => ({ Stop: [{ hooks: [handler] }] });

  test.each<[string, JsonObject, RegExp]>([
    ["an event nobody knows", { postToolUse: [{ hooks: [COMMAND] }] }, /"postToolUse" is no event.*Did you mean "PostToolUse"/],
    ["an event called as a part of every object", { constructor: [{ hooks: [COMMAND] }] }, /"constructor" is no event/],
    ["an agent's words for before and after", { pre: "do this", post: "do that" }, /"pre" is no event/],
    ["a handler that is a text", stop("x"), /must be an object/],
    ["a group that is null", { Stop: [null] }, /must be an object/],
    ["no command", stop({ type: "command" }), /has no "command"/],
    ["a type nobody knows", stop({ type: "function" }), /has the type "\\"function\\""/],
    ["a tool without a server", { PostToolUse: [{ hooks: [{ type: "mcp_tool", command: "a/b" }] }] }, /needs "server" and "tool"/],
    ["an address that is none", stop({ type: "http", url: "file:///x" }), /whole http: or https:/],
    ["an address with a password", stop({ type: "http", url: "https://u:p@x.org" }), /without a name and password/],
    [
      "a type that the event doesn't have",
      { SessionStart: [{ hooks: [{ type: "prompt", prompt: "p" }] }] },
      /doesn't have\. Use "command" or "mcp_tool"/,
    ],
    ["a value in shell text", stop({ type: "command", command: "x ${user_config.key}" }), /CLAUDE_PLUGIN_OPTION_/],
    ["a rule where no call is", stop({ ...COMMAND, if: "Bash(x)" }), /"if", which holds for calls/],
  ])("%s", (_, events, expected) => {
    const result = read({ hooks: { ...events, Setup: [{ hooks: [COMMAND] }] } });
    expect(words(result)).toMatch(expected);
    expect(result.hooks.map(({ event }) => event)).toEqual(["Setup"]);
    expect(new Set(result.problems.map(({ file }) => file))).toEqual(new Set([FROM.file]));
  });

  test.each<Json>(["x", [COMMAND], 5])("hooks that are %j are none", (hooks) => {
    const result = read({ hooks });
    expect([result.hooks, words(result)]).toEqual([[], expect.stringMatching(/must be an object/)]);
  });

  test("a problem has the line where its handler stands, as far as the file is known", () => {
    const lines: Readonly<Record<string, number>> = { "hooks/Stop/1/hooks/0": 12 };
    const raw = { hooks: { Stop: [{ hooks: [COMMAND] }, { hooks: [{ type: "odd" }] }] } };
    const { problems, hooks } = read(raw, { lineOf: (path) => lines[path.join("/")] });
    expect(problems.map(({ line }) => line)).toEqual([12]);
    expect(hooks[0]?.id).toBe("plugin:p//p/hooks/hooks.json/hooks/Stop/0/hooks/0");
  });
});

describe("times", () => {
  test.each<[Json, number | undefined, RegExp | undefined]>([
    [30, 30_000, undefined],
    [0.5, 500, undefined],
    ["45", 45_000, undefined],
    [900, 900_000, undefined],
    [5000, 600_000, /looks like milliseconds.*write 5\./],
    [120_000, 600_000, /write 120\./],
    [-1, undefined, /isn't a number of seconds/],
    ["soon", undefined, /isn't a number of seconds/],
  ])("a timeout of %j is %j ms", (timeout, expected, problem) => {
    const result = one({ ...COMMAND, timeout });
    expect(result.hooks[0]?.timeoutMs).toBe(expected);
    expect(words(result)).toMatch(problem ?? /^$/);
  });
});

describe("handlers", () => {
  test("that run a program keep their arguments; an empty list counts", () => {
    const { hooks } = one({ ...COMMAND, args: [], shell: "powershell", asyncRewake: true, rewakeMessage: "m" });
    expect(hooks[0]?.action).toEqual({
      type: "command",
      command: "x",
      args: [],
      shell: "powershell",
      background: "rewake",
      rewakeMessage: "m",
    });
  });

  test("may say that a failure blocks, in three spellings", () => {
    for (const spelling of [{ onFailure: "block" }, { on_failure: "block" }, { failClosed: true }])
      expect(one({ ...COMMAND, ...spelling }).hooks[0]?.failureBlocks).toBe(true);
    expect(one({ ...COMMAND, onFailure: "continue" }).hooks[0]?.failureBlocks).toBe(false);
  });

  test("of an agent that hold its stop back hold back a sub-agent's", () => {
    const { hooks } = read({ Stop: [{ hooks: [COMMAND] }] }, { kind: "agent" });
    expect(hooks.map(({ event }) => event)).toEqual(["SubagentStop"]);
  });
});

const nameless = (hook: Hook): object => ({ ...hook, id: "" });

test("what a loader found reads the same as the file it comes from", () => {
  const group = { matcher: "Bash", hooks: [{ ...COMMAND, timeout: 5, if: "Bash(git *)" }] };
  const fromFile = read({ hooks: { PreToolUse: [group] } }).hooks.map(nameless);
  const decls: HookDecl[] = [
    { file: FROM.file, event: "PreToolUse", matcher: "Bash", handler: group.hooks[0] ?? {}, timeoutS: 5, dialect: "claude" },
  ];
  const { file: _, ...origin } = FROM;
  assert.deepEqual(readHookDecls(decls, origin).hooks.map(nameless), fromFile);
  const [gemini] = readHookDecls(
    [{ file: "f", event: "PreToolUse", calledEvent: "BeforeTool", handler: COMMAND, timeoutS: 5, dialect: "gemini" }],
    origin,
  ).hooks;
  assert.deepEqual([gemini?.event, gemini?.written, gemini?.timeoutMs], ["PreToolUse", "BeforeTool", 5_000]);
});

test("what a loader says of an event's tools isn't what its author wants matched, and a matcher is warned of once", () => {
  const { file: _, ...origin } = FROM;
  const decl = { file: "f", handler: COMMAND, event: "PreToolUse" } as const;
  const said: readonly HookDecl[] = [
    { ...decl, calledEvent: "beforeShellExecution", matcher: "Bash", dialect: "cursor" },
    { ...decl, calledEvent: "beforeMCPExecution", matcher: "mcp__.*", dialect: "cursor" },
    { ...decl, calledEvent: "beforeShellExecution", matcher: "^git", dialect: "cursor" },
    { ...decl, matcher: "Write(docs/**)", dialect: "claude" },
    { ...decl, matcher: 'tool == "Edit"', dialect: "claude" },
  ];
  const { hooks, problems } = readHookDecls(said, origin);
  assert.deepEqual(
    hooks.map(({ matcher }) => matcher.kind),
    ["all", "all", "pattern", "broken", "broken"],
  );
  assert.deepEqual(
    problems.map(({ text }) => text.includes("expression")),
    [true],
  );
});

test("no JSON makes it throw", () => {
  const values: readonly Json[] = [
    null,
    1,
    "x",
    true,
    [],
    {},
    [null],
    { hooks: null },
    { type: 1 },
    { hooks: [1] },
    { matcher: {}, hooks: [{ command: [] }] },
  ];
  for (const outer of values)
    for (const inner of values)
      for (const raw of [
        outer,
        { hooks: outer },
        { hooks: { Stop: outer } },
        { hooks: { PreToolUse: [outer, inner] } },
        { PreToolUse: { hooks: [inner] } },
        { __proto__: outer },
      ])
        assert.doesNotThrow(() => read(raw), JSON.stringify(raw));
});
