import assert from "node:assert/strict";
import { mkdir, readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { call, outcomes, run, world, type World } from "../../test/world.ts";

const read = call("Read", { file_path: "a.txt" });
const bash = call("Bash", { command: "true" });

/** A guard that says no, with a handler's or a group's own fields, a line each. */
async function guard(w: World, handler: object, group: object = {}): Promise<void> {
  await mkdir(join(w.home, ".keel"), { recursive: true });
  const no = { type: "command", command: "exit 2", ...handler };
  await writeFile(
    join(w.home, ".keel", "settings.json"),
    JSON.stringify({ hooks: { PreToolUse: [{ ...group, hooks: [no] }] } }, undefined, 1),
  );
}

describe("what can't be read of a hook is told with its file and line, and throws nothing", () => {
  test.each([
    ["Bash(((", ["ok", "denied"], /runs at every call of Bash/],
    [7, ["denied", "denied"], /isn't text, so it runs at every call/],
  ])(`"if": %j, and a guard doesn't vanish by it`, async (condition, expected, told) => {
    await using w = await world({ replies: [{ blocks: [read] }, { blocks: [bash] }, { blocks: [{ text: "ok" }] }] }, { "a.txt": "a\n" });
    await guard(w, { if: condition });
    await using session = await w.open({ permissionMode: "bypassPermissions" });
    const [problem] = session.problems.filter(({ text }) => told.test(text));
    assert.equal(problem?.file, join(w.home, ".keel", "settings.json"));
    assert.equal(typeof problem.line, "number");
    assert.deepEqual(outcomes(await run(session, "go")), expected);
  });

  test.each([
    ["**", "denied"],
    ["Bash(", "ok"],
    [5, "ok"],
  ])(`"matcher": %j`, async (matcher, expected) => {
    await using w = await world({ replies: [{ blocks: [read] }, { blocks: [{ text: "ok" }] }] }, { "a.txt": "a\n" });
    await guard(w, {}, { matcher });
    await using session = await w.open({ permissionMode: "bypassPermissions" });
    const problems = session.problems.filter(({ text }) => text.includes(`matcher ${JSON.stringify(matcher)}`));
    assert.equal(problems.length, 1);
    assert.equal(problems[0]?.file, join(w.home, ".keel", "settings.json"));
    assert.equal(typeof problems[0].line, "number");
    assert.deepEqual(outcomes(await run(session, "go")), [expected]);
  });
});

describe("disableAllHooks", () => {
  const touching = (file: string) => ({ SessionStart: [{ hooks: [{ type: "command", command: `touch ${file}` }] }] });

  test.each([
    ["of a trusted project turns off the project's hooks alone", { project: true }, ["user"]],
    ["of a project can't turn the user's word around", { user: true, project: false }, []],
    ["of the user turns off both", { user: true }, []],
  ])("%s", async (_, off: { readonly user?: boolean; readonly project?: boolean }, ran) => {
    await using w = await world({ replies: [{ blocks: [{ text: "ok" }] }] });
    for (const [whose, folder] of [
      ["user", join(w.home, ".keel")],
      ["project", join(w.cwd, ".keel")],
    ] as const) {
      await mkdir(folder, { recursive: true });
      const more = off[whose] === undefined ? {} : { disableAllHooks: off[whose] };
      await writeFile(join(folder, "settings.json"), JSON.stringify({ hooks: touching(join(w.home, `ran-${whose}`)), ...more }));
    }
    await using session = await w.open({ trust: true });
    await run(session, "go");
    const left = (await readdir(w.home)).filter((name) => name.startsWith("ran-"));
    assert.deepEqual(
      left,
      ran.map((whose) => `ran-${whose}`),
    );
  });
});
