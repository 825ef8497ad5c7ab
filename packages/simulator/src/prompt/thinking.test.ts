import { describe, expect, it } from "vitest";
import { ask, blocksIn, bodyOf, errorOf, eventsIn, PROMPT, type Loose } from "../../test/ask.ts";
import type { Script } from "../script.ts";
import { simulate, type SimulateOptions } from "../simulate.ts";

const CALL = { tool: "Read", input: { file_path: "a" } };
const SCRIPT: Script = {
  checkThinking: true,
  replies: [
    { blocks: [{ thinking: "one" }, { text: "so" }, CALL] },
    { blocks: [{ thinking: "two" }, { thinking: "and a half" }, CALL] },
    { blocks: [{ thinking: "three" }, { text: "done" }] },
  ],
  after: "repeat_last",
};
const BETA = { "anthropic-beta": "thinking-binding-controls-2026-08-01" };
const DROP = { thinking: { type: "adaptive", block_binding: { prefix_mismatch_behavior: "drop_block" } } };
const TOOLS = { tools: [{ name: "Read", input_schema: { type: "object" } }], system: "be brief" };

type Talk = AsyncDisposable & {
  readonly history: Loose[];
  readonly says: (body?: object, headers?: Record<string, string>) => Promise<Response>;
  readonly turn: (body?: object, headers?: Record<string, string>) => Promise<void>;
};

/** A client that sends back what it was told, as it was told. */
async function talk(script: Script = SCRIPT, options: SimulateOptions = {}): Promise<Talk> {
  const server = await simulate(script, options);
  const history: Loose[] = [{ ...PROMPT }];
  const says = (body: object = {}, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`${server.url}/v1/messages`, {
      method: "POST",
      headers,
      body: JSON.stringify(bodyOf(history, { ...TOOLS, stream: false, ...body })),
    });
  const turn = async (body: object = {}, headers: Record<string, string> = {}): Promise<void> => {
    const response = await says(body, headers);
    if (!response.ok) throw new Error(await errorOf(response));
    const { content }: Loose = await response.json();
    const results = content
      .filter(({ type }: Loose) => type === "tool_use")
      .map(({ id }: Loose) => ({ type: "tool_result", tool_use_id: id, content: "r" }));
    history.push({ role: "assistant", content }, { role: "user", content: results.length > 0 ? results : "go on" });
  };
  return { history, says, turn, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

/** Two turns, and what the client does to them before the third. */
async function third(change: (history: Loose[]) => void, body: object = {}, headers: Record<string, string> = {}): Promise<Response> {
  await using t = await talk();
  await t.turn();
  await t.turn();
  change(t.history);
  const response = await t.says(body, headers);
  return new Response(await response.text(), response); // before the server closes
}

const at = (history: Loose[], message: number, type: string): Loose => history[message].content.find((block: Loose) => block.type === type);
const without = (history: Loose[], message: number, ...thoughts: string[]): void => {
  history[message].content = history[message].content.filter(({ thinking }: Loose) => !thoughts.includes(thinking));
};

describe("thinking that comes back where it stood is taken", () => {
  it.each<[string, (history: Loose[]) => void, object?]>([
    ["unchanged", () => {}],
    ["with a mark that moved", (history) => void (at(history, 2, "tool_result").cache_control = { type: "ephemeral" })],
    ["with a bare string for the text it is", (history) => void (history[0].content = [{ type: "text", text: history[0].content }])],
    ["with nulls for what isn't there", (history) => void (at(history, 1, "text").citations = null)],
    ["with no error where there is none", (history) => void (at(history, 2, "tool_result").is_error = false)],
    ["with another effort", () => {}, { output_config: { effort: "low" } }],
    ["without the oldest of it", (history) => without(history, 1, "one")],
    ["without the two oldest", (history) => (without(history, 1, "one"), without(history, 3, "two"))],
    ["without any", (history) => (without(history, 1, "one"), without(history, 3, "two", "and a half"))],
  ])("%s", async (_, change, body) => {
    const response = await third(change, body);
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining("done")]);
  });

  it("when a paused turn goes on in the same message", async () => {
    await using t = await talk({
      checkThinking: true,
      replies: [
        { blocks: [{ thinking: "one" }, { text: "wait" }], stop: "pause_turn" },
        { blocks: [{ thinking: "two" }, { text: "done" }] },
      ],
      after: "repeat_last",
    });
    const paused: Loose = await (await t.says()).json();
    t.history.push({ role: "assistant", content: paused.content });
    const resumed: Loose = await (await t.says()).json();
    t.history.push({ role: "assistant", content: resumed.content }, { role: "user", content: "and now?" });
    expect((await t.says()).status).toBe(200);
  });

  it("behind a text of its own reply", async () => {
    await using t = await talk({
      checkThinking: true,
      replies: [{ blocks: [{ text: "so" }, { thinking: "one" }, CALL] }],
      after: "repeat_last",
    });
    await t.turn();
    await t.turn();
    expect((await t.says()).status).toBe(200);
    at(t.history, 1, "text").text = "thus";
    expect(await errorOf(await t.says())).toContain("messages.1.content.1: Invalid `signature`");
  });

  it("in any history at all where the scenario doesn't check", async () => {
    await using server = await simulate({ replies: [{ blocks: [] }] });
    const thought = {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "x", signature: "y" },
        { type: "text", text: "z" },
      ],
    };
    expect((await ask(server.url, bodyOf([PROMPT, thought, PROMPT]))).status).toBe(200);
  });
});

