import { strict as assert } from "node:assert";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { temporaryHome } from "@keelson/testing";
import type { ProcessEnd, ProcessSpec, RunProcess } from "@keelson/protocol";
import { describe, test } from "vitest";
import { gone, oddSeconds, running, started } from "../../test/processes.ts";
import { openProcesses } from "./processes.ts";
import { startProcess } from "./start.ts";

const PATH = process.env["PATH"] ?? "";
const never = new AbortController().signal;
type Told = { stdout: string; stderr: string; report: string; end: ProcessEnd };

function bash(script: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { file: "bash", args: ["--noprofile", "--norc", "-c", script], cwd: "/", env: { PATH }, ...more };
}

function takenProcess(): RunProcess {
  const processes = openProcesses();
  return (spec, signal) => {
    processes.ready(spec);
    return processes.run({ ...spec, stdin: spec.stdin ?? "" }, signal);
  };
}

async function told(run: RunProcess, spec: ProcessSpec, signal = never): Promise<Told> {
  const said = { stdout: "", stderr: "", report: "" };
  const source = run(spec, signal);
  let step = await source.next();
  for (; !step.done; step = await source.next()) said[step.value.from] += Buffer.from(step.value.bytes).toString();
  return { ...said, end: step.value };
}

/** Reads until the word was printed; the process goes on. */
async function readUntil(source: ReturnType<RunProcess>, word: string): Promise<string> {
  let words = "";
  while (!words.includes(word)) {
    const step = await source.next();
    if (step.done) throw new Error(`It ended before it said ${word}: ${words}`);
    words += Buffer.from(step.value.bytes).toString();
  }
  return words;
}

/** A process that has waited behaves as one that starts for its call. */
describe.each([
  ["started for its call", () => startProcess],
  ["taken from where it waits", takenProcess],
])("%s", (_, open) => {
  const run = open();

  describe("a program that ends by itself", () => {
    test("is heard on stdout, stderr and descriptor 3, and its code is told", async () => {
      const { end, ...said } = await told(run, bash("echo out; echo err >&2; echo cwd >&3; exit 7"));
      assert.deepEqual(said, { stdout: "out\n", stderr: "err\n", report: "cwd\n" });
      assert.deepEqual(end, { code: 7, signal: null, timedOut: false });
    });

    test("tells the signal that ended it", async () => {
      assert.deepEqual((await told(run, bash("kill -9 $$"))).end, { code: null, signal: "SIGKILL", timedOut: false });
    });

    test("has the environment it was given and a mark of ours, nothing else", async () => {
      const { stdout } = await told(run, { file: "env", args: [], cwd: "/", env: { PATH, ONE: "1" } });
      const names = stdout
        .trim()
        .split("\n")
        .map((line) => line.split("=")[0]);
      assert.deepEqual(names.toSorted(), ["KEEL_PROCESS", "ONE", "PATH"]);
    });

    test("has a group and a session of its own, so that it can be ended and has no terminal to ask on", async () => {
      const { stdout } = await told(run, bash("cut -d ' ' -f 1,5,6 /proc/$$/stat"));
      const [pid, group, session] = stdout.trim().split(" ");
      assert.deepEqual([group, session], [pid, pid]);
    });

    test("reads what it is sent", async () => {
      assert.equal((await told(run, bash("cat", { stdin: "a\nb" }))).stdout, "a\nb");
    });

    test("is not read ahead of the reader, and nothing is lost for a slow one", async () => {
      await using home = await temporaryHome();
      const flag = join(home.path, "written");
      const source = run(bash(`head -c 20000000 /dev/zero; touch ${flag}`), never);
      let step = await source.next();
      await told(run, bash("sleep 0.3")); // time enough to write it all, if anybody took it
      await assert.rejects(access(flag));
      let bytes = 0;
      for (; !step.done; step = await source.next()) bytes += step.value.bytes.length;
      assert.equal(bytes, 20_000_000);
    });
  });

  describe("nothing outlives", () => {
    test("a timeout", async () => {
      const seconds = oddSeconds();
      const { end } = await told(run, bash(`sleep ${seconds} & sleep ${seconds}`, { timeoutMs: 200 }));
      assert.equal(end.timedOut, true);
      assert.deepEqual(running(seconds), []);
    });

    test.each([
      ["a plain one", 1, (s: string) => `echo ready; sleep ${s}`],
      ["one that ignores TERM", 1, (s: string) => `trap '' TERM; echo ready; sleep ${s}; sleep ${s}`],
      ["one with a child in a session of its own", 2, (s: string) => `setsid sleep ${s} & echo ready; sleep ${s}`],
      [
        "one with a daemon whose parent is gone",
        2,
        (s: string) => `(setsid sleep ${s} >/dev/null 2>&1 </dev/null &); echo ready; sleep ${s}`,
      ],
      ["one that has closed its pipes", 1, (s: string) => `echo ready; exec >&- 2>&- 3>&-; sleep ${s}`],
    ])("an abort: %s", async (_, count, script) => {
      const seconds = oddSeconds();
      const stop = new AbortController();
      const source = run(bash(script(seconds)), stop.signal);
      await readUntil(source, "ready");
      await started(seconds, count);
      stop.abort(new Error("enough"));
      await assert.rejects(async () => {
        while (!(await source.next()).done);
      }, /enough/);
      assert.deepEqual(running(seconds), []);
    });

    test("an abort that no reader waits for", async () => {
      const seconds = oddSeconds();
      const stop = new AbortController();
      const source = run(bash(`echo ready; sleep ${seconds}`), stop.signal);
      await readUntil(source, "ready");
      await started(seconds);
      stop.abort();
      await told(run, bash("sleep 0.3"));
      assert.deepEqual(running(seconds), []);
      await assert.rejects(source.next());
    });

    test("a reader that leaves", async () => {
      const seconds = oddSeconds();
      const source = run(bash(`setsid sleep ${seconds} & trap '' TERM; echo ready; sleep ${seconds}; yes`), never);
      await readUntil(source, "ready");
      await started(seconds, 2);
      await source.return({ code: null, signal: null, timedOut: false });
      assert.deepEqual(running(seconds), []);
    });
  });

  test("an abort before the start rejects, and nothing starts", async () => {
    await assert.rejects(told(run, bash("echo never"), AbortSignal.abort(new Error("too late"))), /too late/);
  });
});

