import { expect, it } from "vitest";
import { asked, CALLS, judge, linked } from "../test/engine.ts";
import { MOST_RULES, proposeRules } from "./approval.ts";
import { grantedRules, grantsOf, readGrants, revoke } from "./grants.ts";
import { standardStages } from "./stages.ts";

const propose = (text: string) =>
  proposeRules(asked("Bash", CALLS.Bash(text)), standardStages({ links: linked() }), new AbortController().signal);

it("proposes a rule for each command of a compound that needs one, and exactly those allow it", async () => {
  const text = "cd src && npm test | tail -3 && timeout 5 npm run build > log.txt";
  const rules = await propose(text);
  expect(rules).toEqual(["Bash(npm test)", "Bash(npm run build)", "Edit(./src/log.txt)"]);
  expect((await judge(asked("Bash", CALLS.Bash(text), { rules: { allow: rules } }))).behavior).toBe("allow");
  expect((await judge(asked("Bash", CALLS.Bash(`${text} && npm publish`), { rules: { allow: rules } }))).behavior).toBe("ask");
});

it("proposes at most five, and else the whole text", async () => {
  const text = Array.from({ length: MOST_RULES + 1 }, (_, at) => `make t${at}`).join(" && ");
  expect(await propose(text)).toEqual([`Bash(${text})`]);
});

it("proposes nothing where nothing but the user may allow it", async () => {
  for (const text of ["rm -rf /", "touch .git/config", "ls )", `echo ${"a".repeat(11_000)}`]) expect(await propose(text)).toEqual([]);
});

it("keeps what was shown, for as long as was said", () => {
  const shown = ["Bash(npm test)", "Bash(make)"];
  expect(grantsOf(shown, { scope: "once" }, 5)).toEqual([]);
  const grants = [...grantsOf(shown, { scope: "project", until: 100 }, 5), ...grantsOf(["Bash(ls x)"], { scope: "session" }, 5)];
  const rules = (now: number) => grantedRules(grants, now, { base: "/p" }).map(({ text, source }) => `${text} ${source}`);
  expect(rules(99)).toEqual(["Bash(npm test) keel_local", "Bash(make) keel_local", "Bash(ls x) session"]);
  expect(rules(100)).toEqual(["Bash(ls x) session"]);
});

it("takes one back", () => {
  const grants = grantsOf(["Bash(a)", "Bash(b)"], { scope: "project" }, 1);
  expect(revoke(grants, "Bash(a)")).toEqual([{ rule: "Bash(b)", scope: "project", made: 1 }]);
  expect(revoke(grants, "Bash(c)")).toBeUndefined();
});

it("reads what it wrote, and leaves out what isn't an approval", () => {
  const grants = grantsOf(["Bash(a)"], { scope: "project", until: 9 }, 1);
  expect(readGrants(JSON.parse(JSON.stringify(grants)))).toEqual({ grants, problems: [] });
  const read = readGrants([
    null,
    { rule: "Bash(a" },
    { rule: "*", scope: "project", made: 1 },
    { rule: "Bash(a)", scope: "project", made: 1, until: "x" },
  ]);
  expect([read.grants, read.problems.length]).toEqual([[], 4]);
  expect(readGrants({}).problems).toHaveLength(1);
});