describe("a history that was changed before it gets the documented 400", () => {
  const WORDS =
    /^messages\.1\.content\.0: Invalid `signature` in `thinking` block\. The block is bound to a different conversation\. Remove the block, or set `thinking\.block_binding\.prefix_mismatch_behavior` to "drop_block"\. That setting requires the `thinking-binding-controls-2026-08-01` value/;

  it.each<[string, (history: Loose[]) => void, object, string]>([
    ["the prompt", (history) => void (history[0].content = "fix a test"), {}, "The `messages` before it differ"],
    ["the system prompt", () => {}, { system: "be long" }, "The `system` prompt differs"],
    ["a tool", () => {}, { tools: [] }, "The `tools` differ"],
    ["a first message more", (history) => void history.unshift(PROMPT, { role: "assistant", content: "hm" }), {}, "`messages`"],
  ])("%s", async (_, change, body, words) => {
    const response = await third(change, body);
    const error = await errorOf(response);
    expect([response.status, error.replace(/^messages\.3/, "messages.1")]).toEqual([400, expect.stringMatching(WORDS)]);
    expect(error).toContain(words);
  });

  it.each<[string, (history: Loose[]) => void, string]>([
    [
      "a result, which only later thinking stands behind",
      (history) => void (at(history, 2, "tool_result").content = "[cleared]"),
      "messages.3.content.0: ",
    ],
    ["a text of the same reply", (history) => void (at(history, 1, "text").text = "thus"), "messages.3.content.0: "],
    ["thinking from between", (history) => without(history, 3, "two"), "messages.3.content.0: "],
  ])("%s", async (_, change, path) => {
    const error = await errorOf(await third(change));
    expect(error).toContain(path);
    expect(error).toContain("bound to a different conversation");
  });

  it("and the request takes no reply", async () => {
    await using t = await talk();
    await t.turn();
    const prompt = t.history[0].content;
    t.history[0].content = "other";
    expect((await t.says()).status).toBe(400);
    t.history[0].content = prompt;
    expect(await (await t.says()).text()).toContain("and a half");
  });

  it("as does thinking whose own words or signature were changed", async () => {
    for (const key of ["thinking", "signature"]) {
      const response = await third((history) => void (at(history, 1, "thinking")[key] += "x"));
      expect(await errorOf(response)).toBe("messages.1.content.0: Invalid `signature` in `thinking` block");
    }
  });
});

