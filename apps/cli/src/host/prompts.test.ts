import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { Host, type Wire } from "../../test/host.ts";
import { messagesOf, oneLine, scene } from "../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const STALLED: Reply = { blocks: [{ text: "Let me think." }], stall: { afterBlock: 1 } };
const kinds = (messages: readonly Wire[]): string[] => messages.map(({ type, subtype }) => subtype ?? type);

test.concurrent("one is answered between init and result, and the end of stdin ends it well", async () => {
  await using the = await scene([say("Hello.")]);
  await using host = new Host(the);
  expect(await host.request("initialize", { hooks: null })).toMatchObject({
    subtype: "success",
    response: {
      commands: expect.arrayContaining([expect.objectContaining({ name: "commit" })]),
      agents: expect.arrayContaining([expect.objectContaining({ name: "explore" })]),
      output_style: "default",
      models: expect.arrayContaining([expect.objectContaining({ value: "opus" })]),
    },
  });
  host.say("hi");
  expect(await host.next("result")).toMatchObject({ subtype: "success", is_error: false, result: "Hello.", queued_turn_count: 0 });
  expect(await host.leave()).toEqual({ code: 0, stderr: "" });
  const said = host.heard.filter(({ type }) => !type.startsWith("control_"));
  expect(kinds(said)).toEqual(["init", "assistant", "success"]);
  expect(new Set(said.map(({ session_id }) => session_id)).size).toBe(1);
  expect(new Set(said.map(({ uuid }) => uuid)).size).toBe(said.length);
});

test.concurrent("several wait for each other, each begins with init, and costs go on being summed", async () => {
  await using the = await scene([say("One."), say("Two.")]);
  await using host = new Host(the, ["--model", "claude-haiku-5-5"]);
  host.say("first");
  host.say([{ type: "text", text: "second" }]);
  const one = await host.next("result");
  const two = await host.next("result");
  expect([one, two]).toMatchObject([
    { result: "One.", queued_turn_count: 1, num_turns: 1 },
    { result: "Two.", queued_turn_count: 0, num_turns: 1 },
  ]);
  expect(two.total_cost_usd).toBeGreaterThan(one.total_cost_usd);
  const inputTokens = one.usage.input_tokens + two.usage.input_tokens;
  expect(two["modelUsage"]).toMatchObject({ "claude-haiku-5-5": { inputTokens, contextWindow: 1_000_000 } });
  expect(await host.leave()).toMatchObject({ code: 0 });
  expect(kinds(host.heard)).toEqual(["init", "assistant", "success", "init", "assistant", "success"]);
  expect(the.model.requests[1]?.text).toContain('"first"');
});

