import { existsSync } from "node:fs";
import { readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { messagesOf, oneLine, scene, type Ran } from "../../../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const touch = (file: string): Reply => ({ blocks: [{ tool: "Bash", input: { command: `touch ${file}` } }] });
const ids = ({ stdout }: Ran): readonly string[] => (JSON.parse(stdout) as { id: string }[]).map(({ id }) => id);

describe("keel session", () => {
  test("lists, shows and finds what was said", async () => {
    await using the = await scene([say("Plums are blue."), say("Pears are green.")]);
    expect(await the.inside(["session", "list"])).toMatchObject({ code: 0, stdout: expect.stringContaining("No session") });
    await the.inside(["-p", "tell me of plums"]);
    await the.inside(["-p", "tell me of pears"]);
    const [pears = "", plums = ""] = ids(await the.inside(["session", "list", "--json"]));
    const { stdout } = await the.inside(["session", "list"]);
    expect(stdout.split("\n")[0]).toMatch(new RegExp(`^${pears.slice(0, 8)}  just now +tell me of pears$`));
    expect(await the.inside(["session", "search", "plums", "blue"])).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(plums.slice(0, 8)),
    });
    const shown = await the.inside(["session", "show", "pears"]);
    expect(shown).toMatchObject({ code: 0, stderr: "" });
    expect(shown.stdout).toMatch(new RegExp(`${pears}[\\s\\S]*tell me of pears[\\s\\S]*Pears are green\\.`));
    expect(await the.inside(["-p", "--resume", plums.slice(0, 6), "again"])).toMatchObject({ code: 1 }); // the model has nothing more to say
    expect(the.model.requests.at(-1)?.text).toContain("Plums are blue.");
  });

  test("is exported and imported; secrets are taken out of what is for reading", async () => {
    const secret = `sk-ant-api03-${"a1B2c3D4".repeat(11)}`;
    await using the = await scene([say(`The key is ${secret}.`)]);
    await the.inside(["-p", "which key?"]);
    const [id = ""] = ids(await the.inside(["session", "list", "--json"]));
    expect((await the.inside(["session", "export", id])).stdout).toContain(secret);
    expect((await the.inside(["session", "export", id, "--format", "md"])).stdout).not.toContain(secret);
    expect((await the.inside(["session", "export", id, "--format", "md", "--no-redact"])).stdout).toContain(secret);
    expect(await the.inside(["session", "export", id, "--out", "a.jsonl"])).toMatchObject({ code: 0, stderr: "" });
    const out = join(the.cwd, "a.jsonl");
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    const again = await the.inside(["session", "export", id, "--out", "a.jsonl"]);
    expect(again).toMatchObject({ code: 2, stderr: expect.stringContaining("is there already") });
    const taken = await the.inside(["session", "import", "a.jsonl"]);
    expect(taken).toMatchObject({ code: 0, stderr: "" });
    const [copy = ""] = taken.stdout.split("\n");
    expect((await the.inside(["session", "export", copy, "--format", "md"])).stdout).toContain("which key?");
    expect(await the.inside(["session", "import", "-"], { stdin: await readFile(out) })).toMatchObject({ code: 0 });
  });

  test("is deleted by its id alone", async () => {
    await using the = await scene([say("One."), say("Two.")]);
    await the.inside(["-p", "first"]);
    await the.inside(["-p", "second"]);
    const [second = "", first = ""] = ids(await the.inside(["session", "list", "--json"]));
    const ran = await the.inside(["session", "delete", "second", "nothing", first.slice(0, 8)]);
    expect(ran.code).toBe(1);
    expect(ran.stderr.trim().split("\n")).toHaveLength(2);
    expect(ids(await the.inside(["session", "list", "--json"]))).toEqual([second]);
    expect(await the.inside(["session", "reindex"])).toMatchObject({ code: 0, stdout: "1 session is in the index.\n" });
  });

  test.each([
    [["show", "nobody"], 1],
    [["export", "nobody"], 1],
    [["delete", "nobody"], 1],
    [["answer", "nobody", "--allow"], 1],
    [["show", ""], 2],
    [["search", " "], 2],
    [["import", "missing.jsonl"], 2],
    [["import", "note.txt"], 1],
  ])("%j says in one line what is wrong", async (words, code) => {
    await using the = await scene([]);
    const ran = await the.inside(["session", ...words]);
    expect(ran).toMatchObject({ code, stdout: "" });
    expect(oneLine(ran.stderr)).toBe(true);
  });
});

