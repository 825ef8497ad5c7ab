import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Json, JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import { readHooks } from "../read/read-hooks.ts";
import { CALL, fired, on, says, scene, shell, type Scene } from "../../test/scene.ts";

const told = async ({ path }: Scene): Promise<JsonObject> => JSON.parse(await readFile(join(path, "told.json"), "utf8")) as JsonObject;
const TELL = shell("cat > told.json");
const FILE = { tool_name: "Edit", tool_input: { file_path: "/w/a.rs", old_string: "x", new_string: "y" }, tool_use_id: "t2" } as const;
const from = { group: "g", name: "g", kind: "plugin", file: "f" } as const;

describe("Gemini's hooks", () => {
  const group = (event: string, handler: Json, matcher?: string): Json => ({
    hooks: { [event]: [{ ...(matcher !== undefined && { matcher }), hooks: [handler] }] },
  });

  test("are known by the names only they have, and count milliseconds", () => {
    const raw = {
      hooks: {
        BeforeTool: [{ hooks: [shell("x", { timeout: 5000 })] }],
        SessionStart: [{ hooks: [shell("y")] }],
        BeforeModel: [{ hooks: [shell("z")] }],
      },
    };
    const { hooks, problems } = readHooks(raw, from);
    assert.deepEqual(
      hooks.map(({ event, dialect, timeoutMs }) => [event, dialect, timeoutMs]),
      [
        ["PreToolUse", "gemini", 5_000],
        ["SessionStart", "gemini", 60_000],
      ],
    );
    assert.match(problems[0]?.text ?? "", /"BeforeModel" has no counterpart/);
  });

  test("match tools by their names, and are told in their words", async () => {
    await using house = await scene();
    const hooks = house.open(group("BeforeTool", TELL, "run_shell_command|replace"));
    await fired(hooks, "PreToolUse", CALL);
    const { hook_event_name, tool_name, timestamp } = await told(house);
    assert.deepEqual([hook_event_name, tool_name, timestamp], ["BeforeTool", "run_shell_command", "1970-01-01T00:00:00.000Z"]);
    const edits = house.open(group("BeforeTool", shell("exit 2"), "write_.*"));
    assert.equal((await fired(edits, "PreToolUse", { ...FILE, tool_name: "Write" })).outcome.decision?.behavior, "deny");
    assert.equal((await fired(edits, "PreToolUse", FILE)).outcome.decision, undefined);
  });

  test("merge what they change into the input", async () => {
    await using house = await scene();
    const hooks = house.open(group("BeforeTool", says({ hookSpecificOutput: { tool_input: { old_string: "z" } } })));
    const { outcome } = await fired(hooks, "PreToolUse", FILE);
    assert.deepEqual(outcome.updatedInput?.input, { ...FILE.tool_input, old_string: "z" });
  });

  test("hide a result that they deny", async () => {
    await using house = await scene();
    const hooks = house.open(group("AfterTool", says({ decision: "deny", reason: "hidden" })));
    const { outcome } = await fired(hooks, "PostToolUse", { ...CALL, tool_response: { stdout: "secret" } });
    assert.deepEqual([outcome.decision?.behavior, outcome.said.updatedToolOutput], ["deny", "hidden"]);
  });

  test("find the extension by the variables that their commands use", async () => {
    await using house = await scene();
    const handler = shell("echo ${extensionPath}${/}x $GEMINI_PROJECT_DIR");
    const hooks = house.open(on("BeforeAgent", handler), { kind: "plugin", root: "/ext" });
    assert.equal((await fired(hooks, "UserPromptSubmit", { prompt: "p" })).outcome.contexts[0]?.text, `/ext/x ${house.path}`);
  });
});

