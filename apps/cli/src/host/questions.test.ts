import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { expect, test } from "vitest";
import { Host } from "../../test/host.ts";
import { scene } from "../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const touch = (file: string): Reply => ({ blocks: [{ tool: "Bash", input: { command: `touch ${file}` } }] });
const ASKING = ["--permission-prompt-tool", "stdio"];

test.concurrent("questions are put with all that is needed to answer; a yes may change the input, a no is told to the model", async () => {
  await using the = await scene([
    { blocks: [{ tool: "Bash", input: { command: "touch made", description: "Makes a file" } }] },
    touch("other"),
    { expect: { lastResultIncludes: "not that one" }, blocks: [{ text: "Half of it." }] },
  ]);
  await using host = new Host(the, ASKING);
  host.say("make two");
  expect(await host.answer({ behavior: "allow", updatedInput: { command: "touch instead" } })).toEqual({
    subtype: "can_use_tool",
    tool_name: "Bash",
    input: { command: "touch made", description: "Makes a file" },
    tool_use_id: expect.stringMatching(/^toolu_/),
    permission_suggestions: [
      { type: "addRules", rules: [{ toolName: "Bash", ruleContent: "touch made" }], behavior: "allow", destination: "session" },
    ],
    decision_reason: expect.any(String),
    decision_reason_type: "mode",
    title: "Allow Bash touch made?",
    display_name: "Bash",
    description: "Makes a file",
  });
  await host.answer({ behavior: "deny", message: "not that one" });
  expect(await host.next("permission_denied")).toMatchObject({ tool_name: "Bash", message: expect.stringContaining("not that one") });
  expect(await host.next("result")).toMatchObject({
    subtype: "success",
    result: "Half of it.",
    permission_denials: [{ tool_name: "Bash", tool_input: { command: "touch other" } }],
  });
  expect(await host.leave()).toEqual({ code: 0, stderr: "" });
  expect(["made", "instead", "other"].filter((file) => existsSync(join(the.cwd, file)))).toEqual(["instead"]);
});

test.concurrent("questions are asked once where the answer brings a rule; a mode that it brings holds too", async () => {
  const write: Reply = { blocks: [{ tool: "Write", input: { file_path: "new.txt", content: "new" } }] };
  await using the = await scene([touch("a"), touch("a"), touch("b"), write, say("Done.")]);
  await using host = new Host(the, ASKING);
  host.say("go");
  const asked = await host.next("control_request");
  host.respond(asked, {
    behavior: "allow",
    updatedInput: asked.request.input,
    updatedPermissions: asked.request.permission_suggestions,
  });
  const next = await host.answer({
    behavior: "allow",
    updatedPermissions: [
      { type: "setMode", mode: "acceptEdits", destination: "session" },
      { type: "addRules", rules: [{ toolName: "Bash" }], behavior: "allow", destination: "userSettings" },
      { type: "removeRules", rules: [], behavior: "allow", destination: "session" },
    ],
  });
  expect(next.input).toEqual({ command: "touch b" });
  expect(await host.next("status")).toMatchObject({ permissionMode: "acceptEdits" });
  expect(await host.next("result")).toMatchObject({ result: "Done.", permission_denials: [] });
  const { stderr } = await host.leave();
  expect(await readFile(join(the.cwd, "new.txt"), "utf8")).toBe("new");
  expect(stderr).toMatch(/this session only[\s\S]*removeRules/);
});

