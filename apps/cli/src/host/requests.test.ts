import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { Host } from "../../test/host.ts";
import { scene } from "../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const STALLED: Reply = { blocks: [{ text: "Let me think." }], stall: { afterBlock: 1 } };

test.concurrent("an interrupt ends what is under way, and the next prompt goes on with another model and mode", async () => {
  await using the = await scene([STALLED, say("Well."), say("Back.")]);
  await using host = new Host(the, ["--model", "m1", "--include-partial-messages"]);
  expect(await host.request("interrupt")).toMatchObject({ subtype: "success", response: { still_queued: [] } }); // of nothing
  host.say("think");
  await host.next(({ event }) => event?.type === "content_block_stop");
  host.say("never", { uuid: "u-2" });
  host.say("nor this", { uuid: "u-3" });
  expect(await host.request("cancel_async_message", { message_uuid: "u-3" })).toMatchObject({ response: { cancelled: true } });
  expect(await host.request("interrupt", { cancel_queued: true })).toMatchObject({ response: { still_queued: [], cancelled: ["u-2"] } });
  expect(await host.next("result")).toMatchObject({ is_error: true, errors: ["Interrupted."] });
  expect(await host.request("set_model", { model: "m2" })).toMatchObject({ subtype: "success" });
  expect(await host.request("set_permission_mode", { mode: "plan" })).toMatchObject({ subtype: "success", response: { mode: "plan" } });
  expect(await host.request("set_permission_mode", { mode: "yolo" })).toMatchObject({
    subtype: "error",
    error: expect.stringContaining("plan"),
  });
  host.say("go on");
  expect(await host.next("init")).toMatchObject({ model: "m2", permissionMode: "plan" });
  expect(await host.next("result")).toMatchObject({ result: "Well." });
  await host.request("set_model", { model: null });
  host.say("and back");
  await host.next("result");
  expect(await host.leave()).toEqual({ code: 0, stderr: "" });
  expect(the.model.requests.map(({ body }) => body["model"])).toEqual(["m1", "m2", "m1"]);
});

test.concurrent("each request gets one answer, also what comes later and what nobody knows", async () => {
  await using the = await scene([say("Hello.")]);
  await writeFile(join(the.cwd, "set.json"), '{"permissions":{"deny":["Bash(rm *)"]},"keel":{"maxTurns":7}}');
  await using host = new Host(the, ["--settings", "set.json", "--allowedTools", "Read"]);
  host.say("hi");
  await host.next("result");
  const good = async (subtype: string, fields?: object): Promise<unknown> => {
    const { subtype: how, response } = await host.request(subtype, fields);
    expect(how).toBe("success");
    return response;
  };
  expect(await good("get_context_usage")).toMatchObject({ totalTokens: expect.any(Number), maxTokens: 1_000_000, mcpTools: [] });
  expect(await good("get_usage")).toMatchObject({ session: { total_cost_usd: expect.any(Number) }, rate_limits_available: false });
  expect(await good("get_session_cost")).toMatchObject({ text: expect.stringContaining("tokens in") });
  expect(await good("list_models")).toMatchObject({ models: expect.arrayContaining([expect.objectContaining({ value: "opus" })]) });
  expect(await good("get_binary_version")).toMatchObject({ version: expect.stringMatching(/^\d/) });
  expect(await good("mcp_status")).toEqual({ mcpServers: [] });
  expect(await good("mcp_set_servers", { servers: { one: {} } })).toMatchObject({ errors: { one: expect.any(String) } });
  expect(await good("get_settings")).toMatchObject({ effective: { keel: { maxTurns: 7 } } });
  expect(await good("list_permission_rules")).toMatchObject({
    state: {
      originalCwd: the.cwd,
      rules: [
        { behavior: "deny", rule: "Bash(rm *)", source: "flagSettings" },
        { behavior: "allow", rule: "Read", source: "cliArg" },
      ],
    },
  });
  expect(await good("rename_session", { title: "Greetings" })).toEqual({ title: "Greetings" });
  expect(await host.request("rename_session", { title: " " })).toMatchObject({ subtype: "error" });
  expect(await good("background_tasks")).toEqual({ tasks: [] });
  expect(await host.request("get_task_output", { task_id: "x" })).toMatchObject({ subtype: "error" });
  expect(await host.request("stop_task", { task_id: "x" })).toMatchObject({ subtype: "error" });
  expect(await good("set_max_thinking_tokens", { max_thinking_tokens: 100 })).toEqual({});
  for (const subtype of ["rewind_files", "apply_flag_settings", "read_file", "constructor", ""])
    expect(await host.request(subtype)).toMatchObject({ subtype: "error", error: expect.stringMatching(/^keel [^\n]+\.$/) });
  const { code, stderr } = await host.leave();
  expect(code).toBe(0);
  expect(stderr).toContain("set_max_thinking_tokens");
});

test.concurrent("initialize makes the session, as long as it isn't open", async () => {
  await using the = await scene([say('{"n": 4}')]);
  await using host = new Host(the);
  const jsonSchema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
  await host.request("initialize", {
    systemPrompt: ["You count."],
    appendSystemPrompt: "From one.",
    jsonSchema,
    agents: { counter: { description: "Counts" } },
  });
  host.say("2 + 2");
  expect(await host.next("result")).toMatchObject({ subtype: "success", structured_output: { n: 4 } });
  expect(await host.request("initialize", { systemPrompt: "Late." })).toMatchObject({
    subtype: "error",
    error: expect.stringContaining("too late"),
  });
  expect(await host.leave()).toMatchObject({ code: 0, stderr: "" });
  const [system] = [JSON.stringify(the.model.requests[0]?.body["system"])];
  expect(system).toMatch(/You count\..*counter: Counts.*From one\./s);
});

test.concurrent.each([
  ["hooks that would guard it", { hooks: { PreToolUse: [{ hookCallbackIds: ["h"] }] } }, "PreToolUse"],
  ["a schema that can't be used", { jsonSchema: { type: "nonsense" } }, "JSON Schema"],
])("%s: nothing runs without them, also for a host that doesn't wait", async (_, wish, words) => {
  await using the = await scene([say("Never.")]);
  await using host = new Host(the);
  const answer = host.request("initialize", wish);
  host.say("go");
  expect(await answer).toMatchObject({ subtype: "error", error: expect.stringContaining(words) });
  expect(await host.next("result")).toMatchObject({ is_error: true, errors: [expect.stringContaining(words)] });
  expect(await host.ended).toMatchObject({ code: 1 });
  expect(the.model.requests).toHaveLength(0);
});
