import { STAGES, type Behavior } from "@keelson/protocol";
import { expect, it } from "vitest";
import { asked, CALLS, linked, type World } from "../../test/engine.ts";
import { standardStages } from "../stages.ts";
import { bindCall } from "./bind.ts";
import { judgeCase, type Case } from "./cases.ts";
import { explain } from "./explain.ts";
import { simulate, type Past } from "./simulate.ts";

const never = new AbortController().signal;
const WHERE = { cwd: "/home/dev/proj", home: "/home/dev" };
const explained = (text: string, world: World = {}) =>
  explain(asked("Bash", CALLS.Bash(text), world), standardStages({ links: linked() }), never);

it("explains all seven stages, each with what it says and why", async () => {
  const { stages, decision } = await explained("npm test && git push", { rules: { deny: ["Bash(git push *)"], allow: ["Bash"] } });
  expect(stages.map(({ stage }) => stage)).toEqual([...STAGES]);
  expect(stages.filter(({ heard }) => heard).map(({ stage }) => stage)).toEqual(["validate", "deny"]);
  expect(stages[1]?.opinion).toMatchObject({ behavior: "deny", rule: { text: "Bash(git push *)" } });
  expect(decision).toMatchObject({ behavior: "deny", stage: "deny" });
});

it("names the effects that it found, also within substitutions and behind wrappers", async () => {
  const { effects } = await explained('cd src && sudo rm -rf "$X"; cat a* <b >c; curl https://x.test/a; echo `id`');
  expect(effects).toEqual(
    expect.arrayContaining([
      "go to /home/dev/proj/src",
      'run sudo rm -rf "$X"',
      'run rm -rf "$X"',
      "delete a place that the text doesn't tell",
      "connect x.test",
      "run id (only tells)",
    ]),
  );
  expect((await explained("ls )")).effects[0]).toMatch(/^opaque: bash can't read it/);
});

it("leaves an ask an ask, but in mode dontAsk", async () => {
  expect((await explained("npm test")).decision.behavior).toBe("ask");
  expect((await explained("npm test", { mode: "dontAsk" })).decision.behavior).toBe("deny");
});

it("judges a case in its own world: its rules, mode, folders and links", async () => {
  const one: Case = {
    id: "a",
    settings: { permissions: { deny: ["Read(~/.ssh/**)"] } },
    tool: "Read",
    input: { file_path: "/home/dev/proj/d/id" },
  };
  expect((await judgeCase(one, never)).verdict).toBe("allow");
  expect((await judgeCase({ ...one, fs: [{ path: "/home/dev/proj/d", target: "/home/dev/.ssh" }] }, never)).verdict).toBe("deny");
  expect((await judgeCase({ ...one, settings: { mode: "nonsense" } }, never)).verdict).toBe("deny");
  expect((await judgeCase({ ...one, input: null }, never)).verdict).toBe("deny");
});

it("binds what a tool would bind, and nothing that it wouldn't", () => {
  for (const [tool, input] of [
    ["Bash", {}],
    ["Bash", { command: 1 }],
    ["Read", { file_path: ["a"] }],
    ["WebFetch", { url: {} }],
    ["NoSuchTool", {}],
    ["mcp__", {}],
    ["mcp__a", {}],
  ] as const)
    expect(bindCall(tool, input, WHERE).ok).toBe(false);
  expect(bindCall("Read", { file_path: "~/a" }, WHERE)).toMatchObject({
    ok: true,
    call: { effects: [{ do: "read", path: "/home/dev/a" }] },
  });
  expect(bindCall("mcp__a__b", {}, WHERE).ok).toBe(true);
});

it("takes a pattern that leads out of the working directory for a search there", async () => {
  const judged = async (pattern: string, deny: readonly string[] = []) =>
    (await judgeCase({ id: "a", settings: { permissions: { deny } }, tool: "Glob", input: { pattern } }, never)).verdict;
  expect(await judged("/etc/*", ["Read(//etc/**)"])).toBe("deny");
  for (const pattern of ["../*", "{a,../b}/*", "a/../../*", "~/.ssh/*", "/etc/*", "*/../../../x"])
    expect([pattern, await judged(pattern)]).toEqual([pattern, "ask"]);
  for (const pattern of ["**/*.ts", "src/*", "src/../lib/*.ts", "/home/dev/proj/src/*"])
    expect([pattern, await judged(pattern)]).toEqual([pattern, "allow"]);
});

it("shows what other rules would change in a log, and only that", async () => {
  const rules = { deny: ["Bash(npm publish *)"], allow: ["Bash(npm *)"] };
  const past = (id: string, text: string, was: Behavior): Past => ({ id, asked: asked("Bash", CALLS.Bash(text), { rules }), was });
  const log = [past("1", "npm test", "ask"), past("2", "npm publish", "allow"), past("3", "make", "ask"), past("4", "npm ci", "allow")];
  const changes: unknown[] = [];
  for await (const { id, was, now } of simulate(log, standardStages({ links: linked() }), never)) changes.push([id, was, now]);
  expect(changes).toEqual([
    ["1", "ask", "allow"],
    ["2", "allow", "deny"],
  ]);
});