describe("a run that is parked", () => {
  const parked = async (the: Awaited<ReturnType<typeof scene>>, ...args: readonly string[]): Promise<string> => {
    await the.inside(["-p", "go", "--defer", ...args]);
    const [id = ""] = ids(await the.inside(["session", "list", "--json"]));
    return id;
  };

  test("says what it waits for, in every format, and goes on when it is answered", async () => {
    await using the = await scene([touch("made"), say("Made it.")]);
    const ran = await the.inside(["-p", "go", "--defer", "--output-format", "json"]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.stderr)).toBe(true);
    const [result] = messagesOf(ran);
    expect(result).toMatchObject({
      is_error: true,
      terminal_reason: "tool_deferred",
      deferred_tool_use: { id: expect.stringMatching(/^toolu/), name: "Bash", input: { command: "touch made" } },
      errors: [expect.stringMatching(/Bash touch made.*keel session answer \w{8} \w{8} --allow/)],
    });
    const id = String(result?.["session_id"]);
    expect((await the.inside(["session", "list"])).stdout).toContain("waits for an answer");
    expect((await the.inside(["session", "show", id])).stdout).toContain("? Bash touch made");
    const again = await the.inside(["-p", "--resume", id, "--defer"]);
    expect(again).toMatchObject({ code: 1, stderr: expect.stringContaining("Parked") });
    expect(existsSync(join(the.cwd, "made"))).toBe(false);
    expect(await the.inside(["session", "answer", id, "--allow"])).toMatchObject({ code: 0, stdout: "Made it.\n", stderr: "" });
    expect(existsSync(join(the.cwd, "made"))).toBe(true);
    const late = await the.inside(["session", "answer", id, "--allow"]);
    expect(late).toMatchObject({ code: 1, stderr: expect.stringContaining("Nothing is asked") });
  });

  test("shows the plan that is to be agreed to", async () => {
    const plan: Reply = { blocks: [{ tool: "ExitPlanMode", input: { plan: "# Move it\n\n1. Copy a\n2. Remove b" } }] };
    await using the = await scene([plan, say("Done.")]);
    const id = await parked(the, "--permission-mode", "plan");
    const { stdout } = await the.inside(["session", "show", id]);
    expect(stdout).toMatch(
      /\? Carry out this plan\? # Move it\.\n\s+# Move it\n\s*\n\s+1\. Copy a\n\s+2\. Remove b\n\s+keel session answer/,
    );
    expect(await the.inside(["session", "answer", id, "--allow"])).toMatchObject({ code: 0, stdout: "Done.\n" });
  });

  test("waits for an agent's question as for its own", async () => {
    const agent: Reply = { blocks: [{ tool: "Agent", input: { description: "a part", prompt: "job one" } }] };
    await using the = await scene([agent, touch("made"), say("The agent made it."), say("Made it.")]);
    const ran = await the.inside(["-p", "go", "--defer", "--output-format", "json"]);
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringMatching(/Parked.*Bash touch made\..*It is asked for agent_\w+\./) });
    const [result] = messagesOf(ran);
    expect(result).toMatchObject({
      terminal_reason: "tool_deferred",
      deferred_tool_use: { id: expect.stringMatching(/^toolu/), name: "Bash" },
    });
    const id = String(result?.["session_id"]);
    expect((await the.inside(["session", "show", id])).stdout).toMatch(/waits for an answer[\s\S]*\? Bash touch made/);
    expect(await the.inside(["session", "answer", id, "--allow"])).toMatchObject({ code: 0, stdout: "Made it.\n", stderr: "" });
    expect(existsSync(join(the.cwd, "made"))).toBe(true);
  });

  test("hears a no and why; flags behind -- are the next run's", async () => {
    await using the = await scene([touch("made"), { expect: { lastResultIncludes: "not today" }, blocks: [{ text: "Then not." }] }]);
    const id = await parked(the);
    const ran = await the.inside(["session", "answer", id, "--deny", "--message", "not today", "--", "--output-format", "json"]);
    expect(ran.code).toBe(0);
    expect(messagesOf(ran)[0]).toMatchObject({ result: "Then not." });
    expect(existsSync(join(the.cwd, "made"))).toBe(false);
  });

  test("goes on later where that is wanted; an answer for the folder holds in the next session", async () => {
    await using the = await scene([touch("made"), say("Made it."), touch("made"), say("Again.")]);
    const id = await parked(the);
    const answered = await the.inside(["session", "answer", id, "--allow", "--project", "--no-run"]);
    expect(answered).toMatchObject({ code: 0, stdout: expect.stringContaining("keel --resume") });
    expect(existsSync(join(the.cwd, "made"))).toBe(false);
    expect(await the.inside(["-p", "--resume", id])).toMatchObject({ code: 0, stdout: "Made it.\n" });
    expect(await the.inside(["-p", "once more"])).toMatchObject({ code: 0, stdout: "Again.\n", stderr: "" });
  });

  test("a choice is answered by its number, its label or in words", async () => {
    const question = (question: string) => ({ question, header: "h", options: [{ label: "red" }, { label: "blue" }] });
    const ask: Reply = { blocks: [{ tool: "AskUserQuestion", input: { questions: [question("Which colour?"), question("And then?")] } }] };
    await using the = await scene([ask, say("Thanks.")]);
    const id = await parked(the);
    expect((await the.inside(["session", "show", id])).stdout).toMatch(/Which colour\?[\s\S]*2 blue/);
    for (const wrong of [["--allow"], ["--choose", "1"], ["--choose", "1", "7"]])
      expect(await the.inside(["session", "answer", id, ...wrong])).toMatchObject({ code: 2, stdout: "" });
    expect(await the.inside(["session", "answer", id, "--choose", "2", "a dark one"])).toMatchObject({ code: 0, stdout: "Thanks.\n" });
    expect(the.model.requests[1]?.text).toMatch(/Which colour\?[^"]*blue[^"]*And then\?[^"]*a dark one/);
  });
});

