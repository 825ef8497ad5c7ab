import { strict as assert } from "node:assert";
import { testTool, type ToolScene } from "@keelson/testing";
import type { Json } from "@keelson/protocol";
import { describe, test } from "vitest";
import { openWorld } from "../../test/world.ts";
import * as names from "../index.ts";
import { blocks } from "./catalogue.ts";

type Inputs = { readonly good: Json; readonly bad: readonly Json[] };
const INPUTS: Readonly<Record<string, Inputs>> = {
  Bash: {
    good: { command: "echo a" },
    bad: [{}, { command: 1 }, { command: "a\0b" }, { command: "a", timeout: 600_001 }, { command: "a", timeout: 0 }],
  },
  Edit: {
    good: { file_path: "new", old_string: "", new_string: "x" },
    bad: [{}, { file_path: "a" }, { file_path: "", old_string: "a", new_string: "b" }],
  },
  Glob: { good: { pattern: "*" }, bad: [{}, { pattern: "" }, { pattern: "a", path: 1 }] },
  Grep: {
    good: { pattern: "a" },
    bad: [{}, { pattern: "" }, { pattern: "a", output_mode: "x" }, { pattern: "a", "-A": -1 }, { pattern: "a", head_limit: "x" }],
  },
  Read: {
    good: { file_path: "a" },
    bad: [{}, { file_path: "" }, { file_path: "a\0" }, { file_path: "a", offset: -1 }, { file_path: "a", limit: 0 }],
  },
  Write: { good: { file_path: "new", content: "x" }, bad: [{}, { file_path: "a" }, { content: "a" }, { file_path: "a", content: {} }] },
};

async function sceneOf(name: string, { good, bad }: Inputs): Promise<ToolScene> {
  const world = await openWorld();
  await world.put("a", "a\n");
  const block = blocks[name];
  if (!block) throw new Error(`No block is named ${name}.`);
  return { tool: block(world.kit), cwd: world.cwd, good, bad, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

for (const [name, inputs] of Object.entries(INPUTS)) testTool(name, () => sceneOf(name, inputs));

describe("the catalogue", () => {
  test("has the six blocks, each under its tool's name, in the order of the alphabet", async () => {
    await using world = await openWorld();
    assert.deepEqual(Object.keys(blocks), ["Bash", "Edit", "Glob", "Grep", "Read", "Write"]);
    assert.deepEqual(Object.keys(INPUTS), Object.keys(blocks));
    for (const [name, block] of Object.entries(blocks)) assert.equal(block(world.kit).name, name);
  });

  test("leaves room in a request for the rest of it", async () => {
    await using world = await openWorld();
    const sent = Object.values(blocks).map((block) => block(world.kit));
    const bytes = Buffer.byteLength(
      JSON.stringify(sent.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }))),
    );
    assert.ok(bytes < 9_000, `${bytes} bytes`);
  });

  test("exports these names and no others", () => {
    assert.deepEqual(Object.keys(names).toSorted(), ["blocks", "createSeen", "defineTool", "diskFiles", "scrub", "startProcess"]);
  });
});
