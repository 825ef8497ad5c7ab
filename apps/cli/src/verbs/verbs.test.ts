import { spawn } from "node:child_process";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { describe, expect, test } from "vitest";
import { BIN, inside, oneLine, scene, scrubbed } from "../../test/keel.ts";

type Finding = { readonly name: string; readonly state: string; readonly what: string; readonly remedy?: string };
const checksIn = (stdout: string): Readonly<Record<string, Finding>> =>
  Object.fromEntries((JSON.parse(stdout) as { checks: Finding[] }).checks.map((finding) => [finding.name, finding]));

describe("keel doctor", () => {
  test("finds everything well, with an endpoint that answers", async () => {
    await using the = await scene([]);
    const ran = await the.inside(["doctor", "--json"], { env: { ANTHROPIC_API_KEY: "sk-very-secret" } });
    const checks = checksIn(ran.stdout);
    expect(checks["endpoint"]).toMatchObject({ state: "well", what: expect.stringContaining("key from ANTHROPIC_API_KEY") });
    expect(checks["bash"]).toMatchObject({ state: "well", what: expect.stringMatching(/^\/.*bash$/) });
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).not.toContain("sk-very-secret");
  });

  test("says what stands in the way, and what to do about it", async () => {
    await using home = await temporaryHome();
    await mkdir(join(home.path, ".keel", "var"), { recursive: true });
    await chmod(join(home.path, ".keel", "var"), 0o755);
    await writeFile(join(home.path, ".keel", "settings.json"), "{");
    const env = { PATH: "", ANTHROPIC_BASE_URL: "http://127.0.0.1:1" };
    const ran = await inside(["doctor", "--json"], { home: home.path, env });
    const checks = checksIn(ran.stdout);
    expect(ran.code).toBe(1);
    expect(checks["settings"]).toMatchObject({ state: "blocks", what: expect.stringContaining("settings.json") });
    expect(checks["endpoint"]).toMatchObject({
      state: "blocks",
      what: expect.stringContaining("can't be reached"),
      remedy: expect.any(String),
    });
    expect(checks["bash"]).toMatchObject({ state: "blocks", remedy: expect.stringContaining("bash") });
    expect(checks["rg"]).toMatchObject({ state: "well" });
    expect(checks["sessions"]).toMatchObject({ state: "note", remedy: `chmod 700 ${join(home.path, ".keel", "var")}` });
  });

  test("says when others may write what is allowed", async () => {
    await using home = await temporaryHome();
    const file = join(home.path, ".keel", "settings.json");
    await mkdir(join(home.path, ".keel"), { mode: 0o700 });
    await writeFile(file, "{}");
    await chmod(file, 0o666);
    const { stdout } = await inside(["doctor", "--json"], { home: home.path });
    expect(checksIn(stdout)["settings"]).toMatchObject({ state: "note", remedy: `chmod go-w ${file}` });
  });

  test("without a key or an endpoint there is nobody to ask", async () => {
    await using home = await temporaryHome();
    const ran = await inside(["doctor"], { home: home.path });
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/^✗ endpoint .*\n +→ .*ANTHROPIC_API_KEY/m);
  });
});

describe("keel tools", () => {
  test("names each tool with its plugin and its size, and the whole schema on demand", async () => {
    await using the = await scene([]);
    const ran = await the.inside(["tools"]);
    expect(ran).toMatchObject({ code: 0, stderr: "" });
    expect(ran.stdout).toMatch(/^Bash +code +\d+ bytes/m);
    const all = JSON.parse((await the.inside(["tools", "--json"])).stdout) as { name: string; inputSchema: { type: string } }[];
    expect(all.map(({ name, inputSchema }) => `${name}: ${inputSchema.type}`)).toContain("Read: object");
  });
});

