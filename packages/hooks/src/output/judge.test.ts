import assert from "node:assert/strict";
import { HOOK_EVENTS, type Hook, type HookEvent, type JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import type { Ran } from "../action/ran.ts";
import { EVENTS } from "../event/events.ts";
import { readHooks } from "../read/read-hooks.ts";
import { judge } from "./judge.ts";
import type { Verdict } from "./result.ts";

type Exited = Extract<Ran, { kind: "exited" }>;

const STDIN = { session_id: "s", hook_event_name: "E", reason: "r", prompt: "p" };

function hookFor(event: string, handler: JsonObject = {}): Hook {
  const { hooks } = readHooks(
    { hooks: { [event]: [{ hooks: [{ type: "command", command: "x", ...handler }] }] } },
    { group: "settings", name: "settings", kind: "settings", file: "f" },
  );
  assert.ok(hooks[0], `no hook for ${event}`);
  return hooks[0];
}

function verdict(event: HookEvent, ran: Ran | Partial<Omit<Exited, "kind">>, handler: JsonObject = {}): Promise<Verdict> {
  const whole: Ran = "kind" in ran ? ran : { kind: "exited", code: 0, stdout: "", stderr: "", cut: false, ...ran };
  return judge(whole, { hook: hookFor(event, handler), payload: { tool_input: { command: "ls" } } });
}

const printed = (value: object, event: HookEvent = "PreToolUse"): Promise<Verdict> => verdict(event, { stdout: JSON.stringify(value) });
const specific = (fields: object, event: HookEvent = "PreToolUse"): Promise<Verdict> =>
  printed({ hookSpecificOutput: { hookEventName: event, ...fields } }, event);

/** What exit code 2 comes to, as documented. */
const EXIT_2: Readonly<Record<"blocks" | "notice" | "nothing", readonly HookEvent[]>> = {
  blocks: [
    ...(["UserPromptSubmit", "UserPromptExpansion", "PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch"] as const),
    ...(["SubagentStop", "TeammateIdle", "TaskCreated", "TaskCompleted", "Stop", "PreCompact", "PreModelSwitch"] as const),
    ...(["ConfigChange", "WorktreeCreate", "Elicitation", "ElicitationResult"] as const),
  ],
  notice: ["Setup", "SessionStart", "SubagentStart", "PostCompact", "PostModelSwitch", "CwdChanged", "FileChanged", "SessionEnd"],
  nothing: [
    ...(["InstructionsLoaded", "MessageDisplay", "PermissionRequest", "PermissionDenied", "Notification", "StopFailure"] as const),
    ...(["DirectoryAdded", "WorktreeRemove"] as const),
  ],
};

describe("a refusal in JSON that can't be read", () => {
  const deny = JSON.stringify({
    hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "deny", permissionDecisionReason: "not here" },
  });
  test.each([
    ["cut off", deny.slice(0, -2), "not here"],
    ["cut off in its reason", deny.slice(0, -10), ""],
    ["behind a line of noise", `loading…\n${deny}\n`, "not here"],
    ["over several lines, behind noise", `loading…\n${JSON.stringify(JSON.parse(deny), null, 2)}`, "not here"],
  ])("%s: it counts, and is told", async (_, stdout, reason) => {
    const { decision, problem } = await verdict("PreToolUse", { stdout });
    assert.deepEqual(decision, { behavior: "deny", reason });
    assert.match(problem ?? "", /can't be read as JSON.*It says no, and that counts/);
  });

  test("of another kind is told, and says nothing", async () => {
    const { decision, problem } = await verdict("PreToolUse", { stdout: '{"hookSpecificOutput": {"permissionDecision": "allow"' });
    assert.equal(decision, undefined);
    assert.match(problem ?? "", /can't be read as JSON.*It says nothing/);
  });

  test("isn't looked for in words, nor in an echo of the event", async () => {
    for (const stdout of ["all fine", '"decision": "block" is how one says no', JSON.stringify(STDIN, null, 2) + "\nlogged"])
      assert.deepEqual(await verdict("PreToolUse", { stdout }), { ended: "ok", said: {} }, stdout);
    assert.equal((await verdict("UserPromptSubmit", { stdout: `Say:\n{"decision": "block"}` })).decision, undefined);
  });
});

test("a hook whose matcher can't be read runs, and can't allow", async () => {
  const { hooks } = readHooks(
    { hooks: { PreToolUse: [{ matcher: "Bash(git *)", hooks: [{ type: "command", command: "x" }] }] } },
    { group: "settings", name: "settings", kind: "settings", file: "f" },
  );
  const [hook] = hooks;
  assert.ok(hook);
  const said = async (permissionDecision: string) => {
    const stdout = JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision, updatedInput: {} } });
    return await judge({ kind: "exited", code: 0, stdout, stderr: "", cut: false }, { hook, payload: {} });
  };
  assert.equal((await said("allow")).decision, undefined);
  assert.equal((await said("allow")).updatedInput, undefined);
  assert.equal((await said("deny")).decision?.behavior, "deny");
});

