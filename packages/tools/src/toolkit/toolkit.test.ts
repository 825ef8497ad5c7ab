import assert from "node:assert/strict";
import { text, type Json, type Tool, type ToolContext, type ToolOutput } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { describe, expect, test } from "vitest";
import * as mini from "zod/mini";
import { diskFiles } from "../files/disk.ts";
import { createSeen } from "../files/seen.ts";
import { startProcess } from "../process/start.ts";
import { openToolKit, type ToolKit } from "../toolkit.ts";
import type { Answer } from "./answer.ts";
import type { AuthoredTool } from "./spec.ts";

async function kit(): Promise<AsyncDisposable & { readonly kit: ToolKit; readonly cwd: string }> {
  const home = await temporaryHome();
  const opened = openToolKit({
    files: diskFiles(),
    run: startProcess,
    seen: createSeen(),
    shell: { cwd: home.path },
    env: { PATH: process.env["PATH"] ?? "" },
    home: home.path,
    roots: () => [home.path],
    spillDir: `${home.path}/out`,
  });
  return { kit: opened, cwd: home.path, [Symbol.asyncDispose]: () => home[Symbol.asyncDispose]() };
}

const CTX: ToolContext = { callId: "c", session: "s", cwd: "/", signal: new AbortController().signal };

async function said(tool: Tool, input: Json): Promise<{ readonly steps: readonly string[]; readonly output: ToolOutput }> {
  const bound = tool.bind(input, "/");
  assert.ok(bound.ok, bound.ok ? "" : bound.error);
  const source = bound.call.run(CTX);
  const steps: string[] = [];
  let step = await source.next();
  for (; !step.done; step = await source.next()) if (step.value.type === "progress") steps.push(step.value.text);
  return { steps, output: step.value };
}

const COUNT: AuthoredTool = { name: "Count", description: "Counts.", run: () => 7 };
const NUMBER = { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } as const;

test("the kit is frozen as it was first released", async () => {
  await using the = await kit();
  expect(Object.keys(the.kit)).toEqual(["version", "defineTool", "z", "files", "run", "blocks"]);
  expect(the.kit.version).toBe(1);
  expect(Object.keys(the.kit.files)).toEqual(expect.arrayContaining(["read", "stat", "write"]));
  expect(Object.keys(the.kit.blocks)).toEqual(expect.arrayContaining(["Bash", "Edit", "Read", "Write"]));
  assert.throws(() => Object.assign(the.kit, { version: 2 }));
});

describe("a tool that an author defines", () => {
  test("is read strictly where the author says nothing: it may touch anything, runs alone, and never twice", async () => {
    await using the = await kit();
    const bound = the.kit.defineTool(COUNT).bind({}, "/");
    assert.ok(bound.ok);
    const { effects, readOnly, concurrencySafe, replay } = bound.call;
    expect({ effects, readOnly, concurrencySafe, replay }).toEqual({
      effects: [{ do: "unknown", why: "Count doesn't say what it touches." }],
      readOnly: false,
      concurrencySafe: false,
      replay: "never",
    });
  });

  test.each<[string, (the: ToolKit) => AuthoredTool["input"]]>([
    ["JSON Schema", () => NUMBER],
    ["the kit's zod", ({ z }) => z.object({ n: z.number().int() })],
    ["another zod", () => mini.object({ n: mini.int() })],
    [
      "a Standard Schema that prints itself",
      () => ({
        "~standard": {
          version: 1,
          validate: (value) =>
            typeof (value as { readonly n?: unknown }).n === "number"
              ? { value }
              : { issues: [{ message: "a number, please", path: ["n"] }] },
          jsonSchema: { input: () => NUMBER },
        },
      }),
    ],
  ])("takes its input by %s, and says what is wrong with it", async (_, input) => {
    await using the = await kit();
    const spec: AuthoredTool = { ...COUNT, input: input(the.kit) ?? {}, run: (asked) => ({ doubled: (asked as { n: number }).n * 2 }) };
    const tool = the.kit.defineTool(spec);
    expect(tool.inputSchema).toMatchObject({ type: "object", properties: { n: { type: expect.stringMatching(/integer|number/) } } });
    expect((await said(tool, { n: 21 })).output.content).toEqual([text('{\n  "doubled": 42\n}')]);
    expect(tool.bind({ n: "no" }, "/")).toMatchObject({ ok: false, error: expect.stringMatching(/Nothing ran: .*Count[^]*\bn\b/) });
  });

  test("shows steps to who watches, and its words to the model, cut where they are long", async () => {
    await using the = await kit();
    const tool = the.kit.defineTool({
      ...COUNT,
      async *run() {
        yield "half";
        return "x".repeat(100_000);
      },
    });
    const { steps, output } = await said(tool, {});
    expect(steps).toEqual(["half"]);
    expect(JSON.stringify(output).length).toBeLessThan(31_000);
    expect(JSON.stringify(output)).toContain("characters left out");
  });

  test.each<[string, Partial<AuthoredTool>, RegExp]>([
    ["no name that could be called", { name: "a b" }, /letters, digits, _ and -, not "a b"/],
    ["no description", { description: " " }, /Count has no description/],
    ["nothing to run", { run: 3 as unknown as AuthoredTool["run"] }, /no function run/],
    [
      "a schema that no model can be shown",
      { input: { "~standard": { version: 1, validate: (value) => ({ value }) } } },
      /needs an inputSchema/,
    ],
    ["a schema of something else", { input: { type: "string" } }, /no schema of an object/],
  ])("with %s is refused in words for its author", async (_, wrong, words) => {
    await using the = await kit();
    assert.throws(() => the.kit.defineTool({ ...COUNT, ...wrong }), words);
  });
});

