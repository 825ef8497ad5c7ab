import type { Pending } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, CALLS, judge, type World } from "../../test/engine.ts";
import { createClassifier, type Classifying, type Label } from "./classifier.ts";

const POLICY = { environment: [], allow: [], softDeny: [], hardDeny: [] };
const AUTO: World = { mode: "auto" };
const labelling = (label: Label | undefined, more: Partial<Classifying> = {}) =>
  createClassifier({ local: () => label, policy: POLICY, ...more });
const on = (text: string, world: World, label: Label, confined = true) =>
  judge(asked("Bash", CALLS.Bash(text), world), { classifier: labelling(label), confined: () => confined });

it("allows in mode auto, and in no other", async () => {
  expect(await on("npm test", AUTO, "safe")).toMatchObject({ behavior: "allow", stage: "classifier" });
  for (const mode of ["default", "acceptEdits", "plan"] as const) expect((await on("npm test", { mode }, "safe")).behavior).toBe("ask");
  expect((await on("npm test", { mode: "dontAsk" }, "safe")).behavior).toBe("deny");
});

it("allows only in the sandbox, or what only reads", async () => {
  expect((await on("npm test", AUTO, "safe", false)).behavior).toBe("ask");
  expect((await on("cat /etc/hosts", AUTO, "safe", false)).behavior).toBe("allow");
});

it("lifts nothing that a rule, a critical removal or a protected path asks about", async () => {
  for (const text of ["rm -rf /", "touch .git/config", "git push"]) {
    const decision = await on(text, { ...AUTO, rules: { ask: ["Bash(git push *)"] } }, "safe");
    expect(decision).toMatchObject({ behavior: "ask", explicit: true });
  }
  expect((await on("git push", { ...AUTO, rules: { deny: ["Bash(git *)"] } }, "safe")).behavior).toBe("deny");
});

it("isn't got around by a rule for every command or interpreter", async () => {
  const rules = { allow: ["Bash", "Bash(*)", "Bash(python3 *)", "Bash(* x)"] };
  expect((await on("python3 x", { mode: "default", rules }, "risky")).behavior).toBe("allow");
  expect((await on("python3 x", { ...AUTO, rules }, "unsure")).behavior).toBe("ask");
  expect((await on("npm test", { ...AUTO, rules: { allow: ["Bash(npm test)"] } }, "risky")).behavior).toBe("allow");
});

it("asks a model about what it is unsure of, with the policy, and is held back by its no", async () => {
  const seen: unknown[] = [];
  const classifier = labelling("unsure", {
    policy: { ...POLICY, hardDeny: ["no deploys"] },
    ask: async (_, policy) => {
      seen.push(policy.hardDeny);
      return { label: "risky", reason: "It deploys.", hard: true };
    },
  });
  const decision = await judge(asked("Bash", CALLS.Bash("make deploy"), AUTO), { classifier, confined: () => true });
  expect(decision).toMatchObject({ behavior: "deny", stage: "classifier", reason: "It deploys." });
  expect(seen).toEqual([["no deploys"]]);
});

it("says nothing where no model can be reached", async () => {
  const classifier = labelling("unsure", { ask: async () => undefined });
  expect((await judge(asked("Bash", CALLS.Bash("make x"), AUTO), { classifier, confined: () => true })).behavior).toBe("ask");
});

it("steps back after three blocks in a row, or twenty in all", async () => {
  const labels: Label[] = [];
  const classifier = createClassifier({
    local: () => undefined,
    policy: POLICY,
    ask: async () => ({ label: labels.shift() ?? "safe", reason: "so" }),
  });
  const pending = {
    ...asked("Bash", CALLS.Bash("x"), AUTO),
    soFar: { behavior: "ask", reason: "", explicit: false, stage: "own_check" },
  } as const satisfies Pending;
  const says = async () => (await classifier(pending, new AbortController().signal))?.behavior;
  labels.push("risky", "risky", "safe", "risky", "risky", "risky");
  const first: unknown[] = [];
  for (let count = 0; count < 8; count += 1) first.push(await says());
  expect(first).toEqual(["ask", "ask", "allow", "ask", "ask", "ask", undefined, undefined]);

  const twenty = createClassifier({
    local: () => undefined,
    policy: POLICY,
    ask: async () => ({ label: labels.shift() ?? "safe", reason: "so" }),
  });
  labels.push(...Array.from({ length: 40 }, (_, at): Label => (at % 2 === 0 ? "risky" : "safe")));
  const all: unknown[] = [];
  for (let count = 0; count < 42; count += 1) all.push((await twenty(pending, new AbortController().signal))?.behavior);
  expect(all.filter((one) => one === "ask")).toHaveLength(20);
  expect(all.slice(39)).toEqual([undefined, undefined, undefined]);
});