test("a hook that ended badly without a word is said to, once", async () => {
  const { problem } = await verdict("PreToolUse", { code: 1 });
  assert.equal(problem, "It ended with exit code 1 and gave no reason.");
  const { problem: told } = await verdict("PreToolUse", { code: 1, stderr: "no such table\n" });
  assert.equal(told, "It ended with exit code 1: no such table");
});

describe("at every event", () => {
  test("there are 33 of them, and each stands in one list", () => {
    assert.equal(HOOK_EVENTS.length, 33);
    assert.deepEqual(Object.values(EXIT_2).flat().toSorted(), HOOK_EVENTS.toSorted());
  });

  test.each(HOOK_EVENTS)("%s: exit code 2 does what is documented, with stderr as its reason", async (event) => {
    const { decision, message } = await verdict(event, { code: 2, stdout: "out", stderr: "because\n" });
    if (EXIT_2.blocks.includes(event)) assert.deepEqual(decision, { behavior: "deny", reason: "because" });
    else assert.equal(decision, undefined);
    assert.equal(message, EXIT_2.notice.includes(event) ? "because" : undefined);
  });

  test.each(HOOK_EVENTS)("%s: words on stdout are context only where they are said to be", async (event) => {
    const { context } = await verdict(event, { stdout: "words\n" });
    const heard = ["SessionStart", "UserPromptSubmit", "UserPromptExpansion"].includes(event);
    assert.equal(context, heard ? "words" : undefined);
  });

  test.each(HOOK_EVENTS)("%s: an echo of its stdin and unknown keys say nothing", async (event) => {
    for (const value of [STDIN, { priority: 1, message: "do it" }, { metrics: {}, hookSpecificOutput: { note: "x" } }]) {
      for (const stdout of [JSON.stringify(value), JSON.stringify(value, null, 2), `${JSON.stringify(value)}\ndone`]) {
        const heard = await verdict(event, { stdout });
        assert.deepEqual({ ...heard, reason: undefined }, { ended: "ok", said: {}, reason: undefined });
      }
    }
    const { context } = await verdict(event, { stdout: `${JSON.stringify(STDIN, null, 2)}\nlogged` });
    assert.equal(context, undefined);
  });

  test.each(HOOK_EVENTS)("%s: additionalContext is taken where the event has it, and nowhere else", async (event) => {
    const { context } = await specific({ additionalContext: "note" }, event);
    const says: readonly string[] = EVENTS[event].says;
    assert.equal(context, says.includes("additionalContext") ? "note" : undefined);
  });

  test.each(HOOK_EVENTS)("%s: `continue: false` stops everything, unless the event only looks on", async (event) => {
    const { stop } = await printed({ continue: false, stopReason: "enough" }, event);
    const lookingOn = [
      "InstructionsLoaded",
      "MessageDisplay",
      "Notification",
      "StopFailure",
      "DirectoryAdded",
      "WorktreeRemove",
      "SessionEnd",
    ];
    assert.equal(stop, lookingOn.includes(event) ? undefined : "enough");
  });

  test.each(HOOK_EVENTS)("%s: a failure opens, and shuts only where that was asked for and can be", async (event) => {
    for (const ran of [{ code: 1 }, { code: 127 }, { kind: "failed", why: "no", timedOut: true }] as const) {
      const open = await verdict(event, ran);
      assert.equal(open.decision?.behavior, event === "WorktreeCreate" ? "deny" : undefined);
      assert.ok(open.problem);
      const never = ["Stop", "SubagentStop", "TaskCompleted", "TeammateIdle"];
      const shut = await verdict(event, ran, { onFailure: "block" });
      assert.equal(shut.decision?.behavior, EXIT_2.blocks.includes(event) && !never.includes(event) ? "deny" : undefined);
    }
  });
});

