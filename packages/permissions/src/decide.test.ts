import { STAGES, type Opinion, type Stage } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, bound, CALLS, CWD, linked, type KnownTool, type World } from "../test/engine.ts";
import { decide } from "./decide.ts";
import { readRules } from "./rule/read-rules.ts";
import { standardStages, type StagePorts, type Stages } from "./stages.ts";

import { weigh } from "./weigh.ts";

const ALLOW: Opinion = { behavior: "allow", reason: "yes", explicit: true };
const ASK: Opinion = { behavior: "ask", reason: "hm", explicit: true };
const DENY: Opinion = { behavior: "deny", reason: "no", explicit: true };
const never = new AbortController().signal;

const run = (text: string, world: World = {}, ports: StagePorts = {}) =>
  decide(asked("Bash", CALLS.Bash(text), world), standardStages({ links: linked(), ...ports }), never);
const says = (opinion: Opinion) => async () => opinion;

it("lists the stages in the order of the protocol", () => {
  expect(Object.keys(standardStages())).toEqual([...STAGES]);
});

it("lets each stage speak once, in order, and stops at the first denial", async () => {
  const heard: string[] = [];
  const hear = (stage: Stage) => async () => void heard.push(stage);
  const listening: Stages = {
    validate: hear("validate"),
    deny: hear("deny"),
    allow: hear("allow"),
    own_check: hear("own_check"),
    hooks: hear("hooks"),
    classifier: hear("classifier"),
    user: hear("user"),
  };
  await weigh(asked("Bash", CALLS.Bash("x")), listening, never);
  expect(heard).toEqual([...STAGES]);
  heard.length = 0;
  await weigh(asked("Bash", CALLS.Bash("x")), { ...listening, allow: says(DENY) }, never);
  expect(heard).toEqual(["validate", "deny"]);
});

it("names the stage, the reason and the rule with its file and line", async () => {
  const { rules } = readRules(
    { deny: ["Bash(git push *)"] },
    { source: "claude_project", base: CWD, file: "/home/dev/proj/.claude/settings.json", lineOf: () => 12 },
  );
  const decision = await decide({ ...asked("Bash", CALLS.Bash("git push")), rules }, standardStages({ links: linked() }), never);
  expect(decision).toEqual({
    stage: "deny",
    behavior: "deny",
    explicit: true,
    reason: "Bash(git push *) (/home/dev/proj/.claude/settings.json:12) denies it.",
    rule: rules[0],
  });
});

it("lets a hook's allow fill a default ask", async () => {
  expect(await run("npm test", {}, { hooks: says(ALLOW) })).toMatchObject({ behavior: "allow", stage: "hooks" });
});

it("lets no hook lift an ask that a rule spoke, nor a denial", async () => {
  const user = says(DENY);
  expect(await run("npm test", { rules: { ask: ["Bash(npm *)"] } }, { hooks: says(ALLOW), user })).toMatchObject({ stage: "user" });
  expect(await run("npm test", { rules: { deny: ["Bash(npm *)"] } }, { hooks: says(ALLOW), user })).toMatchObject({ stage: "deny" });
});

it("runs hooks on a call that the rules allow, and lets them raise it", async () => {
  const rules = { allow: ["Bash(npm test)"] };
  expect(await run("npm test", { rules }, { hooks: says(DENY) })).toMatchObject({ behavior: "deny", stage: "hooks" });
  expect(await run("npm test", { rules }, { hooks: says(ASK), user: says(ALLOW) })).toMatchObject({ behavior: "allow", stage: "user" });
});

it("hears the classifier only where nobody spoke", async () => {
  const classifier = says(ALLOW);
  const auto = { mode: "auto", rules: { ask: ["Bash(rm *)"] } } as const;
  expect(await run("npm test", auto, { classifier, confined: () => true })).toMatchObject({ behavior: "allow", stage: "classifier" });
  expect(await run("rm x", auto, { classifier, confined: () => true })).toMatchObject({ behavior: "deny", stage: "user" });
  expect(await run("npm test", { rules: { ask: ["Bash"] } }, { classifier })).toMatchObject({ behavior: "deny", stage: "user" });
  const spoken = { rules: { ask: ["Bash"] } };
  expect(await run("npm test", spoken, { classifier: says(DENY), user: says(ALLOW) })).toMatchObject({ behavior: "allow", stage: "user" });
  expect(await run("npm test", { rules: { allow: ["Bash"] } }, { classifier: says(DENY) })).toMatchObject({ behavior: "allow" });
});

