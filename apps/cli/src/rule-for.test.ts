import type { Decision } from "@keelson/protocol";
import { expect, test } from "vitest";
import { deniedLine, ruleFor } from "./rule-for.ts";
import type { Denial } from "./tally.ts";

const denial = (name: string, input: Record<string, string>, decision?: Decision): Denial => ({
  use: { type: "tool_use", id: "c", name, input },
  decision,
});

test.each([
  ["Bash", { command: "npm install" }, "Bash(npm install)"],
  ["Edit", { file_path: "/work/src/a.ts" }, "Edit(src/a.ts)"],
  ["Write", { file_path: "/etc/hosts" }, "Edit(//etc/hosts)"],
  ["Read", { file_path: "/etc/hosts" }, "Read(//etc/hosts)"],
  ["WebFetch", { url: "http://example.com" }, "WebFetch"],
])("a call of %s is allowed by the narrowest rule", (name, input, rule) => {
  expect(ruleFor({ name, input }, "/work")).toBe(rule);
});

test.each(["a && b", "a | b", "a > b", "echo $(a)", "a\nb", "ls *"])("no rule is made up for %s", (command) => {
  expect(ruleFor({ name: "Bash", input: { command } }, "/work")).toBeUndefined();
});

test("what was denied is one line, ready to be pasted into a shell", () => {
  const rule = { text: "Bash(rm *)", behavior: "deny", source: "keel_user", base: "/" } as const;
  const forbidden: Decision = { behavior: "deny", reason: "a rule", explicit: true, stage: "deny", rule };
  const line = deniedLine(
    [denial("Bash", { command: "npm test" }), denial("Bash", { command: "npm test" }), denial("Bash", { command: "rm x" }, forbidden)],
    "/work",
  );
  expect(line).toContain("--allowedTools 'Bash(npm test)'");
  expect(line).toContain("Denied by a rule: Bash(rm *)");
  expect(line).not.toContain("\n");
  expect(deniedLine([], "/work")).toBeUndefined();
});
