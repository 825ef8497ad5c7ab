import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import type { Named } from "./asked.ts";
import { thisMachine } from "./machine.ts";
import { readNamed, type NamedRead } from "./named.ts";

async function read(named: Named, files: Readonly<Record<string, string>> = {}): Promise<NamedRead> {
  await using home = await temporaryHome();
  for (const [name, content] of Object.entries(files)) await writeFile(join(home.path, name), content);
  return await readNamed({ named, flags: { model: "m" } }, thisMachine(), home.path);
}

test("what stands in the files joins the flags", async () => {
  const named = { systemPromptFile: "a", appendSystemPromptFile: "b", jsonSchema: "c" };
  expect(await read(named, { a: "one", b: "two", c: '{"type":"object"}' })).toEqual({
    ok: true,
    flags: { model: "m", systemPrompt: "one", appendSystemPrompt: "two", jsonSchema: { type: "object" } },
  });
  expect(await read({ jsonSchema: ' {"type":"string"}' })).toMatchObject({ flags: { jsonSchema: { type: "string" } } });
  expect(await read({ agents: "d" }, { d: '{"scout":{"prompt":"look"}}' })).toMatchObject({
    flags: { agents: { scout: { prompt: "look" } } },
  });
  expect(await read({})).toEqual({ ok: true, flags: { model: "m" } });
});

test.each([[{ systemPromptFile: "missing.md" }], [{ appendSystemPromptFile: "." }]])(
  "%j is a mistake of the command line",
  async (named) => {
    const [file = ""] = Object.values(named);
    expect(await read(named)).toMatchObject({ ok: false, code: 2, text: expect.stringContaining(file) });
  },
);

test.each(["[1]", "{", "missing.json", '{"type":"nonsense"}'])(
  "the schema %s can't be used, which isn't the command line's fault",
  async (jsonSchema) => {
    const refused = await read({ jsonSchema });
    expect(refused).toMatchObject({ ok: false, code: 1, text: expect.stringContaining("can't be") });
    expect(refused).not.toMatchObject({ text: expect.stringContaining("\n") });
  },
);

test.each(["[1]", "{", '{"scout":"look"}', "missing.json"])("agents that are %s are refused in one line", async (agents) => {
  const found = await read({ agents });
  expect(found).toMatchObject({ ok: false, code: 2 });
  expect(found).not.toMatchObject({ text: expect.stringContaining("\n") });
});
