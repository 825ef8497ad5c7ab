import { describe, expect, it } from "vitest";
import { ask, bodyOf, errorOf, eventsIn, post, type Loose } from "../../test/ask.ts";
import { simulate, type SimulateOptions } from "../simulate.ts";
import type { Script } from "../script.ts";
import { minimumFor } from "./minimums.ts";

const MARK = { cache_control: { type: "ephemeral" } };
const HOUR = { cache_control: { type: "ephemeral", ttl: "1h" } };
const MODEL = "claude-opus-5"; // 512 tokens are enough
const MINUTE = 60_000;
/** Long enough to be kept, and different for each name. */
const long = (name: string): Loose => ({ type: "text", text: `${name} ${"x".repeat(4 * 600)}` });
const short = (name: string): Loose => ({ type: "text", text: name });
const user = (...content: readonly Loose[]): Loose => ({ role: "user", content });
const says = (...content: readonly Loose[]): Loose => ({ role: "assistant", content });

type Told = { readonly read: number; readonly written: number; readonly hour: number; readonly rest: number };
type World = AsyncDisposable & { readonly tell: (messages: readonly Loose[], more?: object) => Promise<Told>; pass(ms: number): void };

async function world(script: Partial<Script> = {}, options: SimulateOptions = {}): Promise<World> {
  let now = 0;
  const clock = { now: () => now, sleep: async () => {}, random: () => 0 };
  const server = await simulate({ replies: [{ blocks: [] }], after: "repeat_last", ...script }, { clock, ...options });
  return {
    pass: (ms) => void (now += ms),
    tell: async (messages, more = {}) => {
      const response = await ask(server.url, bodyOf(messages, { model: MODEL, stream: false, ...more }));
      if (!response.ok) throw new Error(await errorOf(response));
      const { usage }: Loose = await response.json();
      expect(usage.cache_creation_input_tokens).toBe(
        usage.cache_creation.ephemeral_5m_input_tokens + usage.cache_creation.ephemeral_1h_input_tokens,
      );
      return {
        read: usage.cache_read_input_tokens,
        written: usage.cache_creation_input_tokens,
        hour: usage.cache_creation.ephemeral_1h_input_tokens,
        rest: usage.input_tokens,
      };
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}

describe("a prompt without a mark", () => {
  it("is never kept", async () => {
    await using w = await world();
    const first = await w.tell([user(long("a"))]);
    expect([first.read, first.written]).toEqual([0, 0]);
    expect(await w.tell([user(long("a"))])).toEqual(first);
  });
});

describe("a mark", () => {
  it("writes what stands before it, and the next request reads that", async () => {
    await using w = await world();
    const first = await w.tell([user({ ...long("a"), ...MARK }, short("b"))]);
    expect(first.written).toBeGreaterThan(600);
    expect(first.rest).toBeGreaterThan(0);
    const second = await w.tell([user({ ...long("a"), ...MARK }, short("and c"))]);
    expect([second.read, second.written]).toEqual([first.written, 0]);
  });

  it("adds up: read, written and the rest are the whole prompt", async () => {
    await using w = await world();
    const messages = [user({ ...long("a"), ...MARK }), says(short("b")), user({ ...long("c"), ...MARK }, short("d"))];
    const { rest: whole } = await w.tell([user(long("a")), says(short("b")), user(long("c"), short("d"))]);
    await w.tell(messages.slice(0, 1));
    const told = await w.tell(messages);
    expect(told.read + told.written + told.rest).toBe(whole);
    expect(Math.min(told.read, told.written, told.rest)).toBeGreaterThan(0);
  });

  it("that moves on with the conversation reads all that came before", async () => {
    await using w = await world();
    const first = await w.tell([user({ ...long("a"), ...MARK })]);
    const second = await w.tell([user(long("a")), says(short("b")), user({ ...short("c"), ...MARK })]);
    expect(second.read).toBe(first.written);
    expect(second.written).toBeGreaterThan(0);
    const third = await w.tell([user(long("a")), says(short("b")), user(short("c")), says(short("d")), user({ ...short("e"), ...MARK })]);
    expect(third.read).toBe(second.read + second.written);
  });

  it("on a block that changes every time never reads", async () => {
    await using w = await world();
    for (const time of ["9:00", "9:01"]) {
      const told = await w.tell([user(long("a"), { ...short(time), ...MARK })]);
      expect([told.read, told.written > 600]).toEqual([0, true]);
    }
  });

  it("on the whole request stands at its end, and moves with it", async () => {
    await using w = await world();
    const first = await w.tell([user(long("a"))], MARK);
    expect([first.rest, first.written > 600]).toEqual([0, true]);
    const second = await w.tell([user(long("a")), says(short("b")), user(short("c"))], MARK);
    expect([second.read, second.rest]).toEqual([first.written, 0]);
  });

  it("inside a tool's result keeps that result", async () => {
    await using w = await world();
    const call = says({ type: "tool_use", id: "c", name: "Read", input: {} });
    const result = user({ type: "tool_result", tool_use_id: "c", content: [{ ...long("r"), ...MARK }] });
    const { written } = await w.tell([user(short("a")), call, result]);
    expect((await w.tell([user(short("a")), call, result])).read).toBe(written);
  });

  it("counts the same for a bare string and its block, and for fields in another order", async () => {
    await using w = await world();
    const { text } = long("a");
    const { written } = await w.tell([{ role: "user", content: text }, user({ ...short("b"), ...MARK })]);
    const again = await w.tell([user({ text, type: "text", citations: null }), user({ ...MARK, ...short("b") })]);
    expect(again.read).toBe(written);
  });
});

describe("the order is tools, system, messages: a change keeps what stands before it", () => {
  const tools = [{ name: "A", description: long("a").text, input_schema: {}, ...MARK }];
  const system = [{ ...long("s"), ...MARK }];
  const messages = [user({ ...long("m"), ...MARK })];
  const other = (change: object): object => ({ tools, system, ...change });

  it.each<[string, object, readonly Loose[], number]>([
    ["the messages", {}, [user({ ...long("n"), ...MARK })], 2],
    ["the system prompt", { system: [{ ...long("t"), ...MARK }] }, messages, 1],
    ["a tool", { tools: [{ ...tools[0], name: "B" }] }, messages, 0],
    ["the speed", { speed: "fast" }, messages, 1],
    ["the choice of tools", { tool_choice: { type: "none" } }, messages, 2],
    ["thinking", { thinking: { type: "adaptive" } }, messages, 2],
    ["the effort", { output_config: { effort: "low" } }, messages, 2],
    ["an image, anywhere", {}, [...messages, says(short("b")), user({ type: "image", source: { type: "url", url: "x" } })], 2],
    ["nothing", {}, messages, 3],
  ])("a change of %s", async (_, change, asked, sections) => {
    await using w = await world();
    const first = await w.tell(messages, other({}));
    const told = await w.tell(asked, other(change));
    expect(Math.round((told.read / first.written) * 3)).toBe(sections);
    expect(told.read + told.written).toBeGreaterThan(1800);
  });

  it("the order of keys inside a tool's input counts, as the API says it does", async () => {
    await using w = await world();
    const history = (input: object): readonly Loose[] => [
      user(long("a")),
      says({ type: "tool_use", id: "c", name: "A", input }),
      user({ type: "tool_result", tool_use_id: "c", content: "r", ...MARK }),
    ];
    const { written } = await w.tell(history({ a: 1, b: 2 }));
    expect((await w.tell(history({ b: 2, a: 1 }))).read).toBe(0);
    expect((await w.tell(history({ a: 1, b: 2 }))).read).toBe(written);
  });

  it("another model has a cache of its own", async () => {
    await using w = await world();
    const { written } = await w.tell(messages);
    expect((await w.tell(messages, { model: "claude-fable-5" })).read).toBe(0);
    expect((await w.tell(messages)).read).toBe(written);
  });
});

describe("looking back", () => {
  const blocks = (count: number): readonly Loose[] => Array.from({ length: count }, (_, at) => short(`block ${at}`));
  const marked = (all: readonly Loose[]): Loose => user(...all.slice(0, -1), { ...all.at(-1), ...MARK });

  it("goes over 20 positions, the mark's own included", async () => {
    for (const [added, hits] of [
      [19, true],
      [20, false],
    ] as const) {
      await using w = await world();
      const { written } = await w.tell([marked([long("a")])]);
      expect((await w.tell([marked([long("a"), ...blocks(added)])])).read).toBe(hits ? written : 0);
    }
  });

  it("goes on from the mark before, where there is one", async () => {
    await using w = await world();
    const { written } = await w.tell([marked([long("a")])]);
    const all = [long("a"), ...blocks(15), { ...short("here"), ...MARK }, ...blocks(25)];
    expect((await w.tell([marked(all)])).read).toBe(written);
  });

  it("takes calls side by side as one position, and their results as another", async () => {
    await using w = await world();
    const ids = Array.from({ length: 30 }, (_, at) => `c${at}`);
    const calls = says(...ids.map((id) => ({ type: "tool_use", id, name: "Read", input: {} })));
    const results = ids.map((id) => ({ type: "tool_result", tool_use_id: id, content: "r" }));
    const { written } = await w.tell([marked([long("a")])]);
    expect((await w.tell([user(long("a")), calls, marked(results)])).read).toBe(written);
  });

  it("finds what an earlier request wrote, not what merely stayed the same", async () => {
    await using w = await world();
    await w.tell([marked([long("a"), short("b")])]);
    expect((await w.tell([marked([long("a"), short("c")])])).read).toBe(0);
  });
});

describe("a lifetime", () => {
  const five = [user({ ...long("a"), ...MARK })];
  const hour = [user({ ...long("a"), ...HOUR })];

  it("is five minutes by default, and an hour where the mark says so", async () => {
    for (const [messages, last] of [
      [five, 5 * MINUTE],
      [hour, 60 * MINUTE],
    ] as const) {
      await using w = await world();
      const { written } = await w.tell(messages);
      w.pass(last - 1);
      expect((await w.tell(messages)).read).toBe(written);
      w.pass(last);
      expect((await w.tell(messages)).read).toBe(0);
    }
  });

  it("begins anew with each read, of the lookback too", async () => {
    await using w = await world();
    const { written } = await w.tell(five);
    for (let at = 0; at < 4; at++) {
      w.pass(4 * MINUTE);
      expect((await w.tell([user(long("a"), { ...short(`${at}`), ...MARK })])).read).toBe(written);
    }
  });

  it("of an hour and of five minutes are told apart, the longer first", async () => {
    await using w = await world();
    const system = [{ ...long("s"), ...HOUR }];
    const first = await w.tell(five, { system });
    expect([first.hour > 600, first.written > first.hour + 600]).toEqual([true, true]);
    w.pass(10 * MINUTE);
    const second = await w.tell(five, { system });
    expect([second.read, second.hour, second.written]).toEqual([first.hour, 0, first.written - first.hour]);
  });
});

describe("the least that is kept", () => {
  it.each([
    ["claude-opus-5", 512],
    ["claude-opus-5-20260815", 512],
    ["claude-sonnet-5", 1_024],
    ["claude-opus-4-7", 2_048],
    ["claude-haiku-4-5-20251001", 4_096],
    ["claude-haiku-5-5", 4_096], // not known: the largest
    ["qwen3-coder", 4_096],
  ])("of %s are %d tokens", async (model, tokens) => {
    expect(minimumFor(model)).toBe(tokens);
    await using w = await world();
    const sized = (size: number): Loose => user({ type: "text", text: "x".repeat(4 * size), ...MARK });
    expect((await w.tell([sized(tokens - 20)], { model })).written).toBe(0);
    expect((await w.tell([sized(tokens)], { model })).written).toBeGreaterThan(0);
  });
});

describe("on the wire", () => {
  it("a stream says the same at its start and at its end", async () => {
    await using server = await simulate({ replies: [{ blocks: [] }], after: "repeat_last" });
    const body = bodyOf([user({ ...long("a"), ...MARK }, short("b"))], { model: MODEL });
    await (await ask(server.url, body)).text();
    const events = eventsIn(await (await ask(server.url, body)).text());
    const [begun, ended] = [events[0].message.usage, events.at(-2)?.usage];
    expect(begun.cache_read_input_tokens).toBeGreaterThan(600);
    for (const key of ["cache_read_input_tokens", "cache_creation_input_tokens", "input_tokens"]) expect(ended[key]).toBe(begun[key]);
  });

  it("a scenario that counts the input itself is believed, and keeps nothing; one that counts the output isn't in the way", async () => {
    await using w = await world({
      replies: [{ blocks: [], usage: { cache_read_input_tokens: 7 } }, { blocks: [], usage: { output_tokens: 3 } }, { blocks: [] }],
    });
    const messages = [user({ ...long("a"), ...MARK })];
    const [named, counted, third] = [await w.tell(messages), await w.tell(messages), await w.tell(messages)];
    expect([named.read, named.written]).toEqual([7, 0]);
    expect([counted.read, counted.written]).toEqual([0, named.rest]);
    expect(third.read).toBe(counted.written);
  });

  it("an error keeps nothing", async () => {
    await using server = await simulate({ replies: [{ error: { status: 529 } }, { blocks: [] }] });
    const body = bodyOf([user({ ...long("a"), ...MARK })], { model: MODEL, stream: false });
    await ask(server.url, body);
    const { usage }: Loose = await (await ask(server.url, body)).json();
    expect(usage.cache_read_input_tokens).toBe(0);
  });

  it("a request for nothing fills the cache, and takes no reply", async () => {
    await using server = await simulate({ replies: [{ blocks: [{ text: "the first" }] }] });
    const body = { model: MODEL, messages: [user({ ...long("a"), ...MARK })] };
    const warmed: Loose = await (await ask(server.url, { ...body, max_tokens: 0 })).json();
    expect(warmed).toMatchObject({ content: [], stop_reason: "max_tokens", usage: { output_tokens: 0 } });
    const [begun] = eventsIn(await (await ask(server.url, { ...body, max_tokens: 0, stream: true })).text());
    expect(begun.message.usage.output_tokens).toBe(0);
    const first: Loose = await (await ask(server.url, { ...body, max_tokens: 9 })).json();
    expect(first.content[0].text).toBe("the first");
    expect(first.usage.cache_read_input_tokens).toBe(warmed.usage.cache_creation_input_tokens);
  });
});

describe("marks that the API refuses", () => {
  const marks = (...lives: readonly (object | undefined)[]): Loose => user(...lives.map((life, at) => ({ ...short(`${at}`), ...life })));
  it.each<[string, readonly Loose[], object, string]>([
    ["five of them", [marks(MARK, MARK, MARK, MARK, MARK)], {}, "A maximum of 4 blocks with cache_control may be provided. Found 5."],
    ["four and one for the whole", [marks(MARK, MARK, MARK, MARK, undefined)], MARK, "Found 5."],
    [
      "an hour behind five minutes",
      [marks(MARK, HOUR)],
      {},
      "messages.0.content.1.cache_control.ttl: a ttl='1h' cache_control block must not come",
    ],
    ["an hour for the whole behind five minutes", [marks(MARK, undefined)], HOUR, "cache_control.ttl: a ttl='1h'"],
    ["another lifetime for the whole than for its end", [marks(MARK)], HOUR, "another ttl"],
    [
      "a lifetime there is none of",
      [marks({ cache_control: { type: "ephemeral", ttl: "1d" } })],
      {},
      "messages.0.content.0.cache_control: ",
    ],
    [
      "one on thinking",
      [user(short("a")), says({ type: "thinking", thinking: "h", signature: "s", ...MARK }, short("b")), user(short("c"))],
      {},
      "messages.1.content.0.thinking.cache_control: Extra inputs",
    ],
  ])("%s", async (_, messages, more, words) => {
    await using server = await simulate({ replies: [{ blocks: [] }] });
    const response = await post(`${server.url}/v1/messages`, JSON.stringify(bodyOf(messages, more)));
    expect([response.status, await errorOf(response)]).toEqual([400, expect.stringContaining(words)]);
  });

  it("and one at the end that says the same as the one for the whole is none too many", async () => {
    await using w = await world();
    await expect(w.tell([marks(MARK, MARK, MARK, MARK)], MARK)).resolves.toMatchObject({ read: 0 });
  });
});