it("lets the user answer every ask, and asks about nothing that is decided", async () => {
  const world: World = { rules: { ask: ["Bash(rm *)"] } };
  expect(await run("rm x", world, { user: says(ALLOW) })).toMatchObject({ behavior: "allow", stage: "user", reason: "yes" });
  expect(await run("rm x", world, { user: says(DENY) })).toMatchObject({ behavior: "deny", stage: "user" });
  expect(await run("ls", { rules: { allow: ["Bash(ls)"] } }, { user: says(DENY) })).toMatchObject({ behavior: "allow", stage: "allow" });
});

it("shows the user what the stages before have come to", async () => {
  let shown = "";
  await run("rm x", { rules: { ask: ["Bash(rm *)"] } }, { user: async ({ soFar }) => void (shown = `${soFar.stage}: ${soFar.reason}`) });
  expect(shown).toBe("allow: Bash(rm *) (claude_project) asks.");
});

it("denies what nobody is there to answer, and says how to allow it", async () => {
  const reasonFor = async (text: string, world: World = {}) => (await run(text, world)).reason;
  expect(await run("npm test")).toMatchObject({ behavior: "deny", stage: "user", explicit: true });
  expect(await reasonFor("npm test")).toBe(
    'No rule speaks of it. Nobody is here to be asked. To allow it: --allowedTools "Bash(npm test)"',
  );
  const write = await decide(asked("Write", CALLS.Write("a.ts")), standardStages({ links: linked() }), never);
  expect(write.reason).toContain('To allow it: --allowedTools "Edit(./a.ts)", or --permission-mode acceptEdits');
  expect(await reasonFor("npm test | cat && npm run build")).toContain(
    'To allow it: --allowedTools "Bash(npm test)" "Bash(npm run build)"',
  );
  expect(await reasonFor(`echo ${"a".repeat(11_000)}`)).toContain("Nobody is here to be asked. Run it where somebody can answer.");
  expect(await reasonFor("rm x", { rules: { ask: ["Bash(rm *)"] } })).toContain(
    "change Bash(rm *) (claude_project), or run it where somebody can answer",
  );
  expect(await reasonFor("rm -r /", { mode: "bypassPermissions" })).toBe(
    "It would remove /, which must not be lost. Nobody is here to be asked. Run it where somebody can answer.",
  );
});

it("names no way that wouldn't allow it", async () => {
  const links = linked({ "/home/dev/proj/out": "/srv/x" });
  const reasonFor = async (tool: KnownTool, path: string) =>
    (await decide(asked(tool, CALLS[tool](path)), standardStages({ links }), never)).reason;
  for (const tool of ["Write", "Edit", "Read"] as const)
    expect(await reasonFor(tool, "out/evil")).toMatch(/To allow it: --permission-mode bypassPermissions\.$/);
  const hooks = says(ASK);
  expect((await run("npm test", {}, { hooks })).reason).toBe("hm Nobody is here to be asked. Run it where somebody can answer.");
});

it("rejects on abort, before a stage and while the user thinks", async () => {
  await expect(decide(asked("Bash", CALLS.Bash("ls")), standardStages(), AbortSignal.abort(new Error("stop")))).rejects.toThrow("stop");
  const control = new AbortController();
  const user = async (): Promise<undefined> => {
    control.abort(new Error("gone"));
  };
  const asking = decide(asked("Bash", CALLS.Bash("npm test")), standardStages({ links: linked(), user }), control.signal);
  await expect(asking).rejects.toThrow("gone");
});

it("denies a call whose effects can't be judged as they are stated", async () => {
  const relative = asked("Read", bound([{ do: "read", path: "a.ts" }]), { mode: "bypassPermissions" });
  expect(await decide(relative, standardStages(), never)).toMatchObject({ behavior: "deny", stage: "validate" });
  expect(await run("ls \0", { mode: "bypassPermissions" })).toMatchObject({ behavior: "deny", stage: "validate" });
});