test.concurrent("one that isn't to be answered stands in front of the next, and what was taken in is said back under its id", async () => {
  await using the = await scene([say("Yes.")]);
  await using host = new Host(the, ["--replay-user-messages"]);
  host.say("Remember: 4.", { shouldQuery: false, uuid: "u-1" });
  expect(await host.next("user")).toMatchObject({ uuid: "u-1", isReplay: true, message: { content: "Remember: 4." } });
  host.say("What was it?", { uuid: "u-2" });
  host.say("What was it?", { uuid: "u-2" });
  await host.next("result");
  expect(await host.leave()).toMatchObject({ code: 0 });
  expect(host.heard.filter(({ isReplay }) => isReplay).map(({ uuid }) => uuid)).toEqual(["u-1", "u-2", "u-2"]);
  expect(the.model.requests).toHaveLength(1);
  expect(the.model.requests[0]?.text).toMatch(/Remember: 4\.".*"What was it\?"/);
});

test.concurrent("one that isn't to be answered, and that nothing follows, is there when the session goes on", async () => {
  await using the = await scene([say("4.")]);
  await using host = new Host(the);
  host.say("Remember: 4.", { shouldQuery: false });
  expect(await host.leave()).toMatchObject({ code: 0 });
  await using again = new Host(the, ["--continue"]);
  again.say("What was it?");
  await again.next("result");
  expect(the.model.requests[0]?.text).toMatch(/Remember: 4\.".*"What was it\?"/);
});

test.concurrent("lines that can't be read are told, one line each, and the others are heard", async () => {
  await using the = await scene([say("Still here.")]);
  await using host = new Host(the);
  for (const line of ["", "{", "[1]", "{}", '{"type":"news_from_the_future"}', '{"type":"keep_alive"}']) host.raw(line);
  host.raw('{"type":"user","message":{"role":"user","content":[]}}');
  host.raw('{"type":"user","message":{"role":"assistant","content":"no"}}');
  host.raw('{"type":"user","message":{"role":"user","content":[{"type":"tool_result","tool_use_id":"x"}]}}');
  host.raw('{"type":"control_request","request":{"subtype":"interrupt"}}');
  host.raw('{"type":"control_response","response":{"subtype":"success","request_id":"nobody"}}');
  host.raw('{"type":"control_cancel_request","request_id":"nobody"}');
  host.say("there?");
  expect(await host.next("result")).toMatchObject({ result: "Still here." });
  const { code, stderr } = await host.leave();
  expect(code).toBe(0);
  expect(stderr.trim().split("\n")).toHaveLength(7);
  expect(stderr).toMatch(/not a JSON object[\s\S]*no type[\s\S]*empty[\s\S]*role user[\s\S]*tool_result[\s\S]*request_id/);
});

test.concurrent("what nobody could read is no success", async () => {
  await using the = await scene([]);
  await using host = new Host(the);
  host.raw("hello");
  expect(await host.leave()).toMatchObject({ code: 1, stderr: expect.stringContaining("JSON") });
});

test.concurrent("an end of stdin in the middle of a run lets it end, and a last line needs no end", async () => {
  await using the = await scene([{ blocks: [{ text: "Slowly, " }, { pause: 300 }, { text: "but surely." }] }]);
  const line = JSON.stringify({ type: "user", message: { role: "user", content: "go" } });
  const ran = await the.shell(`printf '%s' '${line}' | keel --input-format stream-json --output-format stream-json`);
  expect(ran.code).toBe(0);
  expect(messagesOf(ran).at(-1)).toMatchObject({ result: "Slowly, but surely." });
});

test.concurrent("the code is the last run's", async () => {
  await using the = await scene([{ error: { status: 401 } }, say("Well."), { error: { status: 401 } }]);
  await using good = new Host(the);
  good.say("one");
  expect(await good.next("assistant")).toMatchObject({ error: "authentication_failed", message: { model: "<synthetic>" } });
  expect(await good.next("result")).toMatchObject({ is_error: true, subtype: "error_during_execution" });
  good.say("two");
  await good.next("result");
  expect(await good.leave()).toMatchObject({ code: 0 });
  await using bad = new Host(the);
  bad.say("three");
  expect(await bad.leave()).toMatchObject({ code: 1 });
});

test.concurrent("without a key there is a result that says so, and the shell is told", async () => {
  await using the = await scene([]);
  await using host = new Host(the, [], { ANTHROPIC_BASE_URL: "" });
  expect(await host.request("initialize")).toMatchObject({ subtype: "success" });
  host.say("hi");
  expect(await host.next("result")).toMatchObject({ is_error: true, errors: [expect.stringContaining("ANTHROPIC_API_KEY")] });
  const { code, stderr } = await host.ended;
  expect(code).toBe(1);
  expect(oneLine(stderr)).toBe(true);
});

test.concurrent("a signal ends it with what was said so far", async () => {
  await using the = await scene([STALLED]);
  await using host = new Host(the, ["--include-partial-messages"]);
  host.say("think");
  await host.next(({ event }) => event?.type === "content_block_stop");
  host.kill("SIGTERM");
  expect(await host.next("result")).toMatchObject({ is_error: true, terminal_reason: "aborted_streaming" });
  expect(await host.ended).toMatchObject({ code: 143 });
});

test.concurrent("words that were taken in while a run went on outlive the program: they are read when the session goes on", async () => {
  const bash = { blocks: [{ tool: "Bash", input: { command: "until [ -e go ]; do sleep 0.02; done" } }] };
  await using the = await scene([bash, { blocks: [{ text: "All read." }] }]);
  await using host = new Host(the, ["--permission-mode", "bypassPermissions"]);
  host.say("work");
  const { session_id: id } = await host.next("assistant");
  host.say("hurry");
  host.say("afterwards", { priority: "later" });
  host.say("never mind", { priority: "later", uuid: "u-4" });
  host.say("by the way", { shouldQuery: false });
  expect(await host.request("cancel_async_message", { message_uuid: "u-4" })).toMatchObject({ response: { cancelled: true } });
  host.kill("SIGKILL");
  await host.ended;
  await the.shell("touch go");
  expect(await the.inside(["-p", "-r", String(id)])).toMatchObject({ code: 0, stdout: "All read.\n" });
  const told = the.model.requests[1]?.text ?? "";
  for (const words of ["hurry", "afterwards", "by the way"]) expect(told).toContain(words);
  expect(told).not.toContain("never mind");
});
