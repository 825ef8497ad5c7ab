import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { Host } from "../test/host.ts";
import { messagesOf, oneLine, scene } from "../test/keel.ts";
import { sitIn } from "../test/person.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const bash = (command: string): Reply => ({ blocks: [{ tool: "Bash", input: { command } }] });
const READS: Reply = { blocks: [{ tool: "Read", input: { file_path: "note.txt" } }] };
const ENTER = "\r";
const CTRL_C = "\u0003";

describe.concurrent("a session that is resumed without a prompt", () => {
  test("does what a limit left undone; where nothing is, one line says what to type", async () => {
    await using the = await scene([READS, say("It is short.")]);
    const { stderr } = await the.inside(["-p", "how long?", "--max-turns", "1"]);
    expect(stderr).toContain("Go on with: keel --resume");
    expect(await the.inside(["-p", "-c"])).toMatchObject({ code: 0, stdout: "It is short.\n" });
    expect(the.model.requests).toHaveLength(2);
    const again = await the.inside(["-p", "-r", "how long", "--output-format", "json"]);
    expect(again.code).toBe(2);
    expect(oneLine(again.stderr)).toBe(true);
    expect(again.stderr).toMatch(/Nothing is left to do in \w{8} \(how long\?\)\. .*keel -p -r \w{8} "/);
    expect(messagesOf(again)).toMatchObject([{ is_error: true, errors: [again.stderr.trim()] }]);
    expect(the.model.requests).toHaveLength(2);
  });

  test("goes on with what an agent in the background was cut in, and is shown to have it to do", async () => {
    const agent: Reply = {
      blocks: [{ tool: "Agent", input: { description: "find it", prompt: "look for plum", run_in_background: true } }],
    };
    await using the = await scene({
      replies: [agent, say("I wait."), say("It was cut.")],
      sessions: [{ match: { promptIncludes: "look for plum" }, replies: [bash("sleep 30")] }],
    });
    await using host = new Host(the, ["--permission-mode", "bypassPermissions"]);
    host.say("go");
    const { session_id: id } = await host.next("task_started");
    await host.next(({ type, message }) => type === "assistant" && JSON.stringify(message).includes("I wait."));
    host.kill("SIGKILL");
    await host.ended;
    expect((await the.inside(["session", "show", String(id)])).stdout).toMatch(/go on .*\(its last run isn't done\)/);
    expect(await the.inside(["-p", "-r", String(id)])).toMatchObject({ code: 0, stdout: "It was cut.\n" });
  });

  test("says by which limit it was stopped: its name, and what it takes to go on", async () => {
    await using the = await scene([READS, READS, say("no")]);
    const ran = await the.inside(["-p", "how long?", "--settings", '{"keel":{"maxCalls":1}}', "--output-format", "json"]);
    expect(ran.stderr).toMatch(
      /^Stopped at the budget of calls \(keel\.maxCalls of the settings\)\. Go on with: keel --resume \S+, with a larger keel\.maxCalls$/m,
    );
    const { session_id: id } = JSON.parse(ran.stdout) as { readonly session_id: string };
    expect((await the.inside(["session", "show", id])).stdout).toMatch(/ended +Stopped at the budget of calls/);
    expect(JSON.parse((await the.inside(["session", "show", id, "--json"])).stdout)).toMatchObject({
      ended: { reason: "budget_exhausted", bound: "calls" },
    });
  });

  test("asks the model again where it couldn't be asked", async () => {
    await using the = await scene([{ error: { status: 401, message: "no" } }, say("Here I am.")]);
    expect(await the.inside(["-p", "hi"])).toMatchObject({ code: 1 });
    expect(await the.inside(["-p", "-c"])).toMatchObject({ code: 0, stdout: "Here I am.\n" });
  });

  test("goes on behind an answer that was interrupted, and the person's words come last", async () => {
    await using the = await scene([{ blocks: [{ text: "On and on." }, { text: "Never." }], stall: { afterBlock: 1 } }, say("Over.")]);
    {
      await using person = sitIn(the, ["go"]);
      await person.screen.see("On and on.");
      person.type(CTRL_C);
      await person.screen.see("Interrupted");
    }
    expect(await the.inside(["-p", "-c"])).toMatchObject({ code: 0, stdout: "Over.\n" });
    expect(the.model.requests[1]?.body["messages"]).toMatchObject([{ role: "user" }, { role: "assistant" }, { role: "user" }]);
  });

  test("takes up words that the model hadn't read", async () => {
    await using the = await scene([bash("sleep 30"), say("That instead.")]);
    {
      await using person = sitIn(the, ["--permission-mode", "bypassPermissions", "start"]);
      await person.screen.see("● Bash");
      person.type(`do that instead${ENTER}`);
      await person.screen.see("» do that instead");
      person.signal("SIGTERM");
      expect(await person.left).toBe(143);
    }
    expect(await the.inside(["-p", "-c"])).toMatchObject({ code: 0, stdout: "That instead.\n" });
    expect(the.model.requests[1]?.text).toContain('"do that instead"');
  });

  test("puts the permission question that it was killed at; who holds it is the one to answer before", async () => {
    await using the = await scene([bash("touch a"), say("Made it.")]);
    {
      await using host = new Host(the, ["--permission-prompt-tool", "stdio"]);
      host.say("go");
      await host.next("control_request");
      const { stdout } = await the.inside(["session", "show", "go"]);
      expect(stdout).toMatch(/\? Bash touch a\.[\s\S]*answer it there/);
      expect(stdout).not.toContain("session answer");
    }
    expect((await the.inside(["session", "show", "go"])).stdout).toContain("keel session answer");
    await using person = sitIn(the, ["-c"]);
    await person.screen.see("Allow?");
    person.type(`y${ENTER}`);
    await person.screen.see("Made it.");
    expect(existsSync(join(the.cwd, "a"))).toBe(true);
  });
});

describe.concurrent("words that fit more than one session", () => {
  test("are told with all of them; the person picks one", async () => {
    await using the = await scene([say("One."), say("Two."), say("Again.")]);
    await the.inside(["-p", "fix the first"]);
    await the.inside(["-p", "fix the second"]);
    const named = await the.inside(["-p", "-r", "fix", "go on"]);
    expect(named).toMatchObject({ code: 2, stdout: "" });
    expect(oneLine(named.stderr)).toBe(true);
    expect(named.stderr).toMatch(/fits more than one session: \w{8} \(fix the second\), \w{8} \(fix the first\)\. Name one/);
    expect(await the.inside(["session", "show", "fix"])).toMatchObject({ code: 2, stderr: named.stderr });
    await using person = sitIn(the, ["-r", "fix"]);
    await person.screen.see("[2] ");
    await person.screen.see("fix the first");
    await person.screen.see("1 to 2: ");
    person.type(`3${ENTER}`);
    await person.screen.see("1 to 2: ");
    person.type(`2${ENTER}`);
    await person.screen.see("> ");
    person.type(`again${ENTER}`);
    await person.screen.see("Again.");
    expect(the.model.requests[2]?.text).toContain("fix the first");
  });
});
