import { expect, test } from "vitest";
import { looksLikeRules, splitRules } from "./rule-list.ts";

test.each([
  ["Read,Edit", ["Read", "Edit"]],
  ["Read Edit", ["Read", "Edit"]],
  ["Bash(git log *), Read", ["Bash(git log *)", "Read"]],
  ["Bash(echo a, b) Edit(src/**)", ["Bash(echo a, b)", "Edit(src/**)"]],
  ["Bash(echo $(date) x),Read", ["Bash(echo $(date) x)", "Read"]],
  ["  ,, ", []],
])("%s holds the rules %j", (list, rules) => {
  expect(splitRules(list)).toEqual(rules);
});

test.each(["Read", "Bash(ls *)", "Read,Edit", "mcp__server__tool", "mcp__server__*", "plugin__tool", "*"])(
  "%s goes on with a list of rules",
  (word) => {
    expect(looksLikeRules(word)).toBe(true);
  },
);

test.each(["fix it", "fix", "Fix the test", "src/a.ts", "", "Bash(ls"])("%s doesn't", (word) => {
  expect(looksLikeRules(word)).toBe(false);
});