describe("what a tool answers", () => {
  const image = (data: string) => ({ content: [{ type: "image", source: { type: "base64", media_type: "image/png", data } }] });
  test.each<[string, Answer]>([
    ["a block of no kind", { content: [{ type: "weird" }] }],
    ["a text without words", { content: [{ type: "text" }] }],
    ["a picture that is none", image("xx!")],
    ["what is no block", { content: ["words"] }],
  ])("never brings %s into the conversation", async (_, answer) => {
    await using the = await kit();
    const tool = the.kit.defineTool({ ...COUNT, run: () => answer });
    await assert.rejects(said(tool, {}), /Count ran, and its answer can't be shown: .*Its author has to mend it\./);
  });

  test("may hold pictures and texts", async () => {
    await using the = await kit();
    const content = [...image("iVBORw0KGgo=").content, text("a dot")];
    const tool = the.kit.defineTool({ ...COUNT, run: () => ({ content, isError: true }) });
    expect((await said(tool, {})).output).toEqual({ content, isError: true });
  });
});

test.each<[string, unknown]>([
  ["no list", "src/a.ts"],
  ["a thing nobody knows", [{ do: "dance" }]],
  ["a path that is none", [{ do: "write", path: 3 }]],
  ["a path relative to nobody knows what", [{ do: "read", path: "a.ts" }]],
  ["a command without its folder", [{ do: "shell", text: "ls" }]],
])("effects that are %s mean that anything may be touched", async (_, effects) => {
  await using the = await kit();
  const bound = the.kit.defineTool({ ...COUNT, readOnly: true, effects: () => effects as [] }).bind({}, "/");
  assert.ok(bound.ok);
  expect(bound.call.effects).toEqual([{ do: "unknown", why: expect.stringContaining("can't be read") }]);
});

test("programs run without keys, in the session's folder, and a long output keeps its head and tail", async () => {
  await using the = await kit();
  const { signal } = new AbortController();
  const ran = await the.kit.run("sh", ["-c", 'pwd -P; cat; echo "$MORE" >&2; exit 3'], { signal, stdin: "in", env: { MORE: "more" } });
  expect(ran).toMatchObject({ code: 3, stderr: "more\n", timedOut: false });
  expect(ran.stdout.endsWith("in")).toBe(true);
  expect((await the.kit.run("no-such-program", [], { signal })).failed).toMatch(/no program "no-such-program"/);
  expect((await the.kit.run("sh", ["-c", "sleep 60"], { signal, timeoutMs: 50 })).timedOut).toBe(true);
});

test("a block can be used by a tool", async () => {
  await using the = await kit();
  const { Bash: bash } = the.kit.blocks;
  assert.ok(bash);
  const bound = bash.bind({ command: "echo from a block" }, the.cwd);
  assert.ok(bound.ok);
  const source = bound.call.run(CTX);
  let step = await source.next();
  while (!step.done) step = await source.next();
  expect(JSON.stringify(step.value.content)).toContain("from a block");
});