describe("a program that starts for its call", () => {
  test("may leave what it is sent unread", async () => {
    assert.equal((await told(startProcess, bash("exit 0", { stdin: "x".repeat(2_000_000) }))).end.code, 0);
  });

  test("has no stdin to wait for otherwise", async () => {
    assert.equal((await told(startProcess, bash("cat; echo over"))).stdout, "over\n");
  });

  test("leaves a background child alone, and isn't held by it", async () => {
    const seconds = oddSeconds();
    const { stdout, end } = await told(startProcess, bash(`sleep ${seconds} & echo started`));
    assert.deepEqual([stdout, end.code], ["started\n", 0]);
    await started(seconds);
    for (const sleeper of running(seconds)) process.kill(sleeper);
  });

  test("isn't held by a background child that talks without end, however slow the reader", async () => {
    assert.equal((await told(startProcess, bash("yes & exit 0"))).end.code, 0);
    const source = startProcess(bash("yes & exit 0"), never);
    let bytes = 0;
    let step = await source.next();
    for (; !step.done; step = await source.next()) {
      bytes += step.value.bytes.length;
      await sleep(1); // meanwhile the pipe is full again
    }
    assert.equal(step.value.code, 0);
    assert.ok(bytes < 10_000_000, `${bytes} bytes`);
  });
});

describe("a program that can't be started", () => {
  test.each([
    ["there is no such program", { file: "keel-no-such-program" }, /no program "keel-no-such-program"/],
    ["its folder doesn't exist", { cwd: "/keel/no/such/folder" }, /folder \/keel\/no\/such\/folder doesn't exist/],
    ["its folder is a file", { cwd: "/etc/passwd" }, /is a file, not a folder/],
    ["it may not be run", { file: "/etc/passwd" }, /may not be run/],
    ["an argument is too long for the system", { args: ["-c", "x".repeat(200_000)] }, /too long/],
    ["an argument holds a NUL byte", { args: ["a\0b"] }, /could not be started/],
  ])("says that %s", async (_, more, words) => {
    const { end } = await told(startProcess, bash("true", more));
    assert.equal(end.code, null);
    assert.match(end.failed ?? "", words);
  });
});

describe("a program that starts others in its turn", () => {
  test("may end while a background child goes on", async () => {
    const seconds = oddSeconds();
    const program = `
      import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "start.ts"))};
      for await (const _ of startProcess(${JSON.stringify(bash(`sleep ${seconds} & echo`))}, new AbortController().signal));
      process.on("beforeExit", () => console.log("nothing keeps me"));`;
    const { stdout } = await told(startProcess, {
      file: process.execPath,
      args: ["--input-type=module", "-e", program],
      cwd: "/",
      env: { PATH },
      timeoutMs: 10_000,
    });
    assert.equal(stdout, "nothing keeps me\n");
    for (const sleeper of running(seconds)) process.kill(sleeper);
  });

  test("takes along what still runs when it leaves in a hurry", async () => {
    const seconds = oddSeconds();
    const program = `
      import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "start.ts"))};
      const spec = ${JSON.stringify(bash(`sleep ${seconds} & sleep 0.1; echo ready; wait`))};
      await startProcess(spec, new AbortController().signal).next();
      process.exit(3);`;
    const { end } = await told(startProcess, {
      file: process.execPath,
      args: ["--input-type=module", "-e", program],
      cwd: "/",
      env: { PATH },
    });
    assert.equal(end.code, 3);
    await gone(seconds); // the test's own limit ends the wait for one that stays
  });

  test("ends with all that it had started", async () => {
    const seconds = oddSeconds();
    const program = `
      import { startProcess } from ${JSON.stringify(join(import.meta.dirname, "start.ts"))};
      const spec = { ...${JSON.stringify(bash(`echo ready; sleep ${seconds}`))}, env: process.env };
      for await (const _ of startProcess(spec, new AbortController().signal)) console.log("inner");`;
    const stop = new AbortController();
    const source = startProcess(
      { file: process.execPath, args: ["--input-type=module", "-e", program], cwd: "/", env: { PATH } },
      stop.signal,
    );
    await readUntil(source, "inner");
    await started(seconds);
    stop.abort();
    await assert.rejects(source.next());
    assert.deepEqual(running(seconds), []);
  });
});
