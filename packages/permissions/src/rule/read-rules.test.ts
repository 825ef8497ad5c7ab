import { expect, it } from "vitest";
import { CWD, verdict } from "../../test/engine.ts";
import { readRules, type RuleLists } from "./read-rules.ts";

const from = (source: string) => ({ source, base: CWD, file: "settings.json", lineOf: (text: string) => text.length });
const read = (lists: RuleLists, source = "claude_user") => readRules(lists, from(source));

it("keeps what can be read, strictest list first, with file and line", () => {
  const { rules, problems, fatal } = read({ allow: ["Bash(npm test)", "mcp__github__*"], deny: ["Read(./.env)"], ask: ["Edit"] });
  expect(rules.map(({ text, behavior, line }) => [behavior, text, line])).toEqual([
    ["deny", "Read(./.env)", 12],
    ["ask", "Edit", 4],
    ["allow", "Bash(npm test)", 14],
    ["allow", "mcp__github__*", 14],
  ]);
  expect([...problems, ...fatal]).toEqual([]);
});

it.each([
  "Bash()",
  "Bash( )",
  "Bash(npm test",
  "npm test",
  "",
  "*",
  "mcp__*",
  "mcp__git*",
  "Bash(:*)",
  "Write(docs/**)",
  "Bash(timeout:5)",
])("ignores the allow rule %j, and says so in one line", (text) => {
  const { rules, problems, fatal } = read({ allow: [text] });
  expect(rules).toEqual([]);
  expect(problems).toHaveLength(1);
  expect(problems[0]).toMatch(/^The allow rule .*settings\.json:\d+\) is ignored: [^\n]+$/);
  expect(fatal).toEqual([]);
});

it.each(["Bash()", "Bash(npm test", "rm -rf *", "", "WebFetch(https://x.test)", "Read($SECRETS/**)", "Edit($HOMES/x)"])(
  "lets no session of the user start with the deny rule %j",
  (text) => {
    for (const source of ["claude_user", "flag", "managed", "somewhere new"]) {
      expect(read({ deny: [text] }, source).fatal).toHaveLength(1);
      expect(read({ ask: [text] }, source).fatal).toHaveLength(1);
    }
  },
);

it("holds a repository's broken deny rule for the whole tool instead", async () => {
  const { rules, problems, fatal } = read({ deny: ["Bash(rm"] }, "claude_project");
  expect([rules.length, problems.length, fatal]).toEqual([1, 1, []]);
  expect(await verdict("Bash", "ls", { rules: { deny: ["Bash(rm"], allow: ["Bash"] } })).toBe("deny");
  expect(await verdict("Read", "a.ts", { rules: { deny: ["Bash(rm"] } })).toBe("allow");
});

it("holds a broken deny rule that names no tool for every tool", async () => {
  expect(await verdict("Read", "a.ts", { rules: { deny: ["rm -rf *"] } })).toBe("deny");
  expect(await verdict("Bash", "ls", { rules: { ask: [""] }, mode: "bypassPermissions" })).toBe("ask!");
});

it("warns of a deny rule of a kind it can't compare, and holds it for the whole tool", async () => {
  const { problems, fatal } = read({ deny: ["WebFetch(url:https://x.test)"] });
  expect(problems).toEqual([
    "The deny rule WebFetch(url:https://x.test) (settings.json:28) holds for all of WebFetch: that parameter can't be compared as text.",
  ]);
  expect(fatal).toEqual([]);
  expect(await verdict("Bash", "npm test", { rules: { deny: ["Bash(command:ls)"], allow: ["Bash"] } })).toBe("deny");
});

it("says when an allow rule can never match", () => {
  expect(read({ allow: ["Bash(sudo *)", "Bash(ls | wc)"] }).problems).toEqual([
    "The allow rule Bash(sudo *) (settings.json:12) allows nothing: sudo runs what it is given. Write the whole command, without *.",
  ]);
});

it("takes blanks around a rule away", async () => {
  expect(await verdict("Bash", "npm test", { rules: { allow: [" Bash(npm test) "] } })).toBe("allow");
});
