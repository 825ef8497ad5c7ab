import { strict as assert } from "node:assert";
import { mkdir, rename } from "node:fs/promises";
import { join } from "node:path";
import { temporaryHome } from "@keelson/testing";
import type { ProcessEnd, ProcessSpec, RunProcess } from "@keelson/protocol";
import { describe, test } from "vitest";
import { gone, oddSeconds, running, started } from "../../test/processes.ts";
import { openProcesses } from "./processes.ts";
import { createSpare } from "./spare.ts";
import { startProcess } from "./start.ts";

const PATH = process.env["PATH"] ?? "";
const never = new AbortController().signal;

/** A shell that tells who it is and what it reads. `name`: by which it is found among all that run. */
function reader(name: string, more: Partial<ProcessSpec> = {}): ProcessSpec {
  return { file: "bash", args: ["--norc", "-c", 'read -r word; echo "$$ $word $PWD"', name], cwd: "/", env: { PATH }, ...more };
}

async function told(run: RunProcess, spec: ProcessSpec): Promise<{ readonly words: string; readonly end: ProcessEnd }> {
  let words = "";
  const source = run(spec, never);
  let step = await source.next();
  for (; !step.done; step = await source.next()) words += Buffer.from(step.value.bytes).toString();
  return { words: words.trim(), end: step.value };
}

describe("a process that waits", () => {
  test("is taken by the run of the same spec, once", async () => {
    await using processes = openProcesses();
    const name = oddSeconds();
    processes.ready(reader(name));
    processes.ready(reader(name)); // one is enough
    await started(name);
    assert.equal(running(name).length, 1);
    const [waiting] = running(name);
    assert.equal((await told(processes.run, { ...reader(name), stdin: "one\n" })).words, `${waiting} one /`);
    const { words } = await told(processes.run, { ...reader(name), stdin: "two\n" });
    assert.match(words, /^\d+ two \/$/);
    assert.notEqual(words, `${waiting} two /`);
  });

  test.each<[string, Partial<ProcessSpec>]>([
    ["another folder", { cwd: "/tmp" }],
    ["another environment", { env: { PATH, MORE: "1" } }],
    ["another program", { file: "/bin/bash" }],
    ["no stdin", {}],
  ])("isn't taken by a run with %s", async (_, more) => {
    await using processes = openProcesses();
    const name = oddSeconds();
    processes.ready(reader(name));
    await started(name);
    const [waiting] = running(name);
    const stdin = Object.keys(more).length === 0 ? {} : { stdin: "one\n" };
    const { words } = await told(processes.run, { ...reader(name, more), ...stdin });
    assert.match(words, /^\d+ /);
    assert.ok(!words.startsWith(`${waiting} `));
    assert.deepEqual(running(name), [waiting]);
  });

  test("isn't taken when another folder has come to stand at its path", async () => {
    await using home = await temporaryHome();
    await using processes = openProcesses();
    const cwd = join(home.path, "folder");
    await mkdir(cwd);
    const spec = reader(oddSeconds(), { cwd });
    processes.ready(spec);
    await rename(cwd, join(home.path, "old"));
    await mkdir(cwd);
    const { words } = await told(processes.run, { ...spec, stdin: "one\n" });
    assert.ok(words.endsWith(` one ${cwd}`), words);
  });

  test("makes room for one that waits for something else", async () => {
    await using processes = openProcesses();
    const [one, other] = [oddSeconds(), oddSeconds()];
    processes.ready(reader(one));
    await started(one);
    processes.ready(reader(other));
    await started(other);
    await gone(one);
  });

  test("may have died: then the run starts its own", async () => {
    await using processes = openProcesses();
    const name = oddSeconds();
    processes.ready(reader(name));
    await started(name);
    for (const waiting of running(name)) process.kill(waiting, "SIGKILL");
    await gone(name);
    const { words, end } = await told(processes.run, { ...reader(name), stdin: "one\n" });
    assert.match(words, /^\d+ one/);
    assert.equal(end.code, 0);
  });

  test("that can't be started is nobody's trouble but the run's", async () => {
    await using processes = openProcesses();
    const spec = reader("x", { file: "keel-no-such-program" });
    processes.ready(spec);
    processes.ready(reader("x", { cwd: "/keel/no/such/folder" }));
    assert.match((await told(processes.run, { ...spec, stdin: "" })).end.failed ?? "", /no program/);
  });

  test.each(["BASH_ENV", "TMOUT"])("isn't started where %s would act ahead of the command", async (variable) => {
    await using processes = openProcesses();
    const [name, other] = [oddSeconds(), oddSeconds()];
    processes.ready(reader(name, { env: { PATH, [variable]: "1" } }));
    processes.ready(reader(other));
    await started(other);
    assert.deepEqual(running(name), []);
  });

  test("doesn't wait for ever", async () => {
    const spare = createSpare(50);
    const name = oddSeconds();
    spare.ready(reader(name));
    await started(name);
    await gone(name);
    assert.equal(await spare.take({ ...reader(name), stdin: "" }), undefined);
  });

  test("ends with the session, and none is started after it", async () => {
    const processes = openProcesses();
    const name = oddSeconds();
    processes.ready(reader(name));
    await started(name);
    await processes[Symbol.asyncDispose]();
    assert.deepEqual(running(name), []);
    processes.ready(reader(name));
    assert.deepEqual(running(name), []);
  });
});

/** A program that makes a process ready, says so, and does something then. */
async function* program(name: string, then: string): AsyncGenerator<string, ProcessEnd> {
  const source = `
    import { openProcesses } from ${JSON.stringify(join(import.meta.dirname, "processes.ts"))};
    openProcesses().ready(${JSON.stringify(reader(name))});
    ${then}`;
  const spec = { file: process.execPath, args: ["--input-type=module", "-e", source], cwd: "/", env: { PATH }, timeoutMs: 20_000 };
  const run = startProcess(spec, never);
  let step = await run.next();
  for (; !step.done; step = await run.next()) yield Buffer.from(step.value.bytes).toString();
  return step.value;
}

describe("whoever keeps a process waiting", () => {
  test("may end nevertheless, and it ends too", async () => {
    const name = oddSeconds();
    const run = program(name, "");
    let step = await run.next();
    while (!step.done) step = await run.next();
    assert.deepEqual([step.value.code, step.value.timedOut], [0, false]);
    await gone(name);
  });

  test("may be killed, and it ends too", async () => {
    const name = oddSeconds();
    const run = program(name, 'console.log("ready " + process.pid); setInterval(() => {}, 1000);');
    const [, pid] = String((await run.next()).value).split(" ");
    await started(name);
    process.kill(Number(pid), "SIGKILL");
    await run.next();
    await gone(name);
  });
});
