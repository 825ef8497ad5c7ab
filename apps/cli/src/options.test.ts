import { describe, expect, test } from "vitest";
import { readArguments, type Asked, type Run } from "./options.ts";

const FOLDERS = ["lib", "my docs"];
const read = (...argv: readonly string[]): Asked => readArguments(argv, "1.2.3", (path) => FOLDERS.includes(path));
const run = (...argv: readonly string[]): Run => {
  const asked = read(...argv);
  if (asked.do !== "run") throw new Error(JSON.stringify(asked));
  return asked;
};

describe("the prompt", () => {
  test("is what stands beside the options, as one text", () => {
    expect(run("fix", "the test").prompt).toBe("fix the test");
    expect(run("-p", "fix it", "--model", "m").prompt).toBe("fix it");
  });

  test("isn't swallowed by a list of rules, before or behind it", () => {
    expect(run("-p", "fix it", "--allowedTools", "Read", "Edit")).toMatchObject({
      prompt: "fix it",
      flags: { allowedTools: ["Read", "Edit"] },
    });
    expect(run("--allowedTools", "Bash(ls *)", "fix it")).toMatchObject({ prompt: "fix it", flags: { allowedTools: ["Bash(ls *)"] } });
    expect(run("-p", "--disallowed-tools", "Bash(rm *),Write", "Edit", "list the files")).toMatchObject({
      prompt: "list the files",
      flags: { disallowedTools: ["Bash(rm *)", "Write", "Edit"] },
    });
  });

  test("isn't swallowed by a list of folders", () => {
    expect(run("--add-dir", "../a", "lib", "my docs", "fix it")).toMatchObject({
      prompt: "fix it",
      flags: { addDirs: ["../a", "lib", "my docs"] },
    });
  });

  test("may begin with a dash behind --, and the refusal says so", () => {
    expect(run("-p", "--", "- this").prompt).toBe("- this");
    expect(read("-p", "- this")).toMatchObject({ do: "refuse", text: expect.stringContaining("-p -- ") });
  });

  test("may be the word demo, anywhere but in the first place", () => {
    expect(run("-p", "demo").prompt).toBe("demo");
    expect(read("demo")).toEqual({ do: "demo" });
    expect(read("demo", "me")).toMatchObject({ do: "refuse" });
  });
});

describe("options", () => {
  test("reach the session under the harness's names, and only those that were given", () => {
    expect(run("-p", "x").flags).toEqual({});
    const id = "123e4567-e89b-42d3-a456-426614174000";
    expect(
      run(
        "-p",
        "x",
        "--model",
        "m",
        "--base-url",
        "http://127.0.0.1:1",
        "--fallback-model",
        "a, b",
        "--max-turns",
        "3",
        "--max-budget-usd",
        "0.5",
        "--permission-mode",
        "plan",
        "--system-prompt",
        "s",
        "--append-system-prompt",
        "t",
        "--settings",
        "{}",
        "--session-id",
        id,
      ).flags,
    ).toEqual({
      model: "m",
      baseUrl: "http://127.0.0.1:1",
      fallbackModel: ["a", "b"],
      maxTurns: 3,
      maxBudgetUsd: 0.5,
      permissionMode: "plan",
      systemPrompt: "s",
      appendSystemPrompt: "t",
      settings: "{}",
      sessionId: id,
    });
  });

  test("-c and -r without an id mean the latest session", () => {
    const id = "123e4567-e89b-42d3-a456-426614174000";
    expect(run("-c", "go on").flags.resume).toBe("latest");
    expect(run("-r").flags.resume).toBe("latest");
    expect(run("-r", id).flags.resume).toEqual({ id });
  });

  test("nothing at all is told from everything else", () => {
    expect(run().bare).toBe(true);
    expect(run("--model", "m").bare).toBe(false);
  });

  test("help and version are shown, the environment with them", () => {
    expect(read("-v", "-p")).toEqual({ do: "show", text: "1.2.3\n" });
    const help = read("--help");
    expect(help).toMatchObject({ do: "show" });
    for (const words of ["--permission-mode", "ANTHROPIC_API_KEY", "keel demo"])
      expect(help).toMatchObject({ text: expect.stringContaining(words) });
  });
});

describe("a command line that can't be meant is refused in one line:", () => {
  const id = "123e4567-e89b-42d3-a456-426614174000";
  test.each([
    [["--modle", "x"], "--model"],
    [["-p", "--permission-mode", "plna"], "Did you mean plan?"],
    [["-p", "--output-format", "jsno"], "Did you mean json?"],
    [["--permission-mode", "yolo"], "default, acceptEdits, plan, bypassPermissions"],
    [["--max-turns", "many"], "whole number"],
    [["--max-turns", "0"], "whole number"],
    [["--max-turns", "1.5"], "whole number"],
    [["--max-budget-usd", "-1"], "dollars"],
    [["--max-budget-usd", "free"], "dollars"],
    [["--session-id", "mine"], "uuid"],
    [["-r", "fix the test"], "use -c"],
    [["-c", "-r"], "--resume"],
    [["-c", "--session-id", id], "--session-id"],
    [["--base-url", "localhost:8080"], "http"],
    [["--model", ""], "empty"],
    [["--model"], "argument missing"],
    [["--fallback-model", "a,,b"], "commas"],
    [["--allowedTools", "fix it"], "fix"],
    [["--allowedTools", "Bash(ls"], "Bash(ls"],
    [["--output-format", "json"], "-p"],
    [["-p", "--include-partial-messages"], "stream-json"],
  ])("%j", (argv, words) => {
    const asked = read(...argv);
    expect(asked).toMatchObject({ do: "refuse", text: expect.stringContaining(words) });
    expect(asked).not.toMatchObject({ text: expect.stringContaining("\n") });
  });
});
