import { expect, it } from "vitest";
import { checkExamples } from "./examples.ts";
import { readRules, type RuleLists } from "./read-rules.ts";

const WHERE = { cwd: "/home/dev/proj", home: "/home/dev", base: "/home/dev/proj", source: "claude_user" };
const check = (lists: RuleLists) => checkExamples(lists, WHERE, new AbortController().signal);

it("is content with examples that come out as they say", async () => {
  const lists: RuleLists = {
    allow: [
      { rule: "Bash(git *)", match: ["git status", "git push"], notMatch: ["git status && rm x", "gitk"] },
      { rule: "Edit(/src/**)", match: ["src/a.ts"], notMatch: ["docs/a.md", "/etc/x"] },
      { rule: "WebFetch(domain:*.example.org)", match: ["https://a.example.org/x"], notMatch: ["https://example.org"] },
    ],
    deny: [
      { rule: "Bash(rm *)", match: ["sudo rm x", "ls; rm x"], notMatch: ["git rm x"] },
      { rule: "Read(./.env)", match: [".env"], notMatch: [".env.example"] },
    ],
    ask: ["Bash(make *)"],
  };
  expect(await check(lists)).toEqual([]);
  expect(readRules(lists, WHERE).rules.map(({ text }) => text)).toContain("Bash(git *)");
});

it("says in one line which example comes out otherwise", async () => {
  expect(await check({ deny: [{ rule: "Bash(rm *)", match: ["rmdir x"], notMatch: ["rm x"] }] })).toEqual([
    'The deny rule Bash(rm *) (claude_user) doesn\'t match its example "rmdir x". Correct one of them.',
    'The deny rule Bash(rm *) (claude_user) matches its example "rm x". Correct one of them.',
  ]);
});
