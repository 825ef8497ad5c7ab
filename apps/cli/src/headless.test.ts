import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import { describe, expect, test } from "vitest";
import { inside, messagesOf, oneLine, scene } from "../test/keel.ts";

const HELLO: Reply = { blocks: [{ text: "Hello, person." }] };
const READS: readonly Reply[] = [
  { blocks: [{ text: "I'll look." }, { tool: "Read", input: { file_path: "note.txt" } }] },
  { expect: { tool: "Read" }, blocks: [{ text: "It says: {{result:Read|/[a-z]+ note/}}." }] },
];

describe("text", () => {
  test("prints the final answer and nothing else", async () => {
    await using the = await scene(READS);
    expect(await the.keel(["-p", "what does it say?"])).toEqual({ code: 0, signal: null, stdout: "It says: short note.\n", stderr: "" });
  });

  test("tells with --verbose what the tools did, on stderr", async () => {
    await using the = await scene(READS);
    const ran = await the.inside(["-p", "what does it say?", "--verbose"]);
    expect(ran.stdout).toBe("It says: short note.\n");
    expect(ran.stderr).toContain("● Read note.txt");
  });

  test("takes the prompt from the command line, from stdin, or from both", async () => {
    await using the = await scene([HELLO, HELLO, HELLO]);
    await the.inside(["-p", "typed"]);
    await the.inside(["-p"], { stdin: "piped\n" });
    await the.inside(["-p", "typed"], { stdin: "piped\n" });
    const prompts = the.model.requests.map(({ text }) => text);
    expect(prompts[0]).toContain('"typed"');
    expect(prompts[1]).toContain('"piped"');
    expect(prompts[2]).toContain('"typed\\n\\npiped"');
  });

  test("lists what was denied in one line, with the rule that would allow it", async () => {
    await using the = await scene([{ blocks: [{ tool: "Bash", input: { command: "touch made" } }] }, { blocks: [{ text: "I may not." }] }]);
    const denied = await the.inside(["-p", "make it"]);
    expect(denied).toMatchObject({ code: 0, stdout: "I may not.\n" });
    expect(denied.stderr).toContain("--allowedTools 'Bash(touch made)'");
    expect(oneLine(denied.stderr)).toBe(true);
  });

  test("the rule that a denial names allows the call", async () => {
    await using the = await scene([{ blocks: [{ tool: "Bash", input: { command: "touch made" } }] }, { blocks: [{ text: "Made." }] }]);
    expect(await the.inside(["-p", "make it", "--allowedTools", "Bash(touch made)"])).toEqual({
      code: 0,
      signal: null,
      stdout: "Made.\n",
      stderr: "",
    });
    expect(await readFile(join(the.cwd, "made"), "utf8")).toBe("");
  });
});

