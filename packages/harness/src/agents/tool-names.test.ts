import assert from "node:assert/strict";
import { test } from "vitest";
import { meantBy } from "./tool-names.ts";
import { toolsOf } from "./strictness.ts";

const THERE = [
  "Agent",
  "Bash",
  "BashOutput",
  "Edit",
  "Glob",
  "Grep",
  "KillShell",
  "NotebookEdit",
  "Read",
  "TodoWrite",
  "WebFetch",
  "Write",
];

test("names of this house stand for themselves alone", () => {
  assert.deepEqual(meantBy(["Read", "Bash(git *)", "Edit"], THERE), ["Bash", "Edit", "Read"]);
  assert.deepEqual(meantBy(["*"], THERE), THERE);
});

test("names of other hosts mean what does the same, whole or by their group", () => {
  assert.deepEqual(meantBy(["edit/editFiles", "search"], THERE), ["Edit", "Glob", "Grep", "NotebookEdit", "Write"]);
  assert.deepEqual(meantBy(["execute/runInTerminal"], THERE), ["Bash", "BashOutput", "KillShell"]);
  assert.deepEqual(meantBy(["read_file", "web_fetch", "TodoRead"], THERE), ["Read", "TodoWrite", "WebFetch"]);
  assert.deepEqual(meantBy(["read", "Task"], THERE), ["Agent", "Read"]);
});

test("who names only what nobody knows has nothing", () => {
  for (const names of [["atlassian/*"], ["mcp__x__y", "githubRepo"], ["constructor"], []]) assert.deepEqual(meantBy(names, THERE), []);
});

test("what is disallowed is so by any of its names, and wins", () => {
  assert.deepEqual(toolsOf(THERE, { tools: ["read", "edit"], disallowedTools: ["editFiles"] }, false), ["Read"]);
  assert.deepEqual(
    toolsOf(THERE, { disallowedTools: ["nothing here"] }, true),
    THERE.filter((name) => name !== "Agent"),
  );
});
