import { statSync, watch } from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ChildProcess } from "node:child_process";
import { expect, test } from "vitest";
import { messagesOf, oneLine, scene } from "../test/keel.ts";

const STALLED = { blocks: [{ text: "Let me think." }], stall: { afterBlock: 0 } };

test("SIGINT ends a running tool and its children, and the log gets its end", async () => {
  const command = "echo $$ > pid; sleep 600";
  await using the = await scene([{ blocks: [{ tool: "Bash", input: { command } }] }]);
  const during = (child: ChildProcess): void => {
    const watcher = watch(the.cwd, () => {
      if ((statSync(join(the.cwd, "pid"), { throwIfNoEntry: false })?.size ?? 0) === 0) return;
      watcher.close();
      child.kill("SIGINT");
    });
  };
  const ran = await the.keel(["-p", "wait", "--permission-mode", "bypassPermissions", "--output-format", "stream-json"], { during });
  expect(ran.code).toBe(130);
  expect(oneLine(ran.stderr)).toBe(true);
  expect(messagesOf(ran).at(-1)).toMatchObject({ type: "result", is_error: true, terminal_reason: "aborted_tools" });
  const shell = Number(await readFile(join(the.cwd, "pid"), "utf8"));
  expect(() => process.kill(shell, 0)).toThrow("ESRCH");
  expect(await lastLogged(the.home)).toMatchObject({ event: { type: "run.ended", reason: "aborted_tools" } });
});

test("SIGTERM ends a silent model with 143", async () => {
  let child: ChildProcess | undefined;
  await using the = await scene(() => {
    child?.kill("SIGTERM");
    return STALLED;
  });
  const ran = await the.keel(["-p", "hi", "--output-format", "json"], { during: (started) => (child = started) });
  expect(ran.code).toBe(143);
  expect(messagesOf(ran)).toMatchObject([{ type: "result", is_error: true, terminal_reason: "aborted_streaming" }]);
});

test("a second signal ends it at once", async () => {
  let child: ChildProcess | undefined;
  await using the = await scene(() => {
    child?.kill("SIGINT");
    child?.kill("SIGTERM");
    return STALLED;
  });
  const ran = await the.keel(["-p", "hi"], { during: (started) => (child = started) });
  expect([130, 143]).toContain(ran.code);
  expect(ran.stdout).toBe("");
});

async function lastLogged(home: string): Promise<unknown> {
  const sessions = join(home, ".keel", "var", "sessions");
  const segment =
    (await readdir(sessions, { recursive: true }))
      .filter((name) => name.endsWith(".jsonl"))
      .toSorted()
      .at(-1) ?? "";
  return JSON.parse((await readFile(join(sessions, segment), "utf8")).trim().split("\n").at(-1) ?? "");
}
