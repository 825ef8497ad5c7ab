import { expect, it } from "vitest";
import { asked, bound, CALLS, judge, type KnownTool } from "../test/engine.ts";
import { suggestRule } from "./suggest.ts";

const CASES: readonly (readonly [KnownTool, string, string])[] = [
  ["Bash", "npm test", "Bash(npm test)"],
  ["Bash", 'git commit -m "a (b) *"', 'Bash(git commit -m "a (b) *")'],
  ["Bash", "python3 x.py", "Bash(python3 x.py)"],
  ["Bash", "cat /etc/hosts", "Bash(cat /etc/hosts)"],
  ["Read", "/etc/hosts", "Read(//etc/hosts)"],
  ["Read", "~/notes/a.md", "Read(~/notes/a.md)"],
  ["Grep", "/srv", "Read(//srv/**)"],
  ["Write", "a[1].ts", "Edit(./a\\[1\\].ts)"],
  ["Write", "app/(group)/{x}.ts", "Edit(./app/(group)/\\{x\\}.ts)"],
  ["Edit", "src/a.ts", "Edit(./src/a.ts)"],
  ["Edit", "/tmp/x", "Edit"],
];
it.each(CASES)("for %s of %s suggests %s, and that allows it; a path or command allows nothing beside it", async (tool, what, rule) => {
  const call = asked(tool, CALLS[tool](what));
  expect(suggestRule(call)).toBe(rule);
  const rules = { allow: [rule] };
  expect((await judge(call)).behavior).toBe("ask");
  expect((await judge(asked(tool, CALLS[tool](what), { rules }))).behavior).toBe("allow");
  const beside = await judge(asked(tool, CALLS[tool](`${what}x`), { rules }));
  expect(beside.behavior).toBe(rule === tool ? "allow" : "ask");
});

it("suggests nothing where no narrow rule would do", () => {
  for (const text of ["a | b", "echo $x", ""]) expect(suggestRule(asked("Bash", CALLS.Bash(text)))).toBeUndefined();
  expect(suggestRule(asked("Write", CALLS.Write(".git/config")))).toBeUndefined();
});

it("suggests a tool's name for effects that can't be told apart", () => {
  expect(suggestRule(asked("mcp__a__b", bound([{ do: "unknown", why: "?" }])))).toBe("mcp__a__b");
  expect(suggestRule(asked("Note", bound([])))).toBe("Note");
});
