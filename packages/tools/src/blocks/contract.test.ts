import { strict as assert } from "node:assert";
import { testTool, type ToolScene } from "@keelson/testing";
import type { Json } from "@keelson/protocol";
import { describe, test } from "vitest";
import { NOTEBOOK } from "../../test/notebook.ts";
import { shownByBodies } from "../../test/shown.ts";
import { openWorld } from "../../test/world.ts";
import * as names from "../index.ts";
import { blocks } from "./catalogue.ts";
import { SHOWN } from "./shown.ts";

type Inputs = { readonly good: Json; readonly bad: readonly Json[] };
const INPUTS: Readonly<Record<string, Inputs>> = {
  Agent: {
    good: { description: "a", prompt: "b" },
    bad: [{}, { description: "a" }, { description: "a", prompt: "b", isolation: "box" }, { description: "a", prompt: "b", name: "-x" }],
  },
  AskUserQuestion: {
    good: { questions: [{ question: "Which?", header: "Which", options: [{ label: "a" }, { label: "b" }] }] },
    bad: [{}, { questions: [] }, { questions: [{ question: "Which?", header: "Which", options: [{ label: "a" }] }] }],
  },
  Bash: {
    good: { command: "echo a" },
    bad: [{}, { command: 1 }, { command: "a\0b" }, { command: "a", timeout: 600_001 }, { command: "a", timeout: 0 }],
  },
  BashOutput: { good: { bash_id: "bash_0" }, bad: [{}, { bash_id: 1 }, { bash_id: "a", filter: "" }] },
  Edit: {
    good: { file_path: "new", old_string: "", new_string: "x" },
    bad: [{}, { file_path: "a" }, { file_path: "", old_string: "a", new_string: "b" }],
  },
  EnterPlanMode: { good: {}, bad: [] },
  EnterWorktree: { good: {}, bad: [{ name: "../x" }] },
  ExitPlanMode: { good: { plan: "a" }, bad: [{}, { plan: "" }] },
  ExitWorktree: { good: { action: "keep" }, bad: [{}, { action: "burn" }] },
  Glob: { good: { pattern: "*" }, bad: [{}, { pattern: "" }, { pattern: "a", path: 1 }] },
  Grep: {
    good: { pattern: "a" },
    bad: [{}, { pattern: "" }, { pattern: "a", output_mode: "x" }, { pattern: "a", "-A": -1 }, { pattern: "a", head_limit: "x" }],
  },
  KillShell: { good: { shell_id: "bash_0" }, bad: [{}, { shell_id: "" }] },
  LS: { good: { path: "." }, bad: [{}, { path: "" }, { path: ".", ignore: "*" }, { path: ".", ignore: [""] }] },
  LSP: {
    good: { operation: "hover", filePath: "a.ts", line: 1, character: 1 },
    bad: [
      {},
      { operation: "guess", filePath: "a.ts" },
      { operation: "hover", filePath: "" },
      { operation: "hover", filePath: "a", line: 0 },
    ],
  },
  MultiEdit: {
    good: { file_path: "new", edits: [{ old_string: "", new_string: "x" }] },
    bad: [{}, { file_path: "a", edits: [] }, { file_path: "a", edits: [{ old_string: "a" }] }, { file_path: "a", edits: "x" }],
  },
  NotebookEdit: {
    good: { notebook_path: "a.ipynb", cell_id: "sum", new_source: "x" },
    bad: [
      {},
      { notebook_path: "a.ipynb" },
      { notebook_path: "a", new_source: "x", cell_type: "image" },
      { notebook_path: "a", new_source: "x", edit_mode: "move" },
    ],
  },
  Read: {
    good: { file_path: "a" },
    bad: [{}, { file_path: "" }, { file_path: "a\0" }, { file_path: "a", offset: -1 }, { file_path: "a", limit: 0 }],
  },
  SendMessage: { good: { to: "a", message: "b" }, bad: [{}, { to: "a" }, { to: "", message: "b" }] },
  Skill: {
    good: { skill: "review", args: "src" },
    bad: [{}, { skill: "" }, { skill: "a", args: 7 }, { skill: "x".repeat(201) }],
  },
  TaskCreate: { good: { subject: "a", description: "b" }, bad: [{}, { subject: "a" }] },
  TaskGet: { good: { taskId: "1" }, bad: [{}] },
  TaskList: { good: {}, bad: [] },
  TaskOutput: { good: { task_id: "a", block: false }, bad: [{}, { task_id: "a", timeout: -1 }] },
  TaskStop: { good: { task_id: "a" }, bad: [{}] },
  TaskUpdate: { good: { taskId: "1", status: "completed" }, bad: [{}, { taskId: "1", status: "done" }] },
  TodoWrite: {
    good: { todos: [{ content: "a", status: "pending" }] },
    bad: [{}, { todos: {} }, { todos: [{ content: "", status: "pending" }] }, { todos: [{ content: "a", status: "done" }] }],
  },
  WebFetch: {
    good: { url: "http://example.org/a#b", prompt: "c" },
    bad: [
      {},
      { url: "http://example.org" },
      ...[
        "example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://u:p@example.org/",
        "http://",
        `http://a.org/${"x".repeat(2_000)}`,
      ].map((url) => ({ url, prompt: "c" })),
    ],
  },
  WebSearch: {
    good: { query: "ab", allowed_domains: ["example.org"] },
    bad: [
      {},
      { query: "" },
      { query: "ab", allowed_domains: "a b" },
      { query: "ab", allowed_domains: ["a.org"], blocked_domains: ["b.org"] },
    ],
  },
  Write: { good: { file_path: "new", content: "x" }, bad: [{}, { file_path: "a" }, { content: "a" }, { file_path: "a", content: {} }] },
};

