import { refusal, type Block, type Message } from "@keelson/protocol";
import { describe, expect, it } from "vitest";
import { readRequest } from "./request.ts";

const says = (text: string): Block => ({ type: "text", text });
const calls = (id: string): Block => ({ type: "tool_use", id, name: "Read", input: {} });
const answers = (id: string, content: string = "ok"): Block => ({ type: "tool_result", tool_use_id: id, content });
const thinks: Block = { type: "thinking", thinking: "hm", signature: "s" };
const user = (...content: readonly Block[]): Message => ({ role: "user", content });
const assistant = (...content: readonly Block[]): Message => ({ role: "assistant", content });

function verdict(messages: readonly unknown[], more: object = {}): string {
  const body = JSON.parse(JSON.stringify({ model: "m", max_tokens: 1, messages, ...more }));
  const read = readRequest({ text: JSON.stringify(body), body }, "message");
  return read.ok ? "taken" : read.error;
}

const ASKED = [user(says("hi")), assistant(says("I'll read"), calls("a"), calls("b"))];
const MARK = { cache_control: { type: "ephemeral" } };

describe("the server takes", () => {
  it.each<[string, readonly unknown[]]>([
    ["a prompt as a bare string", [{ role: "user", content: "hi" }]],
    ["calls answered in any order, text behind the answers", [...ASKED, user(answers("b"), answers("a"), says("go on"))]],
    ["answers spread over neighbours of one role", [...ASKED, user(answers("a")), user(answers("b"))]],
    ["an empty tool result", [...ASKED, user(answers("a", ""), answers("b", " "))]],
    ["a reply to be continued", [user(says("hi")), assistant(says("I"))]],
    ["a blank text beside other content", [user(says("hi")), assistant(says("\n\n"), calls("a")), user(answers("a"))]],
    ["an instruction between the turns", [...ASKED, { role: "system", content: "be brief" }, user(answers("a"), answers("b"))]],
    ["thinking before a call", [user(says("hi")), assistant(thinks, calls("a")), user(answers("a"))]],
  ])("%s", (_, messages) => expect(verdict(messages)).toBe("taken"));
});