describe("Open Plugins' hooks", () => {
  const open = (event: string, matcher: string, handler: Json): Json => ({ hooks: { [event]: [{ matcher, hooks: [handler] }] } });

  test("match what they are about: a command, a file, a prompt", async () => {
    await using house = await scene();
    const shellHook = house.open(open("BeforeShellExecution", "^git ", shell("exit 2")));
    assert.equal((await fired(shellHook, "PreToolUse", CALL)).outcome.decision?.behavior, "deny");
    assert.equal((await fired(shellHook, "PreToolUse", { ...CALL, tool_input: { command: "ls; git x" } })).outcome.decision, undefined);
    assert.equal((await fired(shellHook, "PreToolUse", FILE)).outcome.decision, undefined);
    const fileHook = house.open(open("AfterFileEdit", "\\.rs$", TELL));
    await fired(fileHook, "PostToolUse", { ...FILE, tool_response: {} });
    const { event, matcher_context, working_dir, tool_call_id, session_id } = await told(house);
    assert.deepEqual([event, matcher_context, working_dir, tool_call_id, session_id], ["AfterFileEdit", "/w/a.rs", house.path, "t2", "s1"]);
  });

  test("are told a prompt under their name and ours", async () => {
    await using house = await scene();
    const hooks = house.open(open("UserPromptSubmit", "hello", TELL), { dialect: "open" });
    await fired(hooks, "UserPromptSubmit", { prompt: "hello you" });
    const { message, prompt, matcher_context } = await told(house);
    assert.deepEqual([message, prompt, matcher_context], ["hello you", "hello you", "hello you"]);
    assert.deepEqual((await fired(hooks, "UserPromptSubmit", { prompt: "bye" })).events, []);
  });
});

describe("Cursor's hooks", () => {
  const cursor = (event: string, handler: Json): Json => ({ version: 1, hooks: { [event]: [handler] } });

  test("are known by the version in their file; without it their names are no events", () => {
    const { hooks } = readHooks(cursor("beforeShellExecution", { command: "./x.sh", failClosed: true }), from);
    assert.deepEqual(
      hooks.map(({ event, dialect, failureBlocks }) => [event, dialect, failureBlocks]),
      [["PreToolUse", "cursor", true]],
    );
    assert.equal(readHooks({ hooks: { preToolUse: [{ command: "x" }] } }, from).hooks.length, 0);
    assert.match(readHooks(cursor("afterAgentThought", { command: "x" }), from).problems[0]?.text ?? "", /no counterpart/);
  });

  test("are told and answer in their words, where they are declared", async () => {
    await using house = await scene();
    await house.script(
      "plugin/guard.sh",
      `#!/bin/sh\ncat > told.json; echo '{"permission":"deny","user_message":"u","agent_message":"a"}'`,
    );
    const hooks = house.open(cursor("beforeShellExecution", { command: "./guard.sh" }), {
      kind: "plugin",
      root: join(house.path, "plugin"),
    });
    const { outcome } = await fired(hooks, "PreToolUse", CALL);
    assert.deepEqual([outcome.decision?.behavior, outcome.decision?.reason, outcome.messages[0]?.text], ["deny", "a", "u"]);
    const { hook_event_name, command, tool_name, conversation_id } = JSON.parse(
      await readFile(join(house.path, "plugin/told.json"), "utf8"),
    );
    assert.deepEqual([hook_event_name, command, tool_name, conversation_id], ["beforeShellExecution", "git push", "Shell", "s1"]);
  });

  test("go on after a stop with what they say, and refuse a prompt without ending the session", async () => {
    await using house = await scene();
    const stop = house.open(cursor("stop", says({ followup_message: "more" })));
    assert.equal((await fired(stop, "Stop", { stop_hook_active: false })).outcome.decision?.reason, "more");
    const prompt = house.open(cursor("beforeSubmitPrompt", says({ continue: false, user_message: "no" })));
    const { outcome } = await fired(prompt, "UserPromptSubmit", { prompt: "p" });
    assert.deepEqual([outcome.decision?.behavior, outcome.stop], ["deny", undefined]);
  });
});

test("a tool answers to its older name", async () => {
  await using house = await scene();
  const hooks = house.open({ hooks: { PreToolUse: [{ matcher: "Task", hooks: [shell("exit 2")] }] } });
  assert.equal((await fired(hooks, "PreToolUse", { ...CALL, tool_name: "Agent" })).outcome.decision?.behavior, "deny");
});
