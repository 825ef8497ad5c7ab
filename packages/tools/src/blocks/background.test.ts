import { strict as assert } from "node:assert";
import { mkdir, readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { JsonObject } from "@keelson/protocol";
import { describe, test } from "vitest";
import { gone, oddSeconds, running, started } from "../../test/processes.ts";
import { dataOf, openWorld, type Answer, type World } from "../../test/world.ts";
import { startProcess } from "../process/start.ts";

async function begin(world: World, command: string, more: JsonObject = {}): Promise<{ readonly id: string; readonly file: string }> {
  const { text } = await world.call("Bash", { command, run_in_background: true, ...more });
  const [, id = "", file = ""] = /^Started in the background as (bash_\w+)\. What it prints goes to (\S+)\.$/.exec(text) ?? [];
  assert.notEqual(id, "", text);
  return { id, file };
}

const look = (world: World, id: string, more: JsonObject = {}): Promise<Answer> => world.call("BashOutput", { bash_id: id, ...more });

/** Looks until the answer has it, and gives all answers in one. */
async function lookUntil(world: World, id: string, wanted: RegExp, more: JsonObject = {}): Promise<string> {
  for (let all = ""; ;) {
    all += `${(await look(world, id, more)).text}\n`;
    await sleep(1); // a look alone gives nobody else a turn
    if (wanted.test(all)) return all.replaceAll("(nothing new)\n", "").replaceAll("[still running]\n", "");
  }
}

describe("a command in the background", () => {
  test("returns at once, is looked at piece by piece, and tells how it ended", async () => {
    await using world = await openWorld();
    const { id, file } = await begin(world, "echo one; until test -e go; do sleep 0.01; done; echo two; echo three >&2; exit 4");
    assert.equal(await lookUntil(world, id, /one/), "one\n");
    assert.deepEqual((await look(world, id)).text, "(nothing new)\n[still running]");
    await world.put("go", "");
    assert.equal(await lookUntil(world, id, /exit/), "two\nthree\n[exit code 4]\n");
    const after = await look(world, id);
    assert.deepEqual([after.text, after.isError], ["(nothing new)\n[exit code 4]", false]);
    assert.equal(await readFile(file, "utf8"), "one\ntwo\nthree\n");
  });

  test("has its file from the beginning, and only the user may read it", async () => {
    await using world = await openWorld();
    const { file } = await begin(world, `sleep ${oddSeconds()}`);
    assert.deepEqual([(await stat(file)).size, (await stat(file)).mode & 0o777], [0, 0o600]);
    assert.match((await world.call("Read", { file_path: file })).text, /is empty/);
  });

  test("is judged like any other, and doesn't move the shell", async () => {
    await using world = await openWorld();
    await mkdir(join(world.cwd, "sub"));
    const bound = world.bind("Bash", { command: "cd sub; pwd", run_in_background: "true" });
    assert.ok(bound.ok);
    assert.deepEqual(bound.call.effects, [{ do: "shell", text: "cd sub; pwd", cwd: world.cwd }]);
    const { id } = await begin(world, "cd sub; pwd");
    assert.match(await lookUntil(world, id, /exit code 0/), /project\/sub\n/);
    assert.equal((await world.call("Bash", { command: "pwd" })).text, world.cwd);
  });

  test("is shown to people, and to hooks", async () => {
    await using world = await openWorld();
    const command = `sleep ${oddSeconds()}`;
    const answer = await world.call("Bash", { command, run_in_background: true });
    const { backgroundTaskId: id, ...data } = dataOf(answer);
    assert.deepEqual(data, { stdout: "", stderr: "", interrupted: false, isImage: false });
    const { file, ...display } = answer.output.display ?? {};
    assert.deepEqual(display, { kind: "process", id, command, state: "running", exitCode: null });
    assert.equal(typeof file, "string");
    assert.deepEqual(dataOf(await look(world, String(id))), { shellId: id, status: "running", exitCode: null, output: "" });
  });

  test("goes on when the run that started it is interrupted", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    const stop = new AbortController();
    await world.call("Bash", { command: `sleep ${seconds}`, run_in_background: true }, stop.signal);
    await started(seconds);
    stop.abort();
    await world.call("Bash", { command: "sleep 0.3" }); // longer than an abort takes
    assert.equal(running(seconds).length, 1);
  });

  test("has no timeout but the one it is given", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    const { id } = await begin(world, `sleep ${seconds}`, { timeout: 200 });
    assert.match(await lookUntil(world, id, /\[ended/), /^\[ended after its time of 0\.2 seconds/);
    assert.deepEqual(running(seconds), []);
  });

  test("lasts as long as its jobs: a server that was started with & can be looked at and ended", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    const { id } = await begin(world, `sleep ${seconds} & echo up`);
    await lookUntil(world, id, /up/);
    await started(seconds);
    assert.match((await look(world, id)).text, /still running/);
    await world.call("KillShell", { shell_id: id });
    assert.deepEqual(running(seconds), []);
  });

  test("lasts as long as its jobs even when it says exit itself", async () => {
    await using world = await openWorld();
    const { id } = await begin(world, "(until test -e go; do sleep 0.01; done; echo job) & echo shell; exit 3");
    await lookUntil(world, id, /shell/);
    await world.call("Bash", { command: "sleep 0.3" }); // longer than a shell is waited for
    await world.put("go", "");
    assert.equal(await lookUntil(world, id, /exit code/), "job\n[exit code 3]\n");
  });

  test("keeps the exit code of its last command, and its own traps", async () => {
    await using world = await openWorld();
    const { id } = await begin(world, "trap 'echo bye' EXIT; (exit 3)");
    assert.equal(await lookUntil(world, id, /exit code/), "bye\n[exit code 3]\n");
  });

  test("is refused where nothing may outlive its call", async () => {
    await using world = await openWorld();
    const { processes: _, ...kit } = world.kit;
    const { blocks } = await import("./catalogue.ts");
    const bound = blocks["Bash"]?.({ ...kit, run: startProcess }).bind({ command: "touch done", run_in_background: true }, world.cwd);
    assert.ok(bound?.ok);
    const step = await bound.call.run({ callId: "c", session: "s", cwd: world.cwd, signal: new AbortController().signal }).next();
    assert.ok(step.done && step.value.isError);
    assert.deepEqual(await readdir(world.cwd), []);
  });

  test("is one of 32 at most", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    for (let count = 0; count < 32; count++) await begin(world, `sleep ${seconds}`);
    const { text, isError } = await world.call("Bash", { command: "touch done", run_in_background: true });
    assert.ok(isError);
    assert.match(text, /^Nothing ran\. 32 commands .*KillShell/);
  });
});

