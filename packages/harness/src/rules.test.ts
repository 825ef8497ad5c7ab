import assert from "node:assert/strict";
import { test } from "vitest";
import { lineOf } from "./gather.ts";
import { gatherRules } from "./rules.ts";

const WHERE = { cwd: "/home/dev/proj", home: "/home/dev" };
const mine = (text: string, behavior: "allow" | "deny" = "allow") =>
  ({ text, behavior, source: "keel_user", base: WHERE.home, file: "/home/dev/.keel/settings.json", line: 3 }) as const;

async function problemsOf(...lines: Parameters<typeof gatherRules>[0]): Promise<readonly string[]> {
  const gathered = await gatherRules(lines, {}, WHERE);
  assert("rules" in gathered);
  assert.equal(gathered.rules.length, lines.length); // a wrong example is said; the rule holds as it is written
  return gathered.problems.map(lineOf);
}

test("a rule that does what its examples say is read without a word", async () => {
  assert.deepEqual(
    await problemsOf(
      { ...mine("Bash(npm run *)"), match: ["npm run lint"], notMatch: ["npm publish", "npm run lint && rm -rf x"] },
      { ...mine("Read(~/.ssh/**)", "deny"), match: ["/home/dev/.ssh/id"], notMatch: ["/home/dev/proj/a"] },
      mine("Bash(ls)"),
    ),
    [],
  );
});

test("an example that comes out otherwise is said when the rule is read, each by itself", async () => {
  const said = await problemsOf(
    { ...mine("Bash(npm run *)"), match: ["npm test"], notMatch: ["npm run lint"] },
    { ...mine("Read(./.env)", "deny"), match: ["/home/dev/proj/config/.env"] },
  );
  assert.equal(said.length, 3);
  assert.match(said[0] ?? "", /^\/home\/dev\/.keel\/settings.json:3 .*Bash\(npm run \*\).*doesn't match its example "npm test"/);
  assert.match(said[1] ?? "", /matches its example "npm run lint"/);
  assert.match(said[2] ?? "", /deny rule Read\(\.\/\.env\).*doesn't match/);
});

test("a restriction of the user's that nobody can read refuses, also with examples", async () => {
  const refused = await gatherRules([{ ...mine("Bash(git", "deny"), match: ["git push"] }], {}, WHERE);
  assert("code" in refused);
});

test("a restriction whose tool's name is a slip refuses where its owner wrote it, and holds for the whole tool where a repository did", async () => {
  for (const text of ["bash(touch *)", "Bsh(touch *)", "BASH", "read(./.env)", "webfetch(domain:x.test)"]) {
    for (const behavior of ["deny", "ask"] as const) {
      const refused = await gatherRules([{ ...mine(text), behavior }], {}, WHERE);
      assert("code" in refused && refused.text.includes("did you mean"), text);
    }
    assert("code" in (await gatherRules([], { disallowedTools: [text] }, WHERE)), text);
  }
  const gathered = await gatherRules([{ ...mine("bash(touch *)", "deny"), source: "claude_project" }], {}, WHERE);
  assert("rules" in gathered);
  assert.deepEqual(
    gathered.rules.map(({ text }) => text),
    ["Bash"],
  );
  assert.match(gathered.problems.map(lineOf).join(""), /did you mean Bash\? It holds for all of Bash/);
});

test("a restriction on a tool that may be another program's starts with a word at most", async () => {
  for (const text of ["LSP", "Bsh", "SlashCommand(/x)", "mcp__bash__x", "Tasks(id:1)"]) {
    const gathered = await gatherRules([mine(text, "deny")], {}, WHERE);
    assert("rules" in gathered && gathered.rules[0]?.text === text, text);
  }
  const said = await gatherRules([mine("bash(ls)")], {}, WHERE); // an allowance that is lost loosens nothing
  assert("rules" in said);
});
