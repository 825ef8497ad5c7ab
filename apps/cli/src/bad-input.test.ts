import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Reply } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import { describe, expect, test } from "vitest";
import { inside, oneLine, scene, type Ran, messagesOf } from "../test/keel.ts";

const HELLO: Reply = { blocks: [{ text: "Hello." }] };
const OK: Ran = { code: 0, signal: null, stdout: "Hello.\n", stderr: "" };

function refusedWith(ran: Ran, code: number, words: string | RegExp): void {
  expect(ran).toMatchObject({ code, stdout: "" });
  expect(ran.stderr).toMatch(words);
  expect(ran.stderr.trim()).not.toContain("\n");
}

describe.concurrent("the endpoint", () => {
  test("without a key or an endpoint there is nobody to ask, and the demo is named", async () => {
    await using home = await temporaryHome();
    refusedWith(await inside(["-p", "x"], { home: home.path }), 1, /ANTHROPIC_API_KEY.*keel demo/);
  });

  test("a wrong key is told once and not tried again", async () => {
    await using the = await scene([{ error: { status: 401 } }]);
    refusedWith(await the.inside(["-p", "x"], { env: { ANTHROPIC_API_KEY: "sk-wrong" } }), 1, /key/);
    expect(the.model.requests).toHaveLength(1);
  });

  test("a model that isn't known is named", async () => {
    await using the = await scene([{ error: { status: 404, message: "model: claude-nope" } }]);
    refusedWith(await the.inside(["-p", "x", "--model", "claude-nope"]), 1, "claude-nope");
  });

  test("an endpoint that can't be reached is named, after the tries", async () => {
    await using home = await temporaryHome();
    refusedWith(await inside(["-p", "x", "--base-url", "http://127.0.0.1:1"], { home: home.path }), 1, "127.0.0.1:1");
  });
});

describe.concurrent("the command line", () => {
  test.each([
    [["-p", "x", "--modle", "y"], "--model"],
    [["-p"], "No prompt"],
    [["-p", " "], "No prompt"],
    [["-p", "x", "--add-dir", "note.txt"], "note.txt"],
    [["-p", "x", "--add-dir", "missing"], "missing"],
  ])("%j is refused before anything is asked", async (args, words) => {
    await using the = await scene([HELLO]);
    refusedWith(await the.inside(args), 2, words);
    expect(the.model.requests).toHaveLength(0);
  });

  test.each([
    [".", 2, /directory|folder/],
    ["missing.json", 2, "missing.json"],
    ["broken.json", 2, "broken.json"],
    ["{", 2, /JSON/],
    ['{"permissions":{"deny":["Bash(rm"]}}', 1, "Bash(rm"],
  ])("settings that can't be used are refused before anything is asked: %s", async (settings, code, words) => {
    await using the = await scene([HELLO]);
    await writeFile(join(the.cwd, "broken.json"), '{ "model": ');
    refusedWith(await the.inside(["-p", "x", "--settings", settings]), code, words);
    expect(the.model.requests).toHaveLength(0);
  });

  test("a setting that isn't known is told, and the work is done", async () => {
    await using the = await scene([HELLO]);
    const ran = await the.inside(["-p", "x", "--settings", '{"keel":{"nonsense":1}}']);
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n", stderr: expect.stringContaining("nonsense") });
  });
});

