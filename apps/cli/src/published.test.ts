import { readdir, readFile, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { simulate } from "@keelson/simulator";
import { temporaryHome } from "@keelson/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import about from "../package.json" with { type: "json" };
import { loadedBy, nodeOf, publish, start, type Published } from "../test/published.ts";

let published: Published;
beforeAll(async () => {
  published = await publish();
});
afterAll(() => published[Symbol.asyncDispose]());

test("the package is whole by itself: ripgrep is all that is installed beside it", async () => {
  const manifest: unknown = JSON.parse(await readFile(join(published.folder, "package.json"), "utf8"));
  expect(manifest).toMatchObject({
    name: "keelson",
    bin: { keel: "bin/keel.js" },
    dependencies: { "@vscode/ripgrep": expect.any(String) },
  });
  expect(Object.keys((manifest as { dependencies: object }).dependencies)).toHaveLength(1);
  const files = await readdir(published.folder, { recursive: true });
  expect(files.filter((name) => name.includes("node_modules"))).toEqual([]);
});

test("the plugins that come along are there whole", async () => {
  const parts = [
    "code/commands/review.md",
    "code/system.md",
    "author/skills",
    "guard/hooks/hooks.json",
    "tasks/.claude-plugin",
    "web/.claude-plugin",
  ];
  for (const part of parts) await expect(stat(join(published.folder, "plugins", part))).resolves.toBeDefined();
});

test("the file that every start reads stays small: what a plain run doesn't call is loaded late (scripts/package/late.mjs, or import())", async () => {
  const { size } = await stat(join(published.folder, "dist", "start.cjs"));
  expect(Math.round(size / 1024)).toBeLessThan(700); // KB; each 100 cost a start 1 ms
});

test("what only a skill, an agent or a session without a disk needs isn't in that file", async () => {
  const read = async (name: string): Promise<string> => await readFile(join(published.folder, "dist", name), "utf8");
  const names = (await readdir(join(published.folder, "dist"))).filter((name) => name.endsWith(".js"));
  const chunks = (await Promise.all(names.map(read))).join("\n");
  const begin = await read("start.cjs");
  for (const words of ["shell command execution disabled by policy", "The agent ended early", "Fork it there or before"]) {
    expect(chunks).toContain(words); // it is looked for by what it says today
    expect(begin).not.toContain(words);
  }
});

test("a plain run starts no process and loads no fetch", async () => {
  await using home = await temporaryHome();
  await using model = await simulate({ replies: [{ blocks: [{ text: "Hello." }] }] });
  const loaded = await loadedBy([published.bin, "-p", "hi", "--base-url", model.url], home.path);
  expect(model.requests).toHaveLength(1);
  expect(loaded).toContain("http"); // the probe sees what is loaded
  for (const name of ["child_process", "internal/deps/undici/undici", "worker_threads", "readline", "perf_hooks"])
    expect(loaded).not.toContain(name);
});

test.each([
  ["cut", (code: Buffer) => code.subarray(0, code.length / 2)],
  ["changed", (code: Buffer) => code.fill(0, 100, 4_000)],
  ["empty", () => Buffer.alloc(0)],
])("kept code that was %s isn't run, and is kept anew", async (_, spoil) => {
  await using home = await temporaryHome();
  await using model = await simulate({ replies: [{ blocks: [{ text: "Hello." }] }, { blocks: [{ text: "Hello again." }] }] });
  const ask = () => start(process.execPath, [published.bin, "-p", "hi", "--base-url", model.url], home.path);
  await ask();
  const [kept = ""] = await keptIn(home.path);
  const whole = await readFile(kept);
  await writeFile(kept, spoil(Buffer.from(whole)));
  expect(await ask()).toEqual({ code: 0, stdout: "Hello again.\n", stderr: "" });
  expect((await readFile(kept)).length).toBeGreaterThan(whole.length / 2);
});

test("what a run of several turns keeps is taken by the next one as it is", async () => {
  await using home = await temporaryHome();
  const look = { blocks: [{ tool: "Bash", input: { command: "true" } }] };
  await using model = await simulate({ replies: [look, look, look, { blocks: [{ text: "Done." }] }] });
  const ask = (url: string) =>
    start(process.execPath, [published.bin, "-p", "go", "--permission-mode", "bypassPermissions", "--base-url", url], home.path);
  expect(await ask(model.url)).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  const before = await keptAt(home.path);
  expect(before.length).toBeGreaterThan(1);
  await using again = await simulate({ replies: [look, look, look, { blocks: [{ text: "Done." }] }] });
  expect(await ask(again.url)).toEqual({ code: 0, stdout: "Done.\n", stderr: "" });
  expect(await keptAt(home.path)).toEqual(before);
});

const OTHERS = await Promise.all([22].map(async (major) => ({ name: `Node ${major}`, ...(await nodeOf(major)) })));
const NODES = [{ name: `Node ${process.versions.node}`, path: process.execPath }, ...OTHERS.filter((other) => "path" in other)];
for (const { name, missing } of OTHERS.filter((other) => "missing" in other)) {
  console.warn(`The published command isn't tried on ${name}: ${missing}.`);
  test(`on ${name} is skipped: ${missing}`, () => {});
}

describe.each(NODES)("on $name", ({ path: node }) => {
  const keel = (home: string, ...words: readonly string[]) => start(node, [published.bin, ...words], home);

  test("the version is told", async () => {
    await using home = await temporaryHome();
    expect(await keel(home.path, "--version")).toEqual({ code: 0, stdout: `${about.version}\n`, stderr: "" });
    expect(await readdir(home.path)).toEqual([]);
  });

  test("it answers, the first time and when its code was kept", async () => {
    await using home = await temporaryHome();
    await using model = await simulate({ replies: [{ blocks: [{ text: "Hello." }] }, { blocks: [{ text: "Hello again." }] }] });
    const ask = () => keel(home.path, "-p", "hi", "--base-url", model.url);
    expect(await ask()).toEqual({ code: 0, stdout: "Hello.\n", stderr: "" });
    expect(await keptIn(home.path)).toHaveLength(1);
    expect(await ask()).toEqual({ code: 0, stdout: "Hello again.\n", stderr: "" });
    expect(await keptIn(home.path)).toHaveLength(1);
  });

  test("the demo reads, searches, edits and runs", async () => {
    await using home = await temporaryHome();
    const { code, stdout, stderr } = await keel(home.path, "demo");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("✔ Checked: src/split.js changed, and the last test run passed.");
    expect(stdout).not.toContain("ripgrep is missing");
  });

  test("every part can be loaded", async () => {
    await using home = await temporaryHome();
    const script = `import { readdirSync } from "node:fs";
      for (const file of readdirSync(${JSON.stringify(join(published.folder, "dist"))})) await import(${JSON.stringify(`${published.folder}/dist/`)} + file);`;
    expect(await start(node, ["--input-type=module", "-e", script], home.path)).toEqual({ code: 0, stdout: "", stderr: "" });
  });

  for (const command of ["doctor", "tools", "settings schema", "settings path", "--help"])
    test(`keel ${command}`, async () => {
      await using home = await temporaryHome();
      const { code, stdout, stderr } = await keel(home.path, ...command.split(" "));
      expect({ code, stderr }).toEqual({ code: command === "doctor" ? 1 : 0, stderr: "" }); // no key is set here, and doctor says so
      expect(stdout.length).toBeGreaterThan(50);
    });
});

/** Each file of compiled code, and when it was written. */
async function keptAt(home: string): Promise<readonly (readonly [string, number])[]> {
  const folder = join(home, ".keel/var/cache/compiled");
  const files = (await readdir(folder, { recursive: true })).map((name) => join(folder, name));
  const facts = await Promise.all(files.map(async (file) => [file, await stat(file)] as const));
  return facts.filter(([, is]) => is.isFile()).map(([file, { mtimeMs }]) => [file, mtimeMs]);
}

async function keptIn(home: string): Promise<readonly string[]> {
  const folder = join(home, ".keel/var/cache/compiled");
  const files = await readdir(folder, { recursive: true });
  return files.filter((name) => /[\\/]start-[0-9a-f]{16}$/.test(name)).map((name) => join(folder, name));
}
