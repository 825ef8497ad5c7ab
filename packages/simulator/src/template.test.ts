import { describe, expect, it } from "vitest";
import { filling, misspelled } from "./template.ts";

const conversation = {
  prompt: "make it green",
  results: [
    { tool: "Bash", text: "not ok 1\n  expected 8080, got 80" },
    { tool: "Read", text: "first" },
    { tool: "Read", text: "second" },
  ],
};
const variables = { project: "/tmp/x", "main-file": "a.js" };

const fill = (text: string): string => filling({ conversation, variables }).fill(text);
function problemsOf(text: string): readonly string[] {
  const { fill: run, problems } = filling({ conversation, variables });
  run(text);
  return problems;
}

describe("a template", () => {
  it.each([
    ["the prompt", "you said: {{prompt}}", "you said: make it green"],
    ["a result by number", "{{result:2}}", "first"],
    ["the last result of a tool", "{{result:Read}}", "second"],
    ["a variable", "{{project}}/{{main-file}}", "/tmp/x/a.js"],
    ["the first group of a pattern", "{{result:1|/expected (\\d+)/}}", "8080"],
    ["the whole match of a pattern without a group", "{{result:1|/expected \\d+/}}", "expected 8080"],
    ["a pattern with flags", "{{prompt|/MAKE (\\w+)/i}}", "it"],
    ["a pattern with a slash and braces", "{{project|/\\/(t[a-z]{2})/}}", "tmp"],
    ["two braces, escaped", "\\{{prompt}} and \\{{ }}", "{{prompt}} and {{ }}"],
    ["nothing at all", "a { b } }} c", "a { b } }} c"],
  ])("stands for %s", (_, text, filled) => {
    expect(misspelled(text)).toEqual([]);
    expect(problemsOf(text)).toEqual([]);
    expect(fill(text)).toBe(filled);
  });

  it("is not looked for in what another one was filled with", () => {
    const { fill: run, problems } = filling({ conversation: { prompt: "{{result:9}}", results: [] }, variables });
    expect(run("{{prompt}}")).toBe("{{result:9}}");
    expect(problems).toEqual([]);
  });

  it.each([
    ["{{result:4}}", ["1 Bash", "3 Read"]],
    ["{{result:Grep}}", ["1 Bash"]],
    ["{{nobody}}", ["project", "variables"]],
    ["{{toString}}", ["no variable"]],
    ["{{result:1|/received (\\d+)/}}", ["/received (\\d+)/", "expected 8080"]],
  ])("that can't be filled is named: %s", (text, words) => {
    expect(misspelled(text)).toEqual([]);
    const [problem, ...others] = problemsOf(`before ${text} after`);
    expect(others).toEqual([]);
    expect(problem).toContain(text);
    for (const word of words) expect(problem).toContain(word);
  });

  it.each(["{{result}}", "{{result:0}}", "{{prompt:1}}", "{{ prompt }}", "{{prompt|/(/}}", "{{prompt|no slashes}}", "{{"])(
    "that is misspelled is found before it is used: %s",
    (text) => {
      expect(misspelled(text)).toHaveLength(1);
      expect(problemsOf(text)).toEqual(misspelled(text));
    },
  );
});
