import { expect, it } from "vitest";
import { asked, bound, CALLS, judge, linked } from "../test/engine.ts";
import { MOST_RULES, proposeRules } from "./approval.ts";
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

it("proposes no rule that means more than its text: a star stands for anything there", async () => {
  for (const text of [
    "touch *",
    "git push origin *",
    "rm -rf build/*",
    "npm test && touch *",
    "for f in *; do touch $f; done",
    "npm run a:*",
  ])
    expect([text, await propose(text)]).toEqual([text, []]);
  for (const text of ['touch "$X" && npm test', "x=$(date); touch $x"]) expect(await propose(text)).toEqual([`Bash(${text})`]);
  expect(await propose("touch '*'")).toEqual(["Bash(touch '*')"]);
  expect(await propose("cat * | sort && npm test")).toEqual(["Bash(npm test)"]);
  const others = [
    asked("WebFetch", bound([{ do: "connect", url: "https://*.example.com/" }])),
    asked("Skill", bound([{ do: "unknown", why: "?" }], { skill: "deploy *" })),
    asked("Agent", bound([{ do: "spawn", agent: "a *" }])),
  ];
  const stages = standardStages({ links: linked() });
  for (const one of others) expect(await proposeRules(one, stages, new AbortController().signal)).toEqual([]);
});

it("proposes nothing where nothing but the user may allow it", async () => {
  for (const text of ["rm -rf /", "touch .git/config", "ls )", `echo ${"a".repeat(11_000)}`]) expect(await propose(text)).toEqual([]);
});
