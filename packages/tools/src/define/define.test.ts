import { strict as assert } from "node:assert";
import { fileError, text, type BoundCall, type Json, type ToolContext, type ToolOutput } from "@keelson/protocol";
import { describe, test } from "vitest";
import * as z from "zod/mini";
import * as classic from "zod";
import { defineTool, type ToolSpec } from "./define.ts";
import { absolutePath, isWithin, shortPath } from "./path.ts";

const input = z.object({ path: z.string(), count: z.optional(z.int()), deep: z.optional(z.boolean()) });
type Input = z.infer<typeof input>;
const ctx: ToolContext = { callId: "c", session: "s", cwd: "/w", signal: new AbortController().signal };

function toolOf(more: Partial<ToolSpec<Input>> = {}) {
  return defineTool<Input>({
    name: "Look",
    description: "Looks.",
    input,
    effects: ({ path }) => [{ do: "read", path }],
    async *run(asked) {
      return { content: [text(JSON.stringify(asked))] };
    },
    ...more,
  });
}

function callOf(raw: Json, more: Partial<ToolSpec<Input>> = {}): BoundCall {
  const bound = toolOf(more).bind(raw, "/w");
  if (!bound.ok) throw new Error(bound.error);
  return bound.call;
}

async function outputOf(call: BoundCall): Promise<ToolOutput> {
  const step = await call.run(ctx).next();
  if (!step.done) throw new Error("It has more to say.");
  return step.value;
}

test("a tool that says nothing of itself is taken for the most dangerous kind", async () => {
  const call = callOf({ path: "a" });
  const { readOnly, concurrencySafe, replay } = call;
  assert.deepEqual({ readOnly, concurrencySafe, replay }, { readOnly: false, concurrencySafe: false, replay: "never" });
  assert.equal(await call.validate(ctx), undefined);
});

test("the schema is printed as the model must write the input", () => {
  assert.deepEqual(toolOf().inputSchema, {
    type: "object",
    properties: { path: { type: "string" }, count: { type: "integer" }, deep: { type: "boolean" } },
    required: ["path"],
    additionalProperties: false,
  });
});

test("a schema of the whole zod does as well as one of the small one", () => {
  const tool = defineTool({ ...specOf(), input: classic.object({ path: classic.string().default("here") }) });
  const bound = tool.bind({}, "/w");
  assert.ok(bound.ok);
  assert.deepEqual(bound.call.input, { path: "here" });
  assert.deepEqual(tool.inputSchema["required"], undefined);
});

function specOf(): Omit<ToolSpec<{ path: string }>, "input"> {
  return {
    name: "Look",
    description: "",
    effects: () => [],
    run: async function* () {
      return { content: [] };
    },
  };
}

describe("what is judged is what runs", () => {
  test("unknown keys are dropped from both", async () => {
    const call = callOf({ path: "a", surprise: true });
    assert.deepEqual(call.input, { path: "a" });
    assert.deepEqual((await outputOf(call)).content, [text('{"path":"a"}')]);
  });

  test("what was settled is printed, judged and run", async () => {
    const call = callOf({ path: "a" }, { settle: (asked, cwd) => ({ ...asked, path: `${cwd}/${asked.path}` }) });
    assert.deepEqual(call.input, { path: "/w/a" });
    assert.deepEqual(call.effects, [{ do: "read", path: "/w/a" }]);
    assert.deepEqual((await outputOf(call)).content, [text('{"path":"/w/a"}')]);
  });

  test("effects are looked at once, and the run is handed the same", async () => {
    let looked = 0;
    const call = callOf(
      { path: "a" },
      {
        effects: () => [{ do: "read", path: `look ${++looked}` }],
        async *run(_asked, _ctx, judged) {
          return { content: [text(JSON.stringify(judged))] };
        },
      },
    );
    assert.deepEqual([call.effects, call.effects], [[{ do: "read", path: "look 1" }], [{ do: "read", path: "look 1" }]]);
    assert.deepEqual((await outputOf(call)).content, [text('[{"do":"read","path":"look 1"}]')]);
  });
});

describe("input that isn't quite right", () => {
  test.each([
    ["a number as text", { path: "a", count: "10" }, { path: "a", count: 10 }],
    ["a truth as text", { path: "a", deep: "False" }, { path: "a", deep: false }],
    ["null for what may be left out", { path: "a", count: null }, { path: "a" }],
    ["a number where text is wanted stays wrong", { path: "1", count: 2 }, { path: "1", count: 2 }],
  ])("is understood: %s", (_, raw, meant) => {
    assert.deepEqual(callOf(raw).input, meant);
  });

  test.each<[string, Json, RegExp]>([
    ["no object", "a", /expected object/],
    ["something missing", {}, /path/],
    ["null for what is needed", { path: null }, /path/],
    ["a number that isn't whole", { path: "a", count: "1.5" }, /count/],
  ])("is refused in words when it can't be: %s", (_, raw, words) => {
    const bound = toolOf().bind(raw, "/w");
    assert.ok(!bound.ok);
    assert.match(bound.error, /^Nothing ran: the input doesn't fit Look/);
    assert.match(bound.error, words);
  });
});

test("a file error is an answer; anything else that is thrown goes on", async () => {
  const thrower = (error: Error): BoundCall =>
    callOf(
      { path: "a" },
      {
        async *run() {
          throw error;
        },
      },
    );
  assert.deepEqual(await outputOf(thrower(fileError("full", "/a", "The disk is full."))), {
    content: [text("The disk is full.")],
    isError: true,
  });
  await assert.rejects(outputOf(thrower(new Error("bug"))), /bug/);
});

test("paths become absolute, and short again for people", () => {
  assert.deepEqual(
    ["a/../b", "/x//y/", "~", "~/z", "~user"].map((path) => absolutePath(path, "/w", "/home/u")),
    ["/w/b", "/x/y", "/home/u", "/home/u/z", "/w/~user"],
  );
  assert.deepEqual([isWithin("/w", "/w"), isWithin("/w", "/w/a"), isWithin("/w", "/wa"), isWithin("/", "/a")], [true, true, false, true]);
  assert.deepEqual([shortPath("/w/a", "/w"), shortPath("/x", "/w"), shortPath("/w", "/w")], ["a", "/x", "."]);
});