async function sceneOf(name: string, { good, bad }: Inputs): Promise<ToolScene> {
  const world = await openWorld({ plan: { planning: () => true, enter() {}, leave() {} } });
  await world.put("a", "a\n");
  await world.put("a.ipynb", NOTEBOOK);
  const block = blocks[name];
  if (!block) throw new Error(`No block is named ${name}.`);
  return { tool: block(world.kit), cwd: world.cwd, good, bad, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() };
}

for (const [name, inputs] of Object.entries(INPUTS)) testTool(name, () => sceneOf(name, inputs));

/** What plugins/code enables; the others are there to be named. */
const ENABLED = ["Bash", "BashOutput", "Edit", "Glob", "Grep", "KillShell", "NotebookEdit", "Read", "TodoWrite", "Write"];

describe("the catalogue", () => {
  test("has each block under its tool's name, in the order of the alphabet", async () => {
    await using world = await openWorld();
    assert.deepEqual(Object.keys(blocks), Object.keys(blocks).toSorted());
    assert.deepEqual(Object.keys(INPUTS), Object.keys(blocks));
    for (const [name, block] of Object.entries(blocks)) assert.equal(block(world.kit).name, name);
  });

  test("shows the model what the blocks themselves say, as `npm run shown` wrote it down", () => {
    assert.deepEqual(SHOWN, shownByBodies());
  });

  test("leaves room in a request for the rest of it", async () => {
    await using world = await openWorld();
    const sent = ENABLED.flatMap((name) => blocks[name]?.(world.kit) ?? []);
    const bytes = Buffer.byteLength(
      JSON.stringify(sent.map(({ name, description, inputSchema }) => ({ name, description, input_schema: inputSchema }))),
    );
    assert.ok(bytes < 9_000, `${bytes} bytes`);
  });

  test("exports these names and no others", () => {
    const exported = [
      "GENERAL",
      "blocks",
      "createBoard",
      "createSeen",
      "diskFiles",
      "isAvailable",
      "leftBy",
      "openProcesses",
      "sandboxAvailability",
      "scrub",
      "startProcess",
      "worksOf",
    ];
    assert.deepEqual(Object.keys(names).toSorted(), exported);
  });
});
