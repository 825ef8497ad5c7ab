import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { oneLine, scene } from "../test/keel.ts";

const TOUCH: readonly Reply[] = [{ blocks: [{ tool: "Bash", input: { command: "touch made" } }] }, { blocks: [{ text: "I may not." }] }];
const settings = (event: string, command: string, more: object = {}): string =>
  JSON.stringify({ hooks: { [event]: [{ hooks: [{ type: "command", command }] }] }, ...more });
const says = (said: object): string => `cat > /dev/null; echo '${JSON.stringify(said)}'`;
const before = (said: object): string => settings("PreToolUse", says({ hookSpecificOutput: { hookEventName: "PreToolUse", ...said } }));

describe("what a hook kept from running is told at the end by the hook's name and words, and no rule is offered for it", () => {
  test.each([
    ["no", settings("PreToolUse", "echo 'not on Fridays' >&2; exit 2"), "the PreToolUse hook of the settings: not on Fridays"],
    [
      "ask",
      before({ permissionDecision: "ask", permissionDecisionReason: "not on Fridays" }),
      "the PreToolUse hook of the settings: not on Fridays Nobody is here to be asked.",
    ],
    [
      "a no in place of the person's",
      settings(
        "PermissionRequest",
        says({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior: "deny", message: "not on Fridays" } } }),
      ),
      "The PermissionRequest hook of the settings said no: not on Fridays",
    ],
    [
      "an input that can't be used",
      before({ permissionDecision: "allow", updatedInput: { command: 7 } }),
      "the PreToolUse hook of the settings gave an input that can't be used.",
    ],
  ])("%s", async (_, given, told) => {
    await using the = await scene(TOUCH);
    const { stderr, stdout } = await the.inside(["-p", "make it", "--settings", given]);
    expect(stdout).toBe("I may not.\n");
    expect(stderr).toContain(`Denied by a hook, which no rule changes: ${told}`);
    expect(stderr).not.toMatch(/--allowedTools|by a rule/);
    expect(oneLine(stderr)).toBe(true);
  });

  test("also where a rule would have allowed the call", async () => {
    await using the = await scene(TOUCH);
    const given = before({ permissionDecision: "allow", updatedInput: { command: 7 } });
    const { stderr } = await the.inside(["-p", "make it", "--allowedTools", "Bash", "--settings", given]);
    expect(stderr).toContain("the PreToolUse hook of the settings gave an input that can't be used.");
    expect(stderr).not.toContain("Denied by a rule");
  });
});

test("a call that a hook puts off ends the run, and is taken up again when the session goes on", async () => {
  await using the = await scene([TOUCH[0] ?? { blocks: [] }, { blocks: [{ text: "Made." }] }]);
  const later = before({ permissionDecision: "defer", permissionDecisionReason: "not on Fridays" });
  const put = await the.inside(["-p", "make it", "--output-format", "json", "--settings", later]);
  expect(put.code).toBe(1);
  const said = JSON.parse(put.stdout) as { readonly [key: string]: unknown };
  expect(said).toMatchObject({
    terminal_reason: "tool_deferred",
    deferred_tool_use: { name: "Bash", input: { command: "touch made" } },
  });
  expect(String(said["errors"])).toMatch(/A hook put off Bash touch made\. keel -p --resume \w{8} takes it up again/);
  const id = String(said["session_id"]);
  expect(await the.inside(["-p", "--resume", id]), "the hook has come back with it").toMatchObject({ code: 1, stdout: "" });
  const again = await the.inside(["-p", "--resume", id, "--settings", "{}", "--allowedTools", "Bash(touch made)"]);
  expect(again).toMatchObject({ code: 0, stdout: "Made.\n" });
  expect(await the.inside(["session", "show", id])).toMatchObject({ stdout: expect.stringContaining("touch made") });
});

test("a hook's systemMessage is one line on stderr", async () => {
  await using the = await scene([{ blocks: [{ text: "Hello." }] }]);
  const { stdout, stderr } = await the.inside([
    "-p",
    "hi",
    "--settings",
    settings("UserPromptSubmit", says({ systemMessage: "Mind\nthe gap." })),
  ]);
  expect(stdout).toBe("Hello.\n");
  expect(stderr).toBe("the UserPromptSubmit hook of the settings: Mind the gap.\n");
});

test("a hook that denies without a reason is said to, whatever event it names", async () => {
  await using the = await scene(TOUCH);
  const given = settings("PreToolUse", says({ hookSpecificOutput: { hookEventName: "PostToolUse", permissionDecision: "deny" } }));
  const { stderr } = await the.inside(["-p", "make it", "--settings", given]);
  expect(stderr).toContain("the PreToolUse hook of the settings: It gave no reason.");
});
