import type { Question } from "@keelson/harness";
import { describe, expect, test } from "vitest";
import { answerIn, questionFor } from "./permission.ts";
import { readUpdates, suggestionsFor } from "./updates.ts";

const QUESTION: Question = {
  askId: "a",
  callId: "c",
  tool: "Write",
  input: { file_path: "/project/a.ts", content: "x" },
  effects: [],
  opinion: {
    behavior: "ask",
    reason: "A rule says so.",
    explicit: true,
    rule: { text: "Edit", behavior: "ask", source: "flag", base: "/" },
  },
};

describe("a question", () => {
  test.each([
    ["rule", QUESTION.opinion],
    ["safetyCheck", { behavior: "ask", reason: "", explicit: true }],
    ["mode", { behavior: "ask", reason: "", explicit: false }],
  ] as const)("says by a word why it is asked: %s", (type, opinion) => {
    expect(questionFor({ ...QUESTION, opinion }, "/project")).toMatchObject({
      decision_reason_type: type,
      decision_reason: opinion.reason,
      title: "Allow Write a.ts?",
      permission_suggestions: [],
    });
  });
});

describe("an answer", () => {
  const heard = (response: Parameters<typeof answerIn>[0]) => answerIn(response).answer;

  test("is a yes only when it says so in full", () => {
    expect(heard({ ok: true, response: { behavior: "allow", updatedInput: { a: 1 } } })).toEqual({
      behavior: "allow",
      scope: "once",
      input: { a: 1 },
    });
    expect(heard({ ok: true, response: { behavior: "allow" } })).toEqual({ behavior: "allow", scope: "once" });
    expect(heard({ ok: true, response: { behavior: "allow", updatedInput: "rm" } })).toMatchObject({ behavior: "deny" });
    expect(heard({ ok: true, response: { behavior: "ALLOW" } })).toMatchObject({ behavior: "deny" });
    expect(heard({ ok: true, response: {} })).toMatchObject({ behavior: "deny" });
    expect(heard({ ok: false, error: "it threw" })).toMatchObject({ behavior: "deny", message: expect.stringContaining("it threw") });
    expect(heard("gone")).toMatchObject({ behavior: "deny" });
  });

  test("that is a no may end the run", () => {
    expect(heard({ ok: true, response: { behavior: "deny", message: "no", interrupt: true } })).toEqual({
      behavior: "deny",
      message: "no",
      interrupt: true,
    });
  });
});

describe("updates", () => {
  const add = (rules: readonly object[], behavior = "allow", destination = "session") => ({
    type: "addRules",
    rules,
    behavior,
    destination,
  });

  test("a suggestion that is sent back is the rule again", () => {
    for (const rules of [
      ["Bash(npm test)"],
      ["Read"],
      ["Edit(./a(1).ts)"],
      ["Bash(touch one)", "Bash(mkdir two, three)", "Edit(./log.txt)"],
    ])
      expect(readUpdates(suggestionsFor(rules))).toEqual({ rules: rules.map((text) => ({ text, behavior: "allow" })), unmet: [] });
    expect(suggestionsFor()).toEqual([]);
    expect(suggestionsFor([])).toEqual([]);
  });

  test("rules of every kind are taken; what holds shorter than it was meant to is told", () => {
    const read = readUpdates(
      JSON.parse(JSON.stringify([add([{ toolName: "Bash" }], "deny"), add([{ toolName: "Read" }], "ask", "userSettings")])),
    );
    expect(read).toMatchObject({
      rules: [
        { text: "Bash", behavior: "deny" },
        { text: "Read", behavior: "ask" },
      ],
      unmet: [expect.stringContaining("userSettings")],
    });
  });

  test("the last mode wins; nonsense and what comes later is told, and adds nothing", () => {
    const modes = ["plan", "acceptEdits"].map((mode) => ({ type: "setMode", mode, destination: "session" }));
    expect(readUpdates([...modes, "nonsense", { type: "addDirectories", directories: ["/"] }, { type: "addRules", rules: [1] }])).toEqual({
      rules: [],
      mode: "acceptEdits",
      unmet: [expect.any(String), expect.stringContaining("addDirectories")],
    });
  });
});
