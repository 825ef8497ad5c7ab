import { cp, mkdir } from "node:fs/promises";
import { spawn } from "node:child_process";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { expect, test } from "vitest";
import about from "../package.json" with { type: "json" };
import { keel } from "../test/keel.ts";

test("the version is told before anything is loaded, and where nothing is built", async () => {
  await using home = await temporaryHome();
  const bin = await unbuilt(home.path);
  expect(await run(bin, "--version")).toEqual({ code: 0, said: `${about.version}\n` });
  expect(await run(bin, "-v")).toEqual({ code: 0, said: `${about.version}\n` });
});

test("what isn't built yet says how it is", async () => {
  await using home = await temporaryHome();
  expect(await run(await unbuilt(home.path), "-p", "x")).toEqual({ code: 1, said: expect.stringMatching(/^[^\n]*npm run build[^\n]*\n$/) });
});

test("help goes to stdout, and is no mistake", async () => {
  await using home = await temporaryHome();
  expect(await keel(["--help"], { home: home.path })).toMatchObject({
    code: 0,
    stderr: "",
    stdout: expect.stringContaining("Usage: keel"),
  });
});

/** The command as it is checked out, without its dist. */
async function unbuilt(home: string): Promise<string> {
  await mkdir(join(home, "bin"));
  for (const file of ["bin/keel.js", "package.json"]) await cp(fileURLToPath(new URL(`../${file}`, import.meta.url)), join(home, file));
  return join(home, "bin", "keel.js");
}

async function run(bin: string, ...args: readonly string[]): Promise<{ readonly code: number | null; readonly said: string }> {
  const child = spawn(process.execPath, [bin, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise<number | null>((resolve) => void child.on("close", resolve));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  return { code, said: out + err };
}
