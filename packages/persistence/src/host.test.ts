import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { setImmediate as breathe } from "node:timers/promises";
import { test } from "vitest";
import { nodeHost, type Facts, type ProcessMark } from "./host.ts";

const now = (): number => 1_700_000_000_000;

/** A child that lives until its input ends, and what marks it. */
async function child(command = "echo $$; read x") {
  const process = spawn("bash", ["-c", command], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = new Promise((done) => process.once("exit", done));
  const pid = Number(String((await process.stdout[Symbol.asyncIterator]().next()).value));
  const mark: ProcessMark = {
    ...nodeHost(now).self,
    pid,
    started: readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ")[19] ?? "",
  };
  return {
    mark,
    end: async () => {
      process.stdin.end();
      await gone;
    },
  };
}

test("a process lives by its pid, its start and the machine's boot, all three", async () => {
  const { self, lives } = nodeHost(now);
  assert.ok(lives(self));
  assert.ok(!lives({ ...self, started: "1" }));
  const { mark, end } = await child();
  assert.ok(lives(mark));
  assert.ok(!lives({ ...mark, started: "1" }));
  assert.ok(!lives({ ...mark, boot: "another" }));
  await end();
  assert.ok(!lives(mark));
});

test("a process that is dead and not yet collected doesn't live", async () => {
  // what the pid comes from has replaced the shell by then, so nobody collects the child
  const { mark, end } = await child("sleep 1000 & pid=$!; exec cat <(echo $pid) -");
  process.kill(mark.pid, "SIGKILL");
  const { lives } = nodeHost(now);
  while (lives(mark)) await breathe();
  assert.match(readFileSync(`/proc/${mark.pid}/stat`, "utf8"), /\) Z /);
  await end();
});

test("without /proc the time of the boot stands for its id, and the pid alone for another process", () => {
  const facts = (uptime: number, alive: readonly number[]): Facts => ({
    text: () => undefined,
    uptimeSeconds: () => uptime,
    signal: (pid) => alive.includes(pid),
  });
  const before = nodeHost(now, facts(1_000, [])).self;
  const { self, lives } = nodeHost(now, facts(1_003, [7]));
  assert.ok(lives(self));
  assert.ok(!lives({ ...before, started: "at 0" }));
  assert.ok(lives({ ...before, pid: 7 }), "a clock that was set by seconds is the same boot");
  assert.ok(!lives({ ...before, pid: 8 }));
  assert.ok(!nodeHost(now, facts(60, [7])).lives({ ...before, pid: 7 }), "a later boot");
});

test("where /proc hides other users' processes, one that can be signalled lives", () => {
  const { lives, self } = nodeHost(now, {
    text: (path) => (path.endsWith("boot_id") ? "b\n" : undefined),
    uptimeSeconds: () => 1,
    signal: (pid) => pid === 7,
  });
  assert.equal(self.boot, "b");
  assert.ok(lives({ ...self, pid: 7, started: "1" }));
  assert.ok(!lives({ ...self, pid: 8, started: "1" }));
});

test("a process of a terminal names it", () => {
  const stat = (device: number): string => `7 (a) b) S 1 7 7 ${device} 7 0 0 0 0 0 0 0 0 0 0 20 0 1 0 99 0`;
  const named = (device: number) =>
    nodeHost(now, {
      text: (path) => (path === "/proc/7/stat" ? stat(device) : undefined),
      uptimeSeconds: () => 1,
      signal: () => true,
    }).standing(7).terminal;
  assert.deepEqual([34819, 34816 + 256, 1025, 0].map(named), ["pts/3", "pts/256", "tty1", undefined]);
});