describe("a client may ask to have it dropped instead", () => {
  it("from the first block on that doesn't fit, and is told which", async () => {
    const response = await third((history) => void (at(history, 2, "tool_result").content = "[cleared]"), DROP, BETA);
    const message: Loose = await response.json();
    const dropped = { type: "thinking_dropped", reason: "prefix_binding_mismatch" };
    expect(message.input_transformations).toEqual([
      { ...dropped, path: "messages.3.content.0" },
      { ...dropped, path: "messages.3.content.1" },
    ]);
  });

  it("with the thinking behind it in its turn, and not with what was thought since", async () => {
    const replies = [["one"], ["left out"], ["two", "and a half"], ["three"]].map((thoughts) => ({
      blocks: [...thoughts.map((thinking) => ({ thinking })), CALL],
    }));
    await using t = await talk({ checkThinking: true, replies, after: "repeat_last" });
    for (let turn = 0; turn < 3; turn++) await t.turn();
    without(t.history, 3, "left out");
    await t.turn(DROP, BETA);
    const message: Loose = await (await t.says(DROP, BETA)).json();
    expect(message.input_transformations.map(({ path }: Loose) => path)).toEqual(["messages.5.content.0", "messages.5.content.1"]);
  });

  it("which isn't read, and not paid for", async () => {
    const read = async (change: (history: Loose[]) => void): Promise<number> => {
      const { usage }: Loose = await (await third(change, DROP, BETA)).json();
      return usage.input_tokens;
    };
    const edited = (history: Loose[]): void => void (history[0].content = "fix the tent"); // as long as it was
    const stripped = (history: Loose[]): void => (without(history, 1, "one"), without(history, 3, "two", "and a half"));
    expect(await read(edited)).toBe(await read(stripped));
    expect(await read(edited)).toBeLessThan(await read(() => {}));
  });

  it("with the header that the setting belongs to, or it isn't known", async () => {
    expect(await errorOf(await third(() => {}, DROP))).toBe("thinking.adaptive.block_binding: Extra inputs are not permitted");
    const message: Loose = await (await third(() => {}, DROP, BETA)).json();
    expect(message.input_transformations).toEqual([]);
    const plain: Loose = await (await third(() => {})).json();
    expect(plain).not.toHaveProperty("input_transformations");
  });
});

describe("another model", () => {
  it("doesn't read it: it is dropped in silence, or told of to a client that asked", async () => {
    const other = { model: "claude-y" };
    expect((await third(() => {}, other)).status).toBe(200);
    const message: Loose = await (await third(() => {}, other, BETA)).json();
    expect(message.input_transformations).toHaveLength(3);
    expect(message.input_transformations[0]).toEqual({
      type: "thinking_dropped",
      path: "messages.1.content.0",
      reason: "model_binding_mismatch",
    });
  });

  it("goes on in the same history, and its own thinking fits", async () => {
    await using t = await talk();
    await t.turn();
    await t.turn({ model: "claude-y" });
    expect((await t.says({ model: "claude-y" })).status).toBe(200);
    expect((await t.says()).status).toBe(200);
  });
});

describe("a signature", () => {
  it("follows from the prefix alone: the same for the same, on every server, streamed or not", async () => {
    const signed = async (body: object): Promise<string> => {
      await using server = await simulate(SCRIPT);
      return blocksIn(eventsIn(await (await ask(server.url, bodyOf([PROMPT], body))).text()))[0].signature;
    };
    expect(await signed({})).toBe(await signed({}));
    expect(
      new Set([await signed({}), await signed({ model: "m" }), await signed({ system: "s" }), await signed({ tools: [{ name: "A" }] })])
        .size,
    ).toBe(4);
    await using t = await talk();
    const message: Loose = await (await t.says()).json();
    expect(message.content[0].signature).toBe(await signed(TOOLS));
  });

  it("that a scenario writes itself is refused when it comes back", async () => {
    await using t = await talk({ checkThinking: true, replies: [{ blocks: [{ thinking: "a", signature: "mine" }, CALL] }] });
    await t.turn();
    expect(await errorOf(await t.says())).toBe("messages.1.content.0: Invalid `signature` in `thinking` block");
  });
});