test.concurrent("questions may stand open side by side, and an interrupt takes them back", async () => {
  const reads = ["/etc/hostname", "/etc/hosts"].map((file_path) => ({ tool: "Read", input: { file_path } }));
  await using the = await scene([{ blocks: reads }, say("Next.")]);
  await using host = new Host(the, ASKING);
  host.say("read both");
  const first = await host.next("control_request");
  const second = await host.next("control_request");
  expect([first, second].map(({ request }) => request.input)).toEqual(
    expect.arrayContaining([{ file_path: "/etc/hostname" }, { file_path: "/etc/hosts" }]),
  );
  host.say("and then?", { uuid: "u-2" });
  expect(await host.request("interrupt")).toMatchObject({ subtype: "success", response: { still_queued: ["u-2"] } });
  const taken = [await host.next("control_cancel_request"), await host.next("control_cancel_request")];
  expect(new Set(taken.map(({ request_id }) => request_id))).toEqual(new Set([first.request_id, second.request_id]));
  expect(await host.next("result")).toMatchObject({ is_error: true, terminal_reason: "aborted_tools" });
  expect(await host.next("result")).toMatchObject({ result: "Next." });
  expect(await host.leave()).toMatchObject({ code: 0 });
});

test.concurrent("questions are a no when nobody is there any more, and when the answer is no answer", async () => {
  await using the = await scene([touch("a"), touch("b"), touch("c"), say("Nothing made.")]);
  await using host = new Host(the, ASKING);
  host.say("go");
  await host.answer({ behavior: "maybe" });
  const failing = await host.next("control_request");
  host.send({ type: "control_response", response: { subtype: "error", request_id: failing.request_id, error: "the callback threw" } });
  await host.next("control_request");
  const { code, stderr } = await host.leave();
  expect(code).toBe(0);
  expect(stderr).toContain("neither allow nor deny");
  expect(["a", "b", "c"].filter((file) => existsSync(join(the.cwd, file)))).toEqual([]);
  expect(host.heard.at(-1)).toMatchObject({ result: "Nothing made." });
});

test.concurrent("a question of an earlier run stays open when nobody is there any more, and the run waits for it", async () => {
  await using the = await scene([touch("a"), say("Made it.")]);
  await the.inside(["-p", "go", "--defer"]);
  await using host = new Host(the, [...ASKING, "-c"]);
  host.say("and then tell me");
  host.say("later", { priority: "later" });
  await host.next("control_request");
  const { code, stderr } = await host.leave();
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Parked until it is answered: Bash touch a\..*keel session answer \w{8} \w{8} --allow/);
  const results = host.heard.filter(({ type }) => type === "result");
  expect(results.map((result) => result["terminal_reason"])).toEqual(["tool_deferred", "tool_deferred"]);
  expect(results[0]).toMatchObject({ is_error: true, deferred_ask: { question: expect.stringContaining("Bash touch a") } });
  expect((await the.inside(["session", "list"])).stdout).toContain("waits for an answer");
  expect(await the.inside(["session", "answer", "go", "--allow"])).toMatchObject({ code: 0, stdout: "Made it.\n" });
  expect(existsSync(join(the.cwd, "a"))).toBe(true);
  expect(the.model.requests[1]?.text.match(/and then tell me/g)).toHaveLength(1);
});

test.concurrent("a no that interrupts ends the run", async () => {
  await using the = await scene([touch("a")]);
  await using host = new Host(the, ASKING);
  host.say("go");
  await host.answer({ behavior: "deny", message: "stop", interrupt: true });
  expect(await host.next("result")).toMatchObject({ is_error: true });
  expect(await host.leave()).toMatchObject({ code: 1 });
});

test.concurrent("questions aren't put in mode dontAsk, nor where nobody said who answers", async () => {
  await using the = await scene([touch("a"), say("No."), touch("b"), say("No.")]);
  await using silent = new Host(the, [...ASKING, "--permission-mode", "dontAsk"]);
  silent.say("go");
  expect(await silent.next("init")).toMatchObject({ permissionMode: "dontAsk" });
  await silent.next("permission_denied");
  await silent.leave();
  await using alone = new Host(the);
  alone.say("go");
  await alone.next("permission_denied");
  await alone.leave();
  expect([...silent.heard, ...alone.heard].some(({ type }) => type === "control_request")).toBe(false);
});
