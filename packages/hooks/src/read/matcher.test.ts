import assert from "node:assert/strict";
import type { HookEvent } from "@keelson/protocol";
import { describe, expect, test } from "vitest";
import { matches, readMatcher } from "./matcher.ts";

const hits = (written: string, subject: string, event: HookEvent = "PreToolUse"): boolean =>
  matches(readMatcher(written, event).matcher, [subject]);

describe("a matcher", () => {
  test.each(["*", "", " "])("%j means all", (written) => {
    expect(hits(written, "Anything")).toBe(true);
  });

  test.each([
    ["Edit", "Edit", true],
    ["Edit", "MultiEdit", false],
    ["edit", "Edit", false],
    ["Edit|Write", "Write", true],
    ["Edit, Write", "Write", true],
    ["mcp__memory__.*", "mcp__memory__store", true],
    ["mcp__memory__store", "mcp__memory__store", true],
    ["Edit.*", "NotebookEdit", true],
    ["^Edit$", "NotebookEdit", false],
    [".*", "X", true],
    ["mcp__(a|b)__.*", "mcp__b__t", true],
    ["^plug:cmd$", "plug:cmd", true],
  ])("%j against %j: %j", (written, subject, expected) => {
    expect(hits(written, subject)).toBe(expected);
    expect(readMatcher(written, "PreToolUse").problem).toBe(undefined);
  });

  test.each([
    ["Bash(", ["Bash"]],
    ["Bash(git", ["Bash"]],
    ["Bash(rm)", ["Bash"]],
    ["Bash(git *)|Write", ["Bash", "Write"]],
    ["(", ["Bash", "Write", "Read"]],
    [`tool == "Edit"`, ["Bash", "Write", "Read"]],
  ])("%j at a guard's event runs at %j, and may not allow", (written, expected) => {
    const { matcher, problem } = readMatcher(written, "PreToolUse");
    expect(matcher.kind).toBe("broken");
    expect(problem).toMatch(/Until then this hook runs at every call.*, and allows nothing\./);
    expect(["Bash", "Write", "Read"].filter((tool) => matches(matcher, [tool]))).toEqual(expected);
  });

  test("that is a whole rule holds as one, so that it stands in nobody's way that it doesn't mean", () => {
    expect(readMatcher("Write(docs/**)", "PreToolUse").rule).toBe("Write(docs/**)");
    for (const other of ["Bash(git", "Bash(a)|Write(b)", "("]) expect(readMatcher(other, "PreToolUse").rule).toBe(undefined);
  });

  test.each(["Write(docs/prds/**)", "Bash(git *)", "Bash(rm:*)", `tool == "Edit" && tool_input.file_path`, "(", "[a-", "**", "a{2,1}"])(
    "%j warns, matches nothing where nothing is guarded, and doesn't throw",
    (written) => {
      const { matcher, problem } = readMatcher(written, "PostToolUse");
      expect(problem).toMatch(/Write .*This hook never runs/);
      expect(matches(matcher, ["Write", "Bash", written])).toBe(false);
    },
  );

  test("of a rule names the tool to write instead", () => {
    expect(readMatcher("Write(docs/prds/**)", "PreToolUse").problem).toContain(`"matcher": "Write"`);
  });

  test("of a whole server warns: it is no tool's name", () => {
    const { problem } = readMatcher("mcp__memory", "PreToolUse");
    expect(problem).toContain(`"mcp__memory__.*"`);
    expect(hits("mcp__memory", "mcp__memory__store")).toBe(false);
  });

  test("of files is their names, whatever signs are in them", () => {
    expect(readMatcher(".env|package.json", "FileChanged").matcher).toEqual({ kind: "names", names: [".env", "package.json"] });
    expect(hits(".env", "xenv", "FileChanged")).toBe(false);
  });
});

test("no text makes it throw", () => {
  const signs = ["(", ")", "[", "]", "{", "}", "*", "+", "?", "|", "\\", "^", "$", "a", "1", " ", ",", "/", "=", "&", "\u0000", "é"];
  for (let seed = 1; seed < 5_000; seed++) {
    const written = Array.from(
      { length: 1 + (seed % 7) },
      (_, at) => signs[(seed * 31 + at * at * 17 + Math.floor(seed / (at + 1))) % signs.length],
    ).join("");
    assert.doesNotThrow(() => hits(written, "Edit"), written);
  }
});