describe("json", () => {
  test("is one result object", async () => {
    await using the = await scene(READS);
    const ran = await the.inside(["-p", "what does it say?", "--output-format", "json"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    const messages = messagesOf(ran);
    expect(messages).toHaveLength(1);
    expect(messages[0]).toMatchObject({
      type: "result",
      subtype: "success",
      is_error: false,
      result: "It says: short note.",
      num_turns: 2,
      terminal_reason: "completed",
      permission_denials: [],
    });
  });

  test("has the limit that ended it, and the shell is told", async () => {
    await using the = await scene(READS);
    const ran = await the.keel(["-p", "what does it say?", "--output-format", "json", "--max-turns", "1"]);
    expect(ran.code).toBe(1);
    expect(messagesOf(ran)[0]).toMatchObject({
      subtype: "error_max_turns",
      is_error: true,
      errors: [expect.stringContaining("--max-turns")],
    });
    expect(oneLine(ran.stderr)).toBe(true);
    expect(ran.stderr).toContain("--resume");
  });

  test("is there when the session could not be opened", async () => {
    await using home = await temporaryHome();
    const ran = await inside(["-p", "x", "--output-format", "json"], { home: home.path });
    expect(ran.code).toBe(1);
    expect(messagesOf(ran)[0]).toMatchObject({ type: "result", is_error: true, errors: [expect.stringContaining("ANTHROPIC_API_KEY")] });
  });
});

describe("stream-json", () => {
  test("begins with init, says each block and each result, ends with the result", async () => {
    await using the = await scene(READS);
    const messages = messagesOf(await the.keel(["-p", "what does it say?", "--output-format", "stream-json", "--verbose"]));
    expect(messages.map(({ type, subtype }) => subtype ?? type)).toEqual([
      "init",
      "assistant",
      "assistant",
      "user",
      "assistant",
      "success",
    ]);
    expect(new Set(messages.map(({ session_id }) => session_id)).size).toBe(1);
    expect(new Set(messages.map(({ uuid }) => uuid)).size).toBe(messages.length);
    expect(messages[0]).toMatchObject({
      tools: expect.arrayContaining(["Bash", "Edit", "Read"]),
      permissionMode: "default",
      apiKeySource: "none",
    });
    expect(messages[3]).toMatchObject({
      message: { content: [{ type: "tool_result", content: [{ text: expect.stringContaining("a short note") }] }] },
    });
  });

  test("with partial messages it can be put together again into what was said", async () => {
    await using the = await scene([HELLO]);
    const messages = messagesOf(await the.inside(["-p", "hi", "--output-format", "stream-json", "--include-partial-messages"]));
    const events = messages
      .filter(({ type }) => type === "stream_event")
      .map(({ event }) => event as { type: string; delta?: { text?: string } });
    expect(events.at(0)?.type).toBe("message_start");
    expect(events.at(-1)?.type).toBe("message_stop");
    expect(events.map(({ delta }) => delta?.text ?? "").join("")).toBe("Hello, person.");
  });

  test("tells of a retry, and then of success", async () => {
    await using the = await scene([{ error: { status: 429, retryAfter: 0 } }, HELLO]);
    const ran = await the.inside(["-p", "hi", "--output-format", "stream-json"]);
    expect(ran.code).toBe(0);
    expect(messagesOf(ran)).toContainEqual(
      expect.objectContaining({ subtype: "api_retry", attempt: 1, error_status: 429, error: "rate_limit" }),
    );
  });

  test("ends quietly when its reader leaves", async () => {
    await using the = await scene([{ blocks: [{ text: "word ".repeat(2_000) }] }, HELLO]);
    const ran = await the.shell("keel -p hi --output-format stream-json --include-partial-messages | head -1; echo ${PIPESTATUS[0]}");
    expect(ran.stderr).toBe("");
    expect(ran.stdout.trim().split("\n").at(-1)).toBe("141");
  });
});

describe("sessions", () => {
  test("-c goes on with the latest one of the folder, --resume with a named one", async () => {
    await using the = await scene([HELLO, HELLO, HELLO]);
    const id = "123e4567-e89b-42d3-a456-426614174000";
    await the.keel(["-p", "first", "--session-id", id]);
    await the.keel(["-p", "second", "-c"]);
    const ran = await the.keel(["-p", "third", "--resume", id, "--output-format", "json"]);
    expect(messagesOf(ran)[0]).toMatchObject({ session_id: id });
    const last = the.model.requests.at(-1)?.text ?? "";
    for (const prompt of ["first", "second", "third"]) expect(last).toContain(`"${prompt}"`);
  });

  test("an id that is taken, or isn't known, is refused in one line", async () => {
    await using the = await scene([HELLO]);
    const id = "123e4567-e89b-42d3-a456-426614174000";
    expect(await the.inside(["-p", "x", "--resume", id])).toMatchObject({ code: 1, stderr: expect.stringContaining(id) });
    await the.inside(["-p", "x", "--session-id", id]);
    const again = await the.inside(["-p", "x", "--session-id", id]);
    expect(again.code).toBe(2);
    expect(oneLine(again.stderr)).toBe(true);
  });
});
