import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openStore } from "@keelson/persistence";
import { fold, openCalls, refusal, text, viewOf } from "@keelson/protocol";
import { simulate } from "@keelson/simulator";
import { realClock, temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { openSession } from "./open.ts";

const ROUNDS = 50;
const AT_ONCE = 4;
const CODE = fileURLToPath(new URL("../../../plugins/code", import.meta.url));
const DRIVE = fileURLToPath(new URL("../test/drive.mjs", import.meta.url));

test(`killed ${ROUNDS} times in the middle of a tool: nothing acknowledged is lost, nothing runs twice, and the session goes on`, async () => {
  const rounds = Array.from({ length: ROUNDS }, (_, at) => at);
  const killedIn: Record<string, number> = {};
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let at = rounds.shift(); at !== undefined; at = rounds.shift()) {
        const state = await round(at);
        killedIn[state] = (killedIn[state] ?? 0) + 1;
      }
    }),
  );
  assert.ok((killedIn["started"] ?? 0) > ROUNDS / 2, `too few were killed inside the tool: ${JSON.stringify(killedIn)}`);
}, 240_000);

/** Kills a session after its second call has begun, takes its log up, and lets it come to its end. */
async function round(at: number): Promise<string> {
  await using home = await temporaryHome();
  const cwd = join(home.path, "project");
  await mkdir(cwd);
  const bash = (command: string) => ({ tool: "Bash", input: { command } });
  await using server = await simulate({
    replies: [
      { blocks: [bash("echo first >> ran.txt")] },
      { blocks: [{ text: "and now" }, bash("echo second >> ran.txt; sleep 1"), bash("echo third >> ran.txt")] },
      { blocks: [{ text: "done" }] },
    ],
    after: "repeat_last", // on a busy machine the one that is killed may have come so far
  });
  const acknowledged = await driveAndKill([cwd, home.path, server.url, CODE], at % 25);

  const store = openStore({ root: join(home.path, ".keel", "var"), now: Date.now });
  const [summary] = await store.list({ tenant: "local", cwd, limit: 1 });
  assert.ok(summary);
  const log = await Array.fromAsync(store.read(summary.ref, 0));
  assert.ok(log.length >= acknowledged, `${acknowledged} were acknowledged, ${log.length} are there`);
  assert.deepEqual(
    log.map(({ seq }) => seq),
    log.map((_, index) => index + 1),
  );
  assert.equal(refusal(fold(log)), undefined);
  const [open] = openCalls(viewOf(log));

  const opening = await openSession({
    place: { cwd, home: home.path, keelHome: join(home.path, ".keel"), env: { PATH: process.env["PATH"] }, platform: process.platform },
    flags: { baseUrl: server.url, permissionMode: "bypassPermissions", resume: "latest" },
    plugins: [CODE],
    clock: realClock,
    wall: Date.now,
    version: "test",
  });
  assert.ok(opening.ok, opening.ok ? "" : opening.refusal.text);
  await using session = opening.session;
  const envelopes = await Array.fromAsync(session.run([text("go on")], new AbortController().signal));
  assert.deepEqual(
    envelopes.flatMap(({ event }) => (event.type === "run.ended" ? [event.reason] : [])),
    ["completed"],
  );
  const ran = (await readFile(join(cwd, "ran.txt"), "utf8")).trim().split("\n");
  assert.equal(new Set(ran).size, ran.length, `something ran twice: ${ran.join()}`);
  assert.equal(ran[0], "first");
  return open?.started === undefined ? "judged" : "started";
}

/** Kills with signal 9, some ms after the second effect was allowed; how many events had been acknowledged until then. */
async function driveAndKill(args: readonly string[], laterMs: number): Promise<number> {
  const child = spawn(process.execPath, [DRIVE, ...args], { stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((done) => child.once("exit", () => done()));
  let acknowledged = 0;
  let effects = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged = Number(line.split(" ")[0]);
    if (line.endsWith(" call.started") && ++effects === 2) setTimeout(() => child.kill("SIGKILL"), laterMs);
  }
  await ended;
  return acknowledged;
}