describe("keel settings", () => {
  test("explain shows who sets a key, highest first; what a key might be isn't shown", async () => {
    await using the = await scene([]);
    await mkdir(join(the.home, ".keel"));
    await writeFile(join(the.home, ".keel", "settings.json"), '{"keel":{"maxTurns":20},"env":{"MY_TOKEN":"t-secret","LANG":"C"}}');
    const turns = await the.inside(["settings", "explain", "keel.maxTurns"]);
    expect(turns).toMatchObject({ code: 0, stderr: "" });
    expect(turns.stdout).toMatch(/^keel_user +20 .*settings\.json\nbuiltin +200\n$/);
    const env = await the.inside(["settings", "explain", "env"]);
    expect(env.stdout).toContain('"LANG":"C"');
    expect(env.stdout).not.toContain("t-secret");
    expect((await the.inside(["settings", "explain", "env.MY_TOKEN"])).stdout).not.toContain("t-secret");
    expect((await the.inside(["settings", "path"])).stdout).toMatch(/^keel_user +.*settings\.json\nYours go into/);
    expect((await the.inside(["settings", "explain", "nobody"])).stdout).toBe("Nobody sets nobody.\n");
  });

  test("schema is a JSON Schema", async () => {
    await using the = await scene([]);
    const schema = JSON.parse((await the.inside(["settings", "schema"])).stdout) as { type: string; properties: object };
    expect(schema.type).toBe("object");
    expect(Object.keys(schema.properties)).toEqual(expect.arrayContaining(["model", "permissions", "keel"]));
  });
});

describe("keel simulate", () => {
  test("plays a scenario until Ctrl-C, and tells of each request", async () => {
    await using the = await scene([]);
    await writeFile(join(the.cwd, "hello.json"), '{"keel-scenario":1,"replies":[{"blocks":[{"text":"Hello."}]}]}');
    await using server = await start(the, ["hello.json", "--verbose"]);
    const ran = await the.inside(["-p", "hi"], { env: { ANTHROPIC_BASE_URL: server.url } });
    expect(ran).toMatchObject({ code: 0, stdout: "Hello.\n" });
    await server.told("POST /v1/messages");
    expect(await server.stop()).toBe(0);
  });

  test("has a planner, and records what another endpoint says and plays it again", async () => {
    await using the = await scene([]);
    await using planner = await start(the, ["--planner"]);
    await using recorder = await start(the, ["--record", planner.url, "--out", "talk.jsonl"]);
    const first = await the.inside(["-p", "read note.txt"], { env: { ANTHROPIC_BASE_URL: recorder.url } });
    expect(first.code).toBe(0);
    expect(await recorder.stop()).toBe(0);
    expect(await readFile(join(the.cwd, "talk.jsonl"), "utf8")).toContain("keel-recording");
    await using again = await start(the, ["--replay", "talk.jsonl"]);
    expect(await the.inside(["-p", "read note.txt"], { env: { ANTHROPIC_BASE_URL: again.url } })).toMatchObject({
      code: 0,
      stdout: first.stdout,
    });
  });

  test("a scenario that can't be played is a mistake of the command line", async () => {
    await using the = await scene([]);
    const ran = await the.inside(["simulate", "missing.json"]);
    expect(ran).toMatchObject({ code: 2, stdout: "", stderr: expect.stringContaining("missing.json") });
    expect(oneLine(ran.stderr)).toBe(true);
  });
});

/** `keel simulate`, running. */
async function start(the: { readonly home: string; readonly cwd: string }, args: readonly string[]) {
  const child = spawn(process.execPath, [BIN, "simulate", ...args], { cwd: the.cwd, env: scrubbed({ home: the.home }) });
  const ended = new Promise<number | null>((resolve) => void child.on("close", resolve));
  const hear = (stream: NodeJS.ReadableStream, wanted: RegExp): Promise<string> =>
    new Promise((resolve) => {
      let heard = "";
      stream.on("data", (piece: Buffer) => {
        heard += String(piece);
        const found = wanted.exec(heard);
        if (found) resolve(found[0]);
      });
    });
  const lines = hear(child.stderr, /POST \/v1\/messages/);
  return {
    url: await hear(child.stdout, /^http:\/\/127\.0\.0\.1:\d+(?=\n)/),
    told: async (words: string): Promise<void> => expect(await lines).toContain(words),
    stop: async (): Promise<number | null> => {
      child.kill("SIGINT");
      return await ended;
    },
    [Symbol.asyncDispose]: async (): Promise<void> => {
      child.kill("SIGKILL");
      await ended;
    },
  };
}
