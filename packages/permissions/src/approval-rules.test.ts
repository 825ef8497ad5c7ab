import type { Asked } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, bound, CALLS, judge, linked, type KnownTool } from "../test/engine.ts";
import { proposeRules } from "./approval.ts";
import type { Links } from "./path/links.ts";
import { standardStages } from "./stages.ts";

const never = new AbortController().signal;
/** Where one rule is enough. */
async function suggestion(call: Asked, links: Links = linked(), stages = standardStages({ links })): Promise<string | undefined> {
  const [only, ...others] = await proposeRules(call, stages, never);
  return others.length === 0 ? only : undefined;
}

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
];
it.each(CASES)("for %s of %s suggests %s, and that allows it; a path or command allows nothing beside it", async (tool, what, rule) => {
  const call = asked(tool, CALLS[tool](what));
  expect(await suggestion(call)).toBe(rule);
  const rules = { allow: [rule] };
  expect((await judge(call)).behavior).toBe("ask");
  expect((await judge(asked(tool, CALLS[tool](what), { rules }))).behavior).toBe("allow");
  const beside = await judge(asked(tool, CALLS[tool](`${what}x`), { rules }));
  expect(beside.behavior).toBe("ask");
});

it("suggests nothing where no narrow rule would do", async () => {
  for (const text of ["a | b", ""]) expect(await suggestion(asked("Bash", CALLS.Bash(text)))).toBeUndefined();
  expect(await suggestion(asked("Write", CALLS.Write(".git/config")))).toBeUndefined();
  expect(await suggestion(asked("Edit", CALLS.Edit("/tmp/x")))).toBeUndefined(); // it needs one to read and one to write
});

it("suggests nothing that wouldn't allow it: a link leads out, or something else stands against it", async () => {
  const links = linked({ "/home/dev/proj/out": "/srv/x", "/home/dev/proj/in": "src" });
  for (const tool of ["Write", "Edit", "Read", "Grep"] as const) {
    expect(await suggestion(asked(tool, CALLS[tool]("out/a")), links)).toBeUndefined();
  }
  expect(await suggestion(asked("Write", CALLS.Write("in/a")), links)).toBeUndefined();
  expect(await suggestion(asked("Bash", CALLS.Bash("rm -rf /"), {}))).toBeUndefined();
  for (const list of ["ask", "deny"] as const) {
    expect(await suggestion(asked("Write", CALLS.Write("a.ts"), { rules: { [list]: ["Edit(*.ts)"] } }))).toBeUndefined();
  }
});

it("suggests a tool's name for effects that can't be told apart", async () => {
  expect(await suggestion(asked("mcp__a__b", bound([{ do: "unknown", why: "?" }])))).toBe("mcp__a__b");
  expect(await suggestion(asked("Note", bound([], {}, false)))).toBe("Note");
});

it("asks no hook and no user", async () => {
  const heard: string[] = [];
  const hear = (who: string) => async () => void heard.push(who);
  const stages = standardStages({ links: linked(), hooks: hear("hooks"), classifier: hear("classifier"), user: hear("user") });
  expect(await suggestion(asked("Bash", CALLS.Bash("npm test")), linked(), stages)).toBe("Bash(npm test)");
  expect(heard).toEqual([]);
});
