import { describe, expect, it } from "vitest";
import { ask, bodyOf, errorOf, post, PROMPT, type Loose } from "../test/ask.ts";
import type { Script } from "./script.ts";
import { simulate } from "./simulate.ts";

const SAYS: Script = { replies: [{ blocks: [{ text: "the first" }] }] };
const tokensOf = async (url: string): Promise<number> => {
  const { input_tokens }: Loose = await (
    await post(`${url}/v1/messages/count_tokens`, JSON.stringify({ model: "m", messages: [PROMPT] }))
  ).json();
  return input_tokens;
};

describe("a window", () => {
  it("is too small for a prompt over it, and takes one that just fits", async () => {
    await using free = await simulate(SAYS);
    const tokens = await tokensOf(free.url);
    await using small = await simulate({ ...SAYS, window: tokens - 1 });
    const refused = await ask(small.url, bodyOf([PROMPT], { max_tokens: 1 }));
    expect([refused.status, await errorOf(refused)]).toEqual([400, `prompt is too long: ${tokens} tokens > ${tokens - 1} maximum`]);
    await using full = await simulate({ ...SAYS, window: tokens });
    expect((await ask(full.url, bodyOf([PROMPT], { max_tokens: 0 }))).status).toBe(200);
    await using fitting = await simulate({ ...SAYS, window: tokens + 1 });
    expect((await ask(fitting.url, bodyOf([PROMPT], { max_tokens: 1 }))).status).toBe(200);
  });

  it("has to hold the answer as well, and says how much room is left", async () => {
    await using free = await simulate(SAYS);
    const tokens = await tokensOf(free.url);
    await using server = await simulate({ ...SAYS, window: 100 });
    const refused = await ask(server.url, bodyOf([PROMPT], { max_tokens: 100 }));
    expect([refused.status, await errorOf(refused)]).toEqual([
      400,
      `input length and \`max_tokens\` exceed context limit: ${tokens} + 100 > 100, decrease input length or \`max_tokens\` and try again`,
    ]);
    expect(await (await ask(server.url, bodyOf([PROMPT], { max_tokens: 100 - tokens }))).text()).toContain("the first"); // it had taken none
  });

  it("is what the model is listed with", async () => {
    await using server = await simulate({ ...SAYS, window: 50_000 });
    expect(await (await fetch(`${server.url}/v1/models/any`)).json()).toMatchObject({ max_input_tokens: 50_000 });
  });
});

describe("models that the scenario lists", () => {
  it("answer under their names, and no other does", async () => {
    await using server = await simulate({ ...SAYS, models: ["claude-a", "claude-b"] });
    const refused = await ask(server.url, bodyOf([PROMPT], { model: "claude-c" }));
    expect([refused.status, await refused.json()]).toEqual([
      404,
      expect.objectContaining({ error: { type: "not_found_error", message: "model: claude-c" } }),
    ]);
    const count = await post(`${server.url}/v1/messages/count_tokens`, JSON.stringify({ model: "claude-c", messages: [PROMPT] }));
    expect([count.status, (await fetch(`${server.url}/v1/models/claude-c`)).status]).toEqual([404, 404]);
    expect(await (await ask(server.url, bodyOf([PROMPT], { model: "claude-b" }))).text()).toContain("the first");
  });

  it("are listed in their order", async () => {
    await using server = await simulate({ ...SAYS, models: ["claude-a", "claude-b"] });
    const { data, first_id, last_id }: Loose = await (await fetch(`${server.url}/v1/models`)).json();
    expect([data.map(({ id }: Loose) => id), first_id, last_id]).toEqual([["claude-a", "claude-b"], "claude-a", "claude-b"]);
  });
});

it("a conversation that the server should hold is refused in the way that clients know, and nothing is taken", async () => {
  await using server = await simulate(SAYS);
  const refused = await ask(server.url, bodyOf([PROMPT], { thread: { type: "create" } }));
  expect([refused.status, await refused.json()]).toEqual([
    400,
    expect.objectContaining({
      error: expect.objectContaining({ details: { error_code: "thread_unsupported_request", unsupported: ["thread"] } }),
    }),
  ]);
  expect(await (await ask(server.url, bodyOf([PROMPT], { thread: null }))).text()).toContain("the first");
});
