import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { describe, expect, test } from "vitest";
import { messagesOf, oneLine, scene } from "../test/keel.ts";

const say = (text: string): Reply => ({ blocks: [{ text }] });
const HELLO = say("Hello.");
const SCHEMA = '{"type":"object","properties":{"n":{"type":"number"}},"required":["n"]}';

describe("--json-schema", () => {
  test("gives the answer as a value; what doesn't fit is asked for again", async () => {
    await using the = await scene([say("four"), say('```json\n{"n": 4}\n```'), say('{"n":5}')]);
    await writeFile(join(the.cwd, "schema.json"), SCHEMA);
    const json = await the.inside(["-p", "2 + 2", "--output-format", "json", "--json-schema", SCHEMA]);
    expect(json).toMatchObject({ code: 0, stderr: "" });
    expect(messagesOf(json)[0]).toMatchObject({ subtype: "success", structured_output: { n: 4 } });
    expect(await the.inside(["-p", "2 + 3", "--json-schema", "schema.json"])).toMatchObject({ code: 0, stdout: '{"n":5}\n', stderr: "" });
  });

  test("ends with a subtype of its own when no answer fits", async () => {
    await using the = await scene(() => say("no"));
    const ran = await the.inside(["-p", "2 + 2", "--output-format", "json", "--json-schema", SCHEMA]);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.stderr)).toBe(true);
    expect(messagesOf(ran)[0]).toMatchObject({
      subtype: "error_max_structured_output_retries",
      is_error: true,
      terminal_reason: "structured_output_retry_exhausted",
    });
  });

  test("can't be used: exit code 1, and nothing is asked", async () => {
    await using the = await scene([HELLO]);
    const ran = await the.keel(["-p", "x", "--output-format", "json", "--json-schema", '{"type":"nonsense"}']);
    expect(ran.code).toBe(1);
    expect(oneLine(ran.stderr)).toBe(true);
    expect(messagesOf(ran)[0]).toMatchObject({ is_error: true, subtype: "error_during_execution" });
    expect(the.model.requests).toHaveLength(0);
  });
});

describe("prompts from files", () => {
  test("stand where those of the command line would", async () => {
    await using the = await scene([HELLO]);
    await writeFile(join(the.cwd, "system.md"), "You greet.");
    await writeFile(join(the.cwd, "more.md"), "Kindly.");
    const files = ["--system-prompt-file", "system.md", "--append-system-prompt-file", join(the.cwd, "more.md")];
    expect(await the.inside(["-p", "hi", ...files])).toMatchObject({ code: 0, stdout: "Hello.\n" });
    expect(JSON.stringify(the.model.requests[0]?.body["system"])).toMatch(/You greet\..*Kindly\./);
  });
});

describe("tools and plugins", () => {
  test("--tools offers only those that are named", async () => {
    await using the = await scene([HELLO, HELLO]);
    await the.inside(["-p", "hi", "--tools", "Read,Grep"]);
    await the.inside(["-p", "hi", "--tools", ""]);
    const offered = the.model.requests.map(({ body }) => (body["tools"] as { name: string }[] | undefined)?.map(({ name }) => name));
    expect(offered).toEqual([["Grep", "Read"], undefined]);
  });

  test("--plugin-dir is read by the loader, and one that isn't there is a mistake of the command line", async () => {
    await using the = await scene([HELLO]);
    await mkdir(join(the.cwd, "mine", ".claude-plugin"), { recursive: true });
    await writeFile(join(the.cwd, "mine", ".claude-plugin", "plugin.json"), '{"name":"mine"}');
    await writeFile(join(the.cwd, "mine", "system.md"), "Mine speaks.");
    const ran = await the.inside(["-p", "hi", "--plugin-dir", "mine", "--output-format", "stream-json"]);
    expect(messagesOf(ran)[0]).toMatchObject({ plugins: [{ name: "code" }, { name: "mine", path: join(the.cwd, "mine") }] });
    expect(the.model.requests[0]?.text).toContain("Mine speaks.");
    expect(await the.inside(["-p", "hi", "--plugin-dir", "missing"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("missing"),
    });
  });
});

test("what isn't there yet is told in one line each, and the work is done", async () => {
  await using the = await scene([HELLO]);
  const ran = await the.inside(["-p", "hi", "--mcp-config", "a.json", "--thinking=off", "--bare", "--setting-sources", ""]);
  expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
  expect(ran.stderr.trim().split("\n")).toEqual([
    expect.stringMatching(/^--bare isn't there yet/),
    expect.stringMatching(/^--setting-sources isn't there yet/),
    expect.stringMatching(/^--thinking isn't there yet/),
    expect.stringMatching(/^--mcp-config isn't there yet/),
  ]);
});

test("--no-session-persistence leaves nothing of the session behind", async () => {
  await using the = await scene([HELLO]);
  expect(await the.inside(["-p", "hi", "--no-session-persistence"])).toMatchObject({ code: 0, stdout: "Hello.\n", stderr: "" });
  expect(existsSync(join(the.home, ".keel", "var", "sessions"))).toBe(false);
});

describe("--debug", () => {
  const secret = "sk-very-secret";

  test("tells what happens and not what is said", async () => {
    await using the = await scene([{ blocks: [{ text: secret }, { tool: "Read", input: { file_path: "note.txt" } }] }, HELLO]);
    const ran = await the.keel(["-p", secret, "--debug"], { env: { ANTHROPIC_API_KEY: secret } });
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
    expect(ran.stderr).toMatch(/ms block\.completed .*tool=Read[\s\S]*call\.judged .*verdict=allow[\s\S]*run\.ended reason=completed/);
    expect(ran.stderr).not.toContain(secret);
    expect(ran.stderr).not.toContain("short note");
  });

  test("goes into a file, by kinds", async () => {
    await using the = await scene([HELLO]);
    const ran = await the.inside(["-p", "hi", "--debug", "run,turn", "--debug-file", "debug.log"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const lines = (await readFile(join(the.cwd, "debug.log"), "utf8")).trim().split("\n");
    expect(lines.map((line) => line.split(" ms ")[1]?.split(" ")[0])).toEqual(["turn.started", "run.ended"]);
    expect(await the.inside(["-p", "hi", "--debug-file", "no/such/folder"])).toMatchObject({ code: 2 });
  });
});
