import { describe, expect, test } from "vitest";
import { readArguments } from "./arguments.ts";
import type { Asked, Run } from "./asked.ts";
import { FLAGS, type FlagRow, type Now } from "./options.ts";
import { VERBS } from "./verbs.ts";
import { readVerb, type Ready } from "./verbs/table.ts";

const FOLDERS = ["lib", "my docs"];
const read = (...argv: readonly string[]): Exclude<Asked, { do: "verb" }> | Ready => {
  const asked = readArguments(argv, "1.2.3", (path) => FOLDERS.includes(path));
  return asked.do === "verb" ? readVerb(asked.verb, asked.argv) : asked;
};
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
    expect(read("demo")).toMatchObject({ do: "act" });
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
    expect(run("-r", "split bill", "go on")).toMatchObject({ prompt: "go on", flags: { resume: { id: "split bill" } } });
    expect(run("-r", id, "--fork-session", "--session-id", id).flags).toEqual({ resume: { id }, fork: true, sessionId: id });
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

describe("flags of programs that drive keel", () => {
  const drives = ["--output-format", "stream-json", "--verbose", "--input-format", "stream-json"];

  test("need no -p, and ask whoever is at the other end", () => {
    expect(run(...drives)).toMatchObject({ print: true, input: "stream-json", format: "stream-json", asksHost: false, prompt: "" });
    expect(run(...drives, "--permission-prompt-tool=stdio", "--replay-user-messages")).toMatchObject({ asksHost: true, replay: true });
  });

  test("may be spelled with capitals", () => {
    expect(run("-p", "x", "--maxTurns", "3", "--outputFormat=json", "--addDir", "../a")).toMatchObject({
      format: "json",
      flags: { maxTurns: 3, addDirs: ["../a"] },
    });
    expect(run("-p", "--", "--maxTurns").prompt).toBe("--maxTurns");
  });

  test("mean what they say", () => {
    expect(run("-p", "x", "--tools", "Read,Bash").flags.tools).toEqual(["Read", "Bash"]);
    expect(run("-p", "x", "--tools", "").flags.tools).toEqual([]);
    expect(run("-p", "x", "--tools", "default").flags).toEqual({ tools: ["default"] });
    expect(run("-p", "x", "-c", "--disallowedTools", "", "--no-coordinator").flags).toMatchObject({
      disallowedTools: [],
      coordinator: false,
    });
    expect(run("-p", "x", "--model", "default").flags).toEqual({});
    expect(run("-p", "x", "--system-prompt", "").flags).toEqual({ systemPrompt: "" });
    expect(run("-p", "x", "--no-session-persistence").flags).toEqual({ persist: false });
    expect(run("-p", "x", "--unattended").flags).toEqual({ unattended: true });
    expect(run("-p", "x", "--defer", "--coordinator").flags).toEqual({ defer: true, coordinator: true });
    expect(run("-p", "x", "--agents", "{}").named).toEqual({ agents: "{}" });
    expect(run("-p", "x", "--permission-mode", "manual").flags).toEqual({ permissionMode: "default" });
    expect(run("-p", "x", "--permission-mode", "dontAsk")).toMatchObject({ asksNobody: true, flags: { permissionMode: "default" } });
    expect(run("-p", "x", "--dangerously-skip-permissions").flags).toEqual({ permissionMode: "bypassPermissions" });
    expect(run("-p", "x", "--plugin-dir", "lib", "--plugin-dir", "../b").plugins).toEqual(["lib", "../b"]);
    expect(run("-p", "-c", "--plugin-dir", "tasks", "continue")).toMatchObject({ plugins: ["tasks"], prompt: "continue" });
    expect(run("-p", "--plugin-dir", "tasks", "web", "./mine", "x/y", "continue")).toMatchObject({
      plugins: ["tasks", "web", "./mine", "x/y"],
      prompt: "continue",
    });
    expect(run("-p", "--add-dir", "../a", "continue")).toMatchObject({ flags: { addDirs: ["../a"] }, prompt: "continue" });
    expect(run("-p", "x", "--json-schema", "{}", "--system-prompt-file", "s.md").named).toEqual({
      jsonSchema: "{}",
      systemPromptFile: "s.md",
    });
  });

  test("don't swallow the prompt", () => {
    expect(run("-p", "--debug", "fix the test")).toMatchObject({ prompt: "fix the test", debug: { kinds: [] } });
    expect(run("-p", "--debug", "call,model", "--debug-file", "d.log", "fix it")).toMatchObject({
      prompt: "fix it",
      debug: { kinds: ["call", "model"], file: "d.log" },
    });
    expect(run("-p", "--mcp-config", "a.json", "{}", "fix it").prompt).toBe("fix it");
    expect(run("-p", "--betas", "context-1m-2025-08-07", "fix it").prompt).toBe("fix it");
  });

  const given = ({ flags }: FlagRow): string => {
    const name = /--[\w-]+/.exec(flags)?.[0] ?? "";
    return flags.includes(" <") ? `${name}=1` : name;
  };
  const rows = (is: Now["is"]): readonly string[] => FLAGS.filter(({ now }) => now?.is === is).map(given);

  test.each(rows("so"))("%s is taken without a word", (flag) => {
    expect(run("-p", "x", flag)).toMatchObject({ prompt: "x", flags: {}, notes: [] });
  });

  test.each(rows("later"))("%s is taken, and one line says that it has no effect", (flag) => {
    const note = expect.stringMatching(new RegExp(`^${flag.split("=")[0]} isn't there yet: [^\\n]+\\.$`));
    expect(run("-p", "x", flag)).toMatchObject({ prompt: "x", flags: {}, notes: [note] });
  });

  test.each(rows("refused"))("%s is refused", (flag) => {
    expect(read("-p", "x", flag)).toMatchObject({ do: "refuse", text: expect.stringContaining("isn't there yet") });
  });
});