describe.concurrent("streams", () => {
  test("a closed stdin is an empty one", async () => {
    await using the = await scene([HELLO]);
    refusedWith(await the.shell("keel -p <&-"), 2, "No prompt");
    expect(await the.shell("keel -p hi <&-")).toEqual(OK);
  });

  test("the null device at stdin is an empty one", async () => {
    await using the = await scene([HELLO]);
    refusedWith(await the.shell("keel -p </dev/null"), 2, "No prompt");
    expect(await the.shell("keel -p hi </dev/null")).toEqual(OK);
    expect(await the.shell("keel </dev/null | head -c 9")).toMatchObject({ stdout: "keel demo" });
  });

  test("more than 10 MB at stdin is refused", async () => {
    await using the = await scene([HELLO]);
    refusedWith(await the.inside(["-p", "x"], { stdin: Buffer.alloc(10 * 2 ** 20 + 1, "a") }), 2, "10 MB");
  });

  test.each(["-p hi", "-p hi --output-format json", "-p hi --output-format stream-json", "tools", "settings schema"])(
    "a full disk behind stdout is no success: %s",
    async (args) => {
      await using the = await scene([HELLO]);
      refusedWith(await the.shell(`keel ${args} > /dev/full`), 1, "no space");
    },
  );

  test("a full disk ends a program's session, too", async () => {
    await using the = await scene([HELLO]);
    const prompt = '{"type":"user","message":{"role":"user","content":"hi"}}';
    refusedWith(
      await the.shell(`echo '${prompt}' | keel --input-format stream-json --output-format stream-json > /dev/full`),
      1,
      "no space",
    );
  });

  test("a closed stdout ends without a word", async () => {
    await using the = await scene([HELLO]);
    expect(await the.shell("keel -p hi >&-")).toMatchObject({ stderr: "" });
  });

  test("a stderr that takes nothing changes nothing", async () => {
    await using the = await scene([HELLO, HELLO]);
    expect(await the.shell("keel -p hi --verbose 2> /dev/full")).toEqual(OK);
    expect(await the.shell("keel -p hi --verbose 2>&-")).toEqual(OK);
  });
});

describe("places", () => {
  test("a home that can't be written costs the log, not the answer", async () => {
    await using the = await scene([HELLO]);
    const ran = await the.keel(["-p", "hi"], { env: { KEEL_HOME: join(the.cwd, "note.txt", "keel") } });
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
    expect(ran.stderr).toContain("can't be resumed");
    expect(oneLine(ran.stderr)).toBe(true);
  });

  test.each(["text", "json", "stream-json"])(
    "a disk that fills up costs the log, and it is said when it begins and at the end: %s",
    async (format) => {
      await using the = await scene([
        { blocks: [{ text: "Long. ".repeat(2_000) }, { tool: "Read", input: { file_path: "note.txt" } }] },
        HELLO,
      ]);
      const ran = await the.shell(`ulimit -f 6; keel -p hi --output-format ${format}`);
      expect(ran.code).toBe(1);
      const [began, ended, ...more] = ran.stderr.trim().split("\n");
      expect(began).toMatch(/^warning: .*kept in memory and tried again/);
      expect(ended).toMatch(/The last \d+ events of this session are in memory only/);
      expect(more).toEqual([]);
      const result = format === "text" ? { is_error: true, result: ran.stdout.trim(), errors: [ended] } : messagesOf(ran).at(-1);
      expect(result).toMatchObject({ is_error: true, result: "Hello.", errors: [ended] });
    },
  );

  test("a question that a full disk didn't take is named all the same", async () => {
    await using the = await scene([{ blocks: [{ text: "Long. ".repeat(2_000) }, { tool: "Bash", input: { command: "touch a" } }] }]);
    const ran = await the.shell("ulimit -f 6; keel -p hi --defer");
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/Parked until it is answered: Bash touch a\..*keel session answer \w{8} \w{8} --allow.*in memory only/);
  });

  test("a folder that was deleted is no place to work", async () => {
    await using the = await scene([HELLO]);
    await mkdir(join(the.cwd, "gone"));
    refusedWith(await the.shell("cd gone; rmdir ../gone; keel -p hi"), 1, "deleted");
  });
});

test.concurrent("who asked for JSON gets a result also when the command line is at fault", async () => {
  await using home = await temporaryHome();
  for (const format of [["--output-format", "json"], ["--output-format=stream-json"]]) {
    const { code, stdout, stderr } = await inside(["-p", "x", ...format, "--max-turns", "0"], { home: home.path });
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ type: "result", is_error: true, errors: [stderr.trim()] });
  }
});
