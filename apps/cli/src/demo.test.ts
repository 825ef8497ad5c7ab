import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import { keel } from "../test/keel.ts";

test("the demo mends its project with real tools, and leaves the user's own files alone", async () => {
  await using home = await temporaryHome();
  const ran = await keel(["demo"], { home: home.path });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(ran.stdout).toContain("simulated model, real tools");
  expect(ran.stdout).toContain("Bash(node --test)");
  expect(ran.stdout).toMatch(/9999 !== 10000/);
  expect(ran.stdout).toMatch(/^ +-.*Array\.from/m);
  expect(ran.stdout).toContain("Checked: src/split.js changed");
  const [folder] = await readdir(home.path);
  expect(await readdir(home.path)).toEqual([folder]);
  const mended = await readFile(join(home.path, folder ?? "", "bill-split", "src", "split.js"), "utf8");
  expect(mended).toContain("total - share * people");
});

test("without arguments and without a terminal the demo runs; a key in the environment isn't used", async () => {
  await using home = await temporaryHome();
  const ran = await keel([], {
    home: home.path,
    env: { ANTHROPIC_API_KEY: "sk-secret", ANTHROPIC_BASE_URL: "http://127.0.0.1:1", KEEL_HOME: join(home.path, "mine") },
  });
  expect(ran).toMatchObject({ code: 0, stderr: "" });
  expect(await readdir(home.path)).toHaveLength(1);
});

test("without arguments, what is piped in is the prompt", async () => {
  await using home = await temporaryHome();
  const ran = await keel([], { home: home.path, stdin: "do something" });
  expect(ran.stdout).toBe("");
  expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining("ANTHROPIC_API_KEY") });
});

test("a demo that can't be set up says why", async () => {
  await using home = await temporaryHome();
  const ran = await keel(["demo"], { home: home.path, env: { TMPDIR: join(home.path, "missing") } });
  expect(ran).toMatchObject({ code: 1, stdout: "" });
  expect(ran.stderr.trim().split("\n")).toHaveLength(1);
});