describe("commands beside the conversation", () => {
  const asked = (...argv: readonly string[]): unknown => {
    const ready = read(...argv);
    return ready.do === "act" ? ready.asked : ready;
  };

  test("have command lines of their own", () => {
    expect(asked("doctor", "--json")).toEqual({ json: true });
    expect(asked("tools", "--plugin-dir", "a")).toEqual({ json: false, plugins: ["a"] });
    expect(asked("settings", "explain", "permissions.deny")).toEqual({ what: { show: "explain", key: "permissions.deny" } });
    expect(asked("settings", "--settings", "{}", "path")).toEqual({ what: { show: "path" }, settings: "{}" });
    expect(asked("session", "list", "--all")).toEqual({ what: "list", all: true, json: false, limit: 50 });
    expect(asked("session", "export", "1a", "--out", "a.md")).toEqual({ what: "export", id: "1a", format: "md", out: "a.md", hide: true });
    expect(asked("session", "export", "1a", "--redact")).toMatchObject({ format: "jsonl", hide: true });
    expect(asked("session", "export", "1a", "--format", "html", "--no-redact")).toMatchObject({ format: "html", hide: false });
    expect(asked("session", "answer", "1a", "--allow", "--project", "--", "--model", "m")).toEqual({
      what: "answer",
      id: "1a",
      verdict: { behavior: "allow", scope: "project" },
      goOn: ["--model", "m"],
    });
    expect(asked("session", "answer", "1a", "2b", "--deny", "--message", "not now", "--no-run")).toEqual({
      what: "answer",
      id: "1a",
      ask: "2b",
      verdict: { behavior: "deny", message: "not now" },
      goOn: undefined,
    });
    expect(asked("simulate", "a.json", "--port", "8080")).toEqual({
      source: { from: "scenario", file: "a.json" },
      port: 8080,
      verbose: false,
    });
    expect(asked("simulate", "--record", "http://127.0.0.1:1", "--out", "f")).toMatchObject({ source: { from: "record", out: "f" } });
    for (const verb of VERBS) expect(read(verb, "--help")).toMatchObject({ do: "show", text: expect.stringContaining(`keel ${verb}`) });
  });

  test.each([
    [["simulate"], "One of these is wanted"],
    [["simulate", "a.json", "--planner"], "One of these is wanted"],
    [["simulate", "--record", "http://127.0.0.1:1"], "--out"],
    [["simulate", "--planner", "--port", "99999"], "port"],
    [["settings"], "explain"],
    [["settings", "explain"], "key"],
    [["settings", "nonsense"], "nonsense"],
    [["doctor", "me"], "arguments"],
    [["session"], "One of these is wanted"],
    [["session", "nonsense"], "One of these is wanted"],
    [["session", "export", "1a", "--format", "pdf"], "jsonl, md, html"],
    [["session", "answer", "1a"], "--allow"],
    [["session", "answer", "1a", "--allow", "--deny"], "One of these is wanted"],
    [["session", "answer", "1a", "--allow", "--message", "x"], "--deny"],
    [["session", "answer", "1a", "--deny", "--project"], "--allow"],
    [["session", "delete"], "ids"],
  ])("%j is refused in one line", (argv, words) => {
    const asked = read(...argv);
    expect(asked).toMatchObject({ do: "refuse", text: expect.stringContaining(words) });
    expect(asked).not.toMatchObject({ text: expect.stringContaining("\n") });
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
    [["--fork-session"], "--resume"],
    [["--defer", "x"], "-p"],
    [["-p", "--defer", "--no-session-persistence", "x"], "--no-session-persistence"],
    [["-p", "--forward-subagent-text", "x"], "stream-json"],
    [["-r", ""], "empty"],
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
    [["--input-format", "stream-json"], "--output-format stream-json"],
    [["-p", "x", "--output-format", "stream-json", "--input-format", "stream-json"], "stdin"],
    [["-p", "x", "--replay-user-messages"], "--input-format"],
    [["-p", "x", "--permission-prompt-tool", "stdio"], "--input-format"],
    [["-p", "x", "--permission-prompt-tool", "mcp__a__b"], "stdio"],
    [["-p", "x", "--permission-mode", "plan", "--dangerously-skip-permissions"], "--permission-mode"],
    [["-p", "x", "--system-prompt", "a", "--system-prompt-file", "b"], "--system-prompt-file"],
    [["-p", "x", "-c", "--no-session-persistence"], "--continue"],
    [["--unattended"], "-p"],
  ])("%j", (argv, words) => {
    const asked = read(...argv);
    expect(asked).toMatchObject({ do: "refuse", text: expect.stringContaining(words) });
    expect(asked).not.toMatchObject({ text: expect.stringContaining("\n") });
  });
});
