import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reply, Script } from "@keelson/simulator";
import { expect, test } from "vitest";
import { Host } from "../../test/host.ts";
import { scene } from "../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const bash = (command: string): Reply => ({ blocks: [{ tool: "Bash", input: { command } }] });
const FREE = ["--permission-mode", "bypassPermissions"];
/** Until somebody makes the file. */
const waitFor = (file: string): string => `until [ -e ${file} ]; do sleep 0.02; done`;

test.concurrent("a line that comes during a run is read after the next step, in the same run", async () => {
  await using the = await scene([bash(waitFor("go")), say("Hurrying.")]);
  await using host = new Host(the, [...FREE, "--replay-user-messages"]);
  host.say("work");
  await host.next("assistant");
  host.say("hurry", { uuid: "u-2" });
  await host.request("get_binary_version"); // behind the line, so that it has been read
  await the.shell("touch go");
  expect(await host.next(({ isReplay, uuid }) => isReplay === true && uuid === "u-2")).toMatchObject({ message: { content: "hurry" } });
  expect(await host.next("result")).toMatchObject({ result: "Hurrying.", queued_turn_count: 0 });
  expect(await host.leave()).toEqual({ code: 0, stderr: "" });
  expect(the.model.requests[1]?.text).toContain("hurry");
  expect(host.heard.filter(({ type }) => type === "result")).toHaveLength(1);
});

test.concurrent("one that wants to wait has a run of its own, and one that comes now ends the run before it", async () => {
  await using the = await scene([bash("sleep 30"), say("Now."), say("Later.")]);
  await using host = new Host(the, FREE);
  host.say("work");
  await host.next("assistant");
  host.say("afterwards", { priority: "later" });
  host.say("stop that", { priority: "now" });
  expect(await host.next("result")).toMatchObject({ is_error: true, terminal_reason: "aborted_tools", queued_turn_count: 2 });
  expect(await host.next("result")).toMatchObject({ result: "Now." });
  expect(await host.next("result")).toMatchObject({ result: "Later." });
  expect(await host.leave()).toMatchObject({ code: 0 });
});

const agent = (more: object): Reply => ({
  blocks: [{ tool: "Agent", input: { description: "find it", prompt: "look for plum", ...more } }],
});
const SCOUT: Script["replies"] = [
  { blocks: [{ text: "I look." }, { tool: "Read", input: { file_path: "note.txt" } }] },
  { blocks: [{ tool: "Bash", input: { command: "touch no" } }] },
  say("A plum."),
];

test.concurrent("what a sub-agent does names the call that started it; its words come where they are wanted", async () => {
  const script: Script = {
    replies: [agent({}), say("Found.")],
    sessions: [{ match: { promptIncludes: "look for plum" }, replies: SCOUT }],
  };
  for (const wanted of [false, true]) {
    await using the = await scene(script);
    await using host = new Host(the, wanted ? ["--forward-subagent-text"] : []);
    host.say("go");
    expect(await host.next("init")).toMatchObject({ agents: expect.arrayContaining(["general-purpose"]) });
    const result = await host.next("result");
    expect(result).toMatchObject({ result: "Found.", permission_denials: [{ tool_name: "Bash", tool_input: { command: "touch no" } }] });
    const called = JSON.stringify(host.heard.find(({ type }) => type === "assistant"));
    const own = host.heard.filter(({ parent_tool_use_id: parent }) => typeof parent === "string");
    expect(own.length).toBeGreaterThan(2);
    for (const { parent_tool_use_id: parent } of own) expect(called).toContain(String(parent));
    expect(JSON.stringify(own).includes("I look.")).toBe(wanted);
    expect(host.heard.find(({ subtype }) => subtype === "permission_denied")).toMatchObject({ agent_id: expect.stringMatching(/^agent_/) });
    expect(await host.leave()).toMatchObject({ code: 0 });
  }
});

test.concurrent("an agent in the background is told of as a task, and can be asked for", async () => {
  await using the = await scene({
    replies: [agent({ run_in_background: true }), say("I go on."), say("All found.")],
    sessions: [{ match: { promptIncludes: "look for plum" }, replies: SCOUT }],
  });
  await using host = new Host(the);
  host.say("go");
  const started = await host.next("task_started");
  expect(started).toMatchObject({ description: "find it", task_type: "local_agent", tool_use_id: expect.any(String) });
  expect(await host.next("task_progress")).toMatchObject({ task_id: started["task_id"], last_tool_name: "Read" });
  expect(await host.next("task_notification")).toMatchObject({
    task_id: started["task_id"],
    status: "completed",
    summary: "A plum.",
    usage: { tool_uses: 2 },
  });
  expect(await host.next("result")).toMatchObject({ result: "All found." });
  expect(await host.request("background_tasks")).toMatchObject({
    response: { tasks: [{ task_id: started["task_id"], status: "completed" }] },
  });
  expect(await host.request("get_task_output", { task_id: started["task_id"] })).toMatchObject({ response: { output: "A plum." } });
  expect(await host.request("stop_task", { task_id: started["task_id"] })).toMatchObject({ subtype: "success" });
  expect(await host.leave()).toMatchObject({ code: 0 });
});

test.concurrent("a question to a person is put as one, and answered in its input; a sub-agent's says whose it is", async () => {
  const questions = [{ question: "Which colour?", header: "Colour", options: [{ label: "red" }, { label: "blue" }] }];
  await using the = await scene({
    replies: [{ blocks: [{ tool: "AskUserQuestion", input: { questions } }] }, agent({}), say("Done.")],
    sessions: [{ match: { promptIncludes: "look for plum" }, replies: [bash("touch made"), say("Made.")] }],
  });
  await using host = new Host(the, ["--permission-prompt-tool", "stdio"]);
  host.say("go");
  const asked = await host.answer({ behavior: "allow", updatedInput: { questions, answers: { "Which colour?": "blue" } } });
  expect(asked).toMatchObject({ tool_name: "AskUserQuestion", title: "Which colour?", requires_user_interaction: true });
  let next = await host.answer({ behavior: "allow" });
  if (next["tool_name" as keyof typeof next] === "Agent") next = await host.answer({ behavior: "allow" });
  expect(next).toMatchObject({ tool_name: "Bash", agent_id: expect.stringMatching(/^agent_/) });
  expect(next).not.toHaveProperty("requires_user_interaction");
  expect(await host.next("result")).toMatchObject({ result: "Done." });
  expect(the.model.requests[1]?.text).toContain("blue");
  expect(existsSync(join(the.cwd, "made"))).toBe(true);
  expect(await host.leave()).toMatchObject({ code: 0 });
});