describe("the server refuses, in the API's words,", () => {
  it.each<[string, readonly unknown[], string]>([
    ["no message at all", [], "messages"],
    ["an assistant that speaks first", [assistant(says("hi"))], 'messages: first message must use the "user" role'],
    ["an unknown role", [{ role: "tool", content: "x" }], "messages.0.role: Input should be 'user', 'assistant', 'system'"],
    ["a block without a type", [{ role: "user", content: [{ text: "x" }] }], "messages.0.content.0.type: Field required"],
    ["an empty prompt", [{ role: "user", content: "" }], "messages.0: user messages must have non-empty content"],
    [
      "an empty message between others",
      [user(says("a")), assistant(), user(says("b"))],
      "messages.1: all messages must have non-empty content",
    ],
    ["an empty text", [user(says("a"), says(""))], "messages: text content blocks must be non-empty"],
    ["nothing but blanks", [user(says(" "), says("\n"))], "messages: text content blocks must contain non-whitespace text"],
    [
      "an id used twice",
      [...ASKED, user(answers("a"), answers("b")), assistant(calls("a")), user(answers("a"))],
      "messages.3.content.0: `tool_use` ids must be unique",
    ],
    [
      "a call without an answer",
      [...ASKED, user(answers("a"))],
      "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: b.",
    ],
    [
      "an input that is no object",
      [user(says("hi")), assistant({ ...calls("a"), input: "{" }), user(answers("a"))],
      "messages.1.content.0.tool_use.input: Input should be a valid dictionary",
    ],
    ["a call that nothing follows", ASKED, "messages.1: `tool_use` ids were found without `tool_result` blocks immediately after: a, b."],
    ["answers behind other content", [...ASKED, user(says("well"), answers("a"), answers("b"))], "immediately after: a, b."],
    [
      "an answer too late",
      [...ASKED, user(says("wait")), assistant(says("?")), user(answers("a"), answers("b"))],
      "immediately after: a, b.",
    ],
    [
      "an answer to nothing",
      [user(says("hi")), assistant(says("yes")), user(answers("z"))],
      "messages.2.content.0: unexpected `tool_use_id` found in `tool_result` blocks: z.",
    ],
    [
      "two answers to one call",
      [...ASKED, user(answers("a"), answers("b"), answers("a"))],
      "messages.2.content.2: each tool_use must have a single result. Found multiple `tool_result` blocks with id: a",
    ],
    [
      "a reply that ends in thinking",
      [user(says("a")), assistant(says("b"), thinks)],
      "messages.1: The final block in an assistant message cannot be `thinking`.",
    ],
    [
      "five cache marks",
      [user(...[1, 2, 3, 4, 5].map((n) => ({ ...says(`${n}`), ...MARK })))],
      "A maximum of 4 blocks with cache_control may be provided. Found 5.",
    ],
  ])("%s", (_, messages, words) => expect(verdict(messages)).toContain(words));

  it.each<[string, object, string]>([
    ["no max_tokens", { max_tokens: undefined }, "max_tokens: Field required"],
    ["no model", { model: undefined }, "model: Field required"],
    ["a system text that is empty", { system: [says("")] }, "system: text content blocks must be non-empty"],
    ["a blank system prompt", { system: "  " }, "system: text content blocks must contain non-whitespace text"],
    ["two tools of one name", { tools: [{ name: "A" }, { name: "B" }, { name: "A" }] }, "tools: Tool names must be unique."],
    ["marks everywhere", { tools: [{ name: "A", ...MARK }], system: [1, 2, 3, 4].map((n) => ({ ...says(`${n}`), ...MARK })) }, "Found 5."],
  ])("%s", (_, more, words) => expect(verdict([user(says("hi"))], more)).toContain(words));
});

type History = readonly Message[];
const isLawful = (history: History): boolean => refusal(history) === undefined;
const isTaken = (history: History): boolean => verdict(history) === "taken";
const joins = (history: History): boolean => history.some(({ role }, at) => history[at - 1]?.role === role);
const continues = (history: History): boolean => isLawful(history.slice(0, -1)) && history.at(-1)?.content.length === 0;
const isOpen = (history: History): boolean => history.at(-1)?.content.some(({ type }) => type === "tool_use") ?? false;
const repeats = (history: History): boolean => {
  const ids = history.flatMap(({ content }) => content.flatMap(({ type, id }) => (type === "tool_use" ? [id] : [])));
  return new Set(ids).size < ids.length;
};

describe("beside the house's own law for histories, the server", () => {
  const parts: History = [
    user(says("u")),
    user(answers("a")),
    user(answers("a"), answers("b")),
    user(says("w"), answers("a")),
    assistant(says("s")),
    assistant(calls("a")),
    assistant(says("s"), calls("a"), calls("b")),
    assistant(),
    user(),
  ];
  const longer = (histories: readonly History[]): readonly History[] =>
    histories.flatMap((history) => parts.map((part) => [...history, part]));
  const histories = [1, 2, 3, 4].flatMap((length) => Array.from({ length }).reduce<readonly History[]>(longer, [[]]));

  it("takes nothing else but neighbours of one role, which it joins, and an empty last reply, which it continues", () => {
    const others = histories.filter((history) => isTaken(history) && !isLawful(history));
    expect(others.filter((history) => !joins(history) && !continues(history))).toEqual([]);
  });

  it("refuses nothing else but a call at the end and an id used twice, which the law doesn't look at", () => {
    const lawful = histories.filter(isLawful);
    expect(lawful.filter((history) => !isTaken(history) && !isOpen(history) && !repeats(history))).toEqual([]);
    expect(lawful.filter(isTaken).length).toBeGreaterThan(4);
  });
});