describe("JSON on stdout", () => {
  test("permissionDecision speaks before the older decision", async () => {
    const { decision } = await printed({
      decision: "approve",
      hookSpecificOutput: { permissionDecision: "ask", permissionDecisionReason: "sure?" },
    });
    assert.deepEqual(decision, { behavior: "ask", reason: "sure?" });
  });

  test.each([
    ["block", "deny"],
    ["deny", "deny"],
    ["approve", "allow"],
    ["allow", "allow"],
  ])("the older decision %s means %s", async (written, meant) => {
    assert.equal((await printed({ decision: written, reason: "r" })).decision?.behavior, meant);
  });

  test("is honoured on any exit code", async () => {
    const { decision } = await verdict("PreToolUse", { code: 1, stdout: `{"decision":"block","reason":"r"}` });
    assert.deepEqual(decision, { behavior: "deny", reason: "r" });
  });

  test("can't take a block by exit code 2 back, but gives its reason and its context", async () => {
    const stdout = JSON.stringify({
      reason: "mine",
      hookSpecificOutput: { permissionDecision: "allow", updatedInput: {}, additionalContext: "c" },
    });
    const said = await verdict("PreToolUse", { code: 2, stdout, stderr: "theirs" });
    assert.deepEqual([said.decision, said.context, said.updatedInput], [{ behavior: "deny", reason: "mine" }, "c", undefined]);
  });

  test("that isn't any is plain words, and still blocks with exit code 2", async () => {
    assert.equal((await verdict("SessionStart", { stdout: "{not json" })).context, "{not json");
    assert.deepEqual((await verdict("PreToolUse", { code: 2, stdout: "{not json" })).decision, { behavior: "deny", reason: "{not json" });
    assert.equal((await verdict("PreToolUse", { stdout: "{not json" }, { onFailure: "block" })).decision?.behavior, "deny");
  });

  test("a field of the wrong kind is left out and told about; a denial beside it stands", async () => {
    const said = await printed({ decision: "block", reason: "r", systemMessage: 7, hookSpecificOutput: { updatedInput: "no" } });
    assert.equal(said.decision?.behavior, "deny");
    assert.match(said.problem ?? "", /systemMessage, updatedInput/);
  });

  test("in several lines a refusal holds, whatever other lines say", async () => {
    const { decision } = await verdict("PreToolUse", { stdout: `{"decision":"block","reason":"no"}\n{"decision":"approve"}` });
    assert.equal(decision?.behavior, "deny");
  });

  test("a decision of a permission request brings its input and its rules along", async () => {
    const updatedPermissions = [{ type: "setMode", mode: "acceptEdits", destination: "session" }];
    const allowed = await specific({ decision: { behavior: "allow", updatedInput: { a: 1 }, updatedPermissions } }, "PermissionRequest");
    assert.deepEqual([allowed.decision?.behavior, allowed.updatedInput, allowed.said], ["allow", { a: 1 }, { updatedPermissions }]);
    const denied = await specific({ decision: { behavior: "deny", message: "no", interrupt: true } }, "PermissionRequest");
    assert.deepEqual([denied.decision, denied.said], [{ behavior: "deny", reason: "no" }, { interrupt: true }]);
    assert.equal((await printed({ decision: "deny" }, "PermissionRequest")).decision?.behavior, "deny");
  });

  test("only a title, a notification or a bell reaches the terminal", async () => {
    const good = "\u001b]0;done\u0007\u0007";
    assert.equal((await printed({ terminalSequence: good })).said.terminalSequence, good);
    for (const bad of ["\u001b[2J", "\u001b]52;c;eA==\u0007", "words", "\u001b]0;a\u001b[2J\u0007"])
      assert.equal((await printed({ terminalSequence: bad })).said.terminalSequence, undefined);
  });
});

test("a worktree stands where the last line says", async () => {
  assert.equal((await verdict("WorktreeCreate", { stdout: "making it\n/tmp/w\n\n" })).said.worktreePath, "/tmp/w");
  assert.equal((await specific({ worktreePath: "/tmp/v" }, "WorktreeCreate")).said.worktreePath, "/tmp/v");
});

test("what an administrator set isn't held back", async () => {
  const hook = hookFor("ConfigChange");
  const ran: Ran = { kind: "exited", code: 2, stdout: "", stderr: "no", cut: false };
  assert.equal((await judge(ran, { hook, payload: { source: "policy_settings" } })).decision, undefined);
  assert.equal((await judge(ran, { hook, payload: { source: "user_settings" } })).decision?.behavior, "deny");
});

describe("a model's no", () => {
  const no = { kind: "verdict", ok: false, reason: "r", impossible: false } as const;
  const asked = (event: HookEvent, more: JsonObject = {}): Promise<Verdict> => verdict(event, no, { type: "prompt", prompt: "p", ...more });

  test.each([
    ["PreToolUse", "deny", "r"],
    ["PostToolUse", "deny", "r"],
    ["UserPromptSubmit", "deny", "r"],
    ["PostToolBatch", "deny", "r"],
    ["Stop", "deny", undefined],
    ["SubagentStop", "deny", undefined],
    ["PostToolUseFailure", "deny", undefined],
    ["TaskCreated", "deny", undefined],
    ["TeammateIdle", undefined, "r"],
    ["PermissionRequest", undefined, undefined],
    ["PermissionDenied", undefined, undefined],
  ] as const)("at %s: decision %s, stop %s", async (event, behavior, stop) => {
    const said = await asked(event);
    assert.deepEqual([said.decision?.behavior, said.stop], [behavior, stop]);
  });

  test("with continueOnBlock, and from an agent, the turn goes on", async () => {
    for (const more of [{ continueOnBlock: true }, { type: "agent" }]) {
      const said = await asked("TeammateIdle", more);
      assert.deepEqual([said.decision?.behavior, said.stop], ["deny", undefined]);
    }
  });

  test("to what nothing can fulfil doesn't hold a stop back", async () => {
    assert.equal((await verdict("Stop", { ...no, impossible: true }, { type: "prompt", prompt: "p" })).decision, undefined);
  });
});
