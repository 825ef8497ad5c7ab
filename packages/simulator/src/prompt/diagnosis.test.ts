import { describe, expect, it } from "vitest";
import { ask, bodyOf, eventsIn, PROMPT, type Loose } from "../../test/ask.ts";
import { simulate } from "../simulate.ts";

const TOOLS = [{ name: "A", input_schema: {} }];
const FIRST = { model: "m", system: "s", tools: TOOLS };
const grown = [PROMPT, { role: "assistant", content: "yes" }, { role: "user", content: "and" }];

/** Asks once, then again with these changes, and gives what the second answer says about the first request. */
async function diagnosis(messages: readonly unknown[], change: object, previous?: string | null): Promise<Loose> {
  await using server = await simulate({ replies: () => ({ blocks: [] }) });
  const send = async (body: object): Promise<Loose> =>
    (await ask(server.url, bodyOf(messages, { ...FIRST, stream: false, ...body }))).json();
  const { id }: Loose = await (
    await ask(server.url, bodyOf([PROMPT], { ...FIRST, stream: false, diagnostics: { previous_message_id: null } }))
  ).json();
  return await send({ ...change, diagnostics: { previous_message_id: previous === undefined ? id : previous } });
}

describe("why the cache missed", () => {
  it.each<[string, readonly unknown[], object, string]>([
    ["another model", grown, { model: "n" }, "model_changed"],
    ["another speed", grown, { speed: "fast" }, "model_changed"],
    ["another system prompt", grown, { system: "t" }, "system_changed"],
    ["another tool", grown, { tools: [{ name: "B", input_schema: {} }] }, "tools_changed"],
    ["a tool more", grown, { tools: [...TOOLS, { name: "B" }] }, "tools_changed"],
    ["a tool less", grown, { tools: [] }, "tools_changed"],
    ["tools and system: the first of the two", grown, { tools: [], system: "t" }, "tools_changed"],
    ["an earlier message", [{ role: "user", content: "fix a test" }, ...grown.slice(1)], {}, "messages_changed"],
  ])("%s", async (_, messages, change, type) => {
    const { diagnostics } = await diagnosis(messages, change);
    expect(diagnostics.cache_miss_reason).toEqual({ type, cache_missed_input_tokens: expect.any(Number) });
    expect(diagnostics.cache_miss_reason.cache_missed_input_tokens).toBeGreaterThan(0);
  });

  it("counts what stands behind the first difference", async () => {
    const missed = async (change: object): Promise<number> =>
      (await diagnosis(grown, change)).diagnostics.cache_miss_reason.cache_missed_input_tokens;
    const [model, tools, system] = [await missed({ model: "n" }), await missed({ tools: [] }), await missed({ system: "t" })];
    expect([model, model > system]).toEqual([tools, true]);
  });

  it.each<[string, object, string]>([
    ["only another choice of tools", { tool_choice: { type: "none" } }, "unavailable"],
    ["only other thinking", { thinking: { type: "adaptive" } }, "unavailable"],
  ])("can't be said: %s", async (_, change, type) => {
    expect((await diagnosis(grown, change)).diagnostics).toEqual({ cache_miss_reason: { type } });
  });

  it("can't be said of an answer that nobody gave, or that wasn't asked with diagnostics", async () => {
    const unknown = { cache_miss_reason: { type: "previous_message_not_found" } };
    expect((await diagnosis(grown, {}, "msg_other")).diagnostics).toEqual(unknown);
    await using server = await simulate({ replies: () => ({ blocks: [] }) });
    const { id }: Loose = await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json();
    const second: Loose = await (
      await ask(server.url, bodyOf([PROMPT], { stream: false, diagnostics: { previous_message_id: id } }))
    ).json();
    expect(second.diagnostics).toEqual(unknown);
  });

  it("isn't there where the conversation only grew, or began, and not at all where nobody asked", async () => {
    expect((await diagnosis(grown, {})).diagnostics).toBeNull();
    expect((await diagnosis(grown, { model: "n" }, null)).diagnostics).toBeNull();
    await using server = await simulate({ replies: () => ({ blocks: [] }) });
    expect(await (await ask(server.url, bodyOf([PROMPT], { stream: false }))).json()).not.toHaveProperty("diagnostics");
  });

  it("stands in the first event of a stream", async () => {
    await using server = await simulate({ replies: () => ({ blocks: [] }) });
    const [start] = eventsIn(await (await ask(server.url, bodyOf([PROMPT], { diagnostics: { previous_message_id: "x" } }))).text());
    expect(start.message.diagnostics).toEqual({ cache_miss_reason: { type: "previous_message_not_found" } });
  });
});