describe("flags of a session", () => {
  test("--fork-session leaves the other as it is", async () => {
    await using the = await scene([say("One."), say("Two.")]);
    await the.inside(["-p", "first"]);
    const [first = ""] = ids(await the.inside(["session", "list", "--json"]));
    const ran = await the.inside(["-p", "second", "--continue", "--fork-session", "--output-format", "json"]);
    expect(messagesOf(ran)[0]?.["session_id"]).not.toBe(first);
    expect(the.model.requests[1]?.text).toMatch(/first[\s\S]*One\.[\s\S]*second/);
    expect((await the.inside(["session", "export", first])).stdout).not.toContain("second");
  });

  test("--agents are offered to the model, --coordinator takes its hands and gives it the board", async () => {
    await using the = await scene([say("One."), say("Two.")]);
    await writeFile(join(the.cwd, "agents.json"), '{"scout":{"description":"Finds things","prompt":"You find."}}');
    await the.inside(["-p", "go", "--agents", "agents.json", "--coordinator"]);
    const [request] = the.model.requests;
    expect(request?.text).toContain("scout: Finds things");
    const tools = toolsIn(request?.body["tools"]);
    expect(tools).toEqual(expect.arrayContaining(["Agent", "TaskCreate", "TaskList"]));
    expect(tools).not.toContain("Bash");
    await the.inside(["-p", "go", "--plugin-dir", "tasks"]);
    expect(the.model.requests[1]?.text).toContain("TaskCreate");
  });
});

const toolsIn = (tools: unknown): readonly string[] => (Array.isArray(tools) ? tools.map(({ name }: { name: string }) => name) : []);
