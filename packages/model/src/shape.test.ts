import assert from "node:assert/strict";
import { text, type Block, type Json, type JsonObject, type Message, type Tool } from "@keelson/protocol";
import { describe, test } from "vitest";
import { lookUp } from "./catalog.ts";
import { DIALECTS } from "./dialect.ts";
import { Drafts } from "./drafts.ts";
import { shape, type Prompt } from "./shape.ts";

const MARK = { cache_control: { type: "ephemeral" } };
const tool = (name: string): Tool => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: "object", properties: {} },
  bind: () => ({ ok: false, error: "not run here" }),
});
const PROMPT: Prompt = {
  dialect: DIALECTS.anthropic,
  model: lookUp("claude-opus-5-5"),
  system: { fixed: "You are keel.", live: "cwd: /a" },
  tools: [tool("Read"), tool("Bash")],
};
const listed = (name: string) => ({ name, description: `Does ${name}.`, input_schema: { type: "object", properties: {} } });

describe("the shape of a request", () => {
  test("tools in the order given, the fixed system before the live one, each part marked at its end, thinking asked for", () => {
    assert.deepEqual(shape(PROMPT), {
      tools: [listed("Read"), { ...listed("Bash"), ...MARK }],
      system: [{ ...text("You are keel."), ...MARK }, text("cwd: /a")],
      thinking: { type: "adaptive", display: "summarized" },
    });
  });

  test("an endpoint that knows neither gets no marks and no thinking", () => {
    assert.deepEqual(shape({ ...PROMPT, dialect: DIALECTS.compatible }), {
      tools: [listed("Read"), listed("Bash")],
      system: [text("You are keel."), text("cwd: /a")],
    });
  });

  test("thinking is asked of the models that take it without a budget", () => {
    const asks = (model: string) => "thinking" in shape({ ...PROMPT, model: lookUp(model) });
    for (const model of ["opus", "sonnet", "haiku", "fable", "claude-opus-5"]) assert.ok(asks(model), model);
    for (const model of ["claude-haiku-4-5", "claude-haiku-4-5-20251001", "claude-next-9", "qwen3"]) assert.ok(!asks(model), model);
  });

  test("effort is asked for by its known names, of models and endpoints that take it", () => {
    const asked = (more: Partial<Prompt>) => shape({ ...PROMPT, ...more })["output_config"];
    for (const effort of ["low", "medium", "high", "xhigh", "max"]) assert.deepEqual(asked({ effort }), { effort });
    for (const effort of ["", "ultra", undefined]) assert.equal(asked({ effort }), undefined);
    assert.equal(asked({ effort: "low", dialect: DIALECTS.compatible }), undefined);
    assert.equal(asked({ effort: "low", model: lookUp("qwen3") }), undefined);
  });

  test("what is empty is absent: the endpoint refuses an empty text", () => {
    const model = lookUp("qwen3");
    assert.deepEqual(shape({ ...PROMPT, model, tools: [], system: { fixed: "", live: "" } }), {});
    assert.deepEqual(shape({ ...PROMPT, model, tools: [], system: { fixed: "", live: "now" } }), { system: [text("now")] });
  });

  test("the same prompt gives the same bytes, and the live part touches nothing before it", () => {
    const [one, other] = ["/a", "/b"].map((live) => JSON.stringify(shape({ ...PROMPT, system: { fixed: "F", live } })));
    assert.equal(one, JSON.stringify(shape({ ...PROMPT, system: { fixed: "F", live: "/a" } })));
    assert.equal(one?.slice(0, one.indexOf("/a")), other?.slice(0, other.indexOf("/b")));
  });
});

describe("marks in the conversation", () => {
  const result = (id: string): Block => ({ type: "tool_result", tool_use_id: id, content: [text("ok")] });
  const user = (...content: readonly Block[]): Message => ({ role: "user", content });
  const assistant = (...content: readonly Block[]): Message => ({ role: "assistant", content });
  const marked = (messages: readonly Message[]) =>
    messages.flatMap(({ content }, at) => content.flatMap((block, index) => ("cache_control" in block ? [`${at}.${index}`] : [])));
  const markMessages = (messages: readonly Message[], body: JsonObject): readonly Message[] => {
    using written = new Drafts().write({ model: "m", messages, maxTokens: 1, body }, true);
    return JSON.parse(Buffer.from(written.bytes).toString()).messages;
  };
  const TALK = [user(text("a")), assistant(text("b")), user(result("1"), text("c")), assistant(text("d")), user(result("2"), result("3"))];

  test("stand at the end of the last two user messages", () => {
    assert.deepEqual(marked(markMessages(TALK, {})), ["2.1", "4.1"]);
    assert.deepEqual(marked(markMessages(TALK.slice(0, 1), {})), ["0.0"]);
    assert.deepEqual(markMessages([], {}), []);
  });

  test("are four at most, with those of the body and those that are there", () => {
    const count = (value: Json): number => JSON.stringify(value).split('"cache_control"').length - 1;
    const body = shape(PROMPT);
    assert.equal(count(body) + count(markMessages(TALK, body)), 4);
    const fuller = { ...body, cache_control: MARK.cache_control };
    assert.deepEqual(marked(markMessages(TALK, fuller)), ["4.1"]);
    const asked = [user({ ...text("a"), ...MARK }), ...TALK.slice(1)];
    assert.deepEqual(marked(markMessages(asked, fuller)), ["0.0"]);
    const twice = [...TALK.slice(0, -1), user(result("2"), { ...result("3"), ...MARK })];
    assert.deepEqual(marked(markMessages(twice, {})), ["2.1", "4.1"]);
  });

  test("never stand on an empty text or on thinking", () => {
    const thinking: Block = { type: "thinking", thinking: "x", signature: "y" };
    assert.deepEqual(marked(markMessages([user(text("a"), thinking, text(""))], {})), ["0.0"]);
    assert.deepEqual(marked(markMessages([user(text(""))], {})), []);
  });

  test("leave the caller's messages as they were", () => {
    const before = structuredClone(TALK);
    markMessages(TALK, {});
    assert.deepEqual(TALK, before);
  });
});