describe("BashOutput", () => {
  test("shows the new lines that fit, and skips the others for good", async () => {
    await using world = await openWorld();
    const { id } = await begin(world, "seq 1 30; until test -e go; do sleep 0.01; done; echo 31; printf 32");
    assert.equal(await lookUntil(world, id, /30/, { filter: "3$|^30$" }), "3\n13\n23\n30\n");
    assert.equal((await look(world, id)).text, "(nothing new)\n[still running]");
    await world.put("go", "");
    assert.equal(await lookUntil(world, id, /exit/, { filter: "\\d(?<!1)$" }), "32\n[exit code 0]\n");
  });

  test("shows all when the filter is no pattern, so that nothing is lost", async () => {
    await using world = await openWorld();
    const { id } = await begin(world, "echo one");
    const all = await lookUntil(world, id, /exit code 0/, { filter: "(" });
    assert.match(all, /one\n\[/);
    assert.match(all, /\[not filtered: regex parse error:[^]*unclosed group/);
  });

  test("shows the head and the tail of much, and names the file of the whole", async () => {
    await using world = await openWorld();
    const { id, file } = await begin(world, "seq 1 100000; touch done; until test -e go; do sleep 0.01; done");
    await world.call("Bash", { command: "until test -e done; do sleep 0.01; done; sleep 0.1" });
    const { text } = await look(world, id);
    assert.ok(text.length < 31_000);
    assert.match(text, new RegExp(`^1\\n2\\n[^]*characters left out: the whole is in ${file}\\]\\n[^]*\\n100000\\n\\[still running\\]$`));
    assert.equal((await look(world, id)).text, "(nothing new)\n[still running]");
  });

  test("carries no escape sequences, and tells binary output by its size", async () => {
    await using world = await openWorld();
    const red = await begin(world, "printf '\\e[31mred\\e[0m'");
    assert.equal(await lookUntil(world, red.id, /exit code/), "red\n[exit code 0]\n");
    const noise = await begin(world, "head -c 2000 /dev/urandom; until test -e go; do sleep 0.01; done");
    assert.match(await lookUntil(world, noise.id, /binary/), /^\[binary output, 2\.0 KiB: the whole is in /);
  });

  test("says which ids there are", async () => {
    await using world = await openWorld();
    const none = await look(world, "bash_0");
    assert.ok(none.isError);
    assert.match(none.text, /There is none in this session/);
    const { id } = await begin(world, "sleep 60");
    assert.match((await look(world, "bash_0")).text, new RegExp(`There are ${id} \\(still running\\)`));
    assert.match((await world.call("KillShell", { shell_id: "bash_0" })).text, new RegExp(id));
  });

  test("touches nothing, and neither does KillShell beyond what it ends", async () => {
    await using world = await openWorld();
    for (const [name, input] of [
      ["BashOutput", { bash_id: "x" }],
      ["KillShell", { shell_id: "x" }],
    ] as const) {
      const bound = world.bind(name, input);
      assert.ok(bound.ok);
      assert.deepEqual([bound.call.effects, bound.call.readOnly], [[], true]);
    }
  });
});

describe("nothing in the background outlives", () => {
  test("KillShell, whatever it has started; and it may be ended twice", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    const { id } = await begin(world, `trap '' TERM; setsid sleep ${seconds} & sleep ${seconds}; sleep ${seconds}`);
    await started(seconds, 2);
    const killed = await world.call("KillShell", { shell_id: id });
    assert.deepEqual([killed.isError, running(seconds)], [false, []]);
    assert.match(killed.text, new RegExp(`^Ended ${id}: trap`));
    assert.match((await look(world, id)).text, /\[ended by the signal SIGTERM\]$/);
    assert.match((await world.call("KillShell", { shell_id: id })).text, /had ended before/);
  });

  test("its session; and none starts after it", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    await begin(world, `sleep ${seconds} & sleep ${seconds}`);
    await begin(world, `trap '' TERM; sleep ${seconds}; sleep ${seconds}`);
    await started(seconds, 3);
    await world.processes[Symbol.asyncDispose]();
    assert.deepEqual(running(seconds), []);
    assert.match((await world.call("Bash", { command: "touch done", run_in_background: true })).text, /Nothing ran\. The session ends/);
  });

  test.each(["SIGUSR1", "SIGKILL"] as const)("the process that keeps the session, ended by %s", async (signal) => {
    await outlivesNothing(signal, true);
  });
});

describe("a command that is waited for", () => {
  test.each(["SIGUSR1", "SIGKILL"] as const)("ends with the process that keeps the session, ended by %s", async (signal) => {
    await outlivesNothing(signal, false);
  });

  test("leaves running what it put beside itself, and no one who watches it", async () => {
    await using world = await openWorld();
    const seconds = oddSeconds();
    const { text } = await world.call("Bash", { command: `sleep ${seconds} >/dev/null 2>&1 & echo $!` });
    await started(seconds, 1);
    const pid = Number(/\d+/.exec(text)?.[0]);
    assert.match(text, /still running/);
    process.kill(pid, "SIGKILL");
    await gone(seconds);
    assert.equal((await world.call("Bash", { command: 'echo "[$!]"; jobs -p; wait; echo waited' })).text.trim(), "[]\nwaited");
  });
});

async function outlivesNothing(signal: NodeJS.Signals, inBackground: boolean): Promise<void> {
  await using world = await openWorld();
  const seconds = oddSeconds();
  const program = `
      import { blocks, openProcesses, scrub } from ${JSON.stringify(join(import.meta.dirname, "../index.ts"))};
      const cwd = process.cwd();
      const processes = openProcesses();
      const kit = { run: processes.run, processes, shell: { cwd }, env: scrub(process.env, "linux"), roots: () => [cwd], spillDir: cwd };
      const bash = blocks.Bash(kit).bind({ command: "sleep ${seconds} & sleep ${seconds}", run_in_background: ${inBackground} }, cwd);
      const first = bash.call.run({ callId: "c", signal: new AbortController().signal }).next();
      if (${inBackground}) await first;
      process.on("SIGUSR1", () => process.exit(0));
      console.log(process.pid);`;
  const spec = { file: process.execPath, args: ["--input-type=module", "-e", program], cwd: world.cwd, env: world.kit.env };
  const run = startProcess(spec, new AbortController().signal);
  const first = await run.next();
  assert.ok(!first.done);
  await started(seconds, 2);
  process.kill(Number(Buffer.from(first.value.bytes).toString()), signal);
  while (!(await run.next()).done);
  await gone(seconds);
}
