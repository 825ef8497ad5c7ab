import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdir, readdir, watch } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@keelson/persistence";
import { simulate } from "@keelson/simulator";
import { realClock, temporaryHome } from "@keelson/testing";
import { leftBy } from "@keelson/tools";
import { text } from "@keelson/protocol";
import { test } from "vitest";
import { messagesIn } from "../test/world.ts";
import type { Session } from "./house.ts";
import { openSession } from "./open.ts";

const DRIVE = fileURLToPath(new URL("../test/drive.mjs", import.meta.url));
const CODE = fileURLToPath(new URL("../../../plugins/code", import.meta.url));

test("what a killed command had printed is told when the session or a fork of it goes on, and the old prompt is the beginning of the new one", async () => {
  await using home = await temporaryHome();
  const cwd = join(home.path, "project");
  const outputs = join(home.path, ".keel", "var", "outputs");
  await mkdir(cwd);
  await mkdir(outputs, { recursive: true });
  const command = "echo BEFORE THE KILL; exec sleep 20";
  await using server = await simulate({
    replies: [
      { blocks: [{ tool: "Bash", input: { command: "true" } }] },
      { blocks: [{ text: "I try." }, { tool: "Bash", input: { command } }] },
      { blocks: [{ text: "I see." }] },
    ],
  });
  const child = spawn(process.execPath, [DRIVE, cwd, home.path, server.url, CODE], { stdio: ["ignore", "ignore", "inherit"] });
  await untilKept(outputs);
  child.kill("SIGKILL");
  await once(child, "exit");

  const store = openStore({ root: join(home.path, ".keel", "var"), now: Date.now });
  const [summary] = await store.list({ tenant: "local", cwd });
  assert.ok(summary);
  const reopen = async (fork: boolean): Promise<Session> => {
    const opening = await openSession({
      place: { cwd, home: home.path, keelHome: join(home.path, ".keel"), env: { PATH: process.env["PATH"] }, platform: process.platform },
      flags: { baseUrl: server.url, permissionMode: "bypassPermissions", resume: { id: summary.ref.session }, fork },
      plugins: [CODE],
      clock: realClock,
      wall: Date.now,
      version: "test",
    });
    assert.ok(opening.ok);
    return opening.session;
  };
  const fork = await reopen(true);
  for await (const { event } of fork.run([], new AbortController().signal)) {
    if (event.type !== "call.completed") continue;
    assert.match(JSON.stringify(event.result), /outcome unknown.*It had printed:\\nBEFORE THE KILL/);
    break; // who plays the model takes a fork for another conversation
  }
  await fork[Symbol.asyncDispose]();
  await using session = await reopen(false);
  for await (const _ of session.run([text("go on")], new AbortController().signal));
  const [before = [], after = []] = [messagesIn(server, 1), messagesIn(server, 2)].map((messages) =>
    messages.map((message) => JSON.stringify(message)),
  );
  assert.deepEqual(after.slice(0, before.length), before);
  assert.match(after.slice(before.length).join("\n"), /I try\.[\s\S]*outcome unknown[\s\S]*It had printed:\\nBEFORE THE KILL/);
});

/** Until something of a running command stands on disk. */
async function untilKept(outputs: string): Promise<void> {
  const seen = new AbortController();
  for await (const _ of watch(outputs, { recursive: true, signal: seen.signal })) {
    const sessions = await Array.fromAsync(watchedIn(outputs));
    if (sessions.length > 0) break;
  }
}

async function* watchedIn(outputs: string): AsyncGenerator<string> {
  for (const session of await readdir(outputs))
    for (const name of await readdir(join(outputs, session))) {
      const left = await leftBy(join(outputs, session), name.replace(/-[^-]*$/, ""));
      if (left?.includes("BEFORE")) yield left;
    }
}
