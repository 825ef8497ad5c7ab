import { strict as assert } from "node:assert";
import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { chmod, mkdir, readdir, readFile, rename } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, test } from "vitest";
import { gone, oddSeconds, running, started } from "../../test/processes.ts";
import { openCell, told, whereSandboxed } from "../../test/sandbox.ts";
import { openProcesses } from "../process/processes.ts";
import { startProcess } from "../process/start.ts";
import { sandboxAvailability } from "./availability.ts";

whereSandboxed("how a sandbox lives and ends", ["bwrap", "socat"], life);

const never = new AbortController().signal;
/** A sleeper of its own session, one that was orphaned, and one that waits. */
const family = (name: string): string => `setsid sleep ${name} & (sleep ${name} &) ; sleep ${name}`;
const HOSTS = { network: { allowed: ["localhost"], denied: [] } };

function life(): void {
  describe("what runs in a sandbox", () => {
    test("tells its output, its report and its code as without one", async () => {
      await using cell = await openCell();
      const { stdout, stderr, end } = await told(startProcess, { ...cell.spec("read -r a; echo $a; echo err >&2; exit 7"), stdin: "in\n" });
      assert.deepEqual([stdout, stderr, end], ["in\n", "err\n", { code: 7, signal: null, timedOut: false }]);
    });

    test.each([
      ["without hosts", {}],
      ["with hosts", HOSTS],
    ])("is ended as a whole by its timeout, %s", async (_, more) => {
      await using cell = await openCell();
      const name = oddSeconds();
      const { end } = await told(startProcess, { ...cell.spec(family(name), more), timeoutMs: 300 });
      assert.ok(end.timedOut);
      assert.deepEqual(running(name), []);
    });

    test("is told before it is ended", async () => {
      await using cell = await openCell();
      const { stdout } = await told(startProcess, {
        ...cell.spec("trap 'echo bye; exit' TERM; while :; do sleep 0.01; done"),
        timeoutMs: 300,
      });
      assert.equal(stdout, "bye\n");
    });

    test("is ended by an abort, and by a reader that leaves", async () => {
      await using cell = await openCell();
      const [one, two] = [oddSeconds(), oddSeconds()];
      const abort = new AbortController();
      const aborted = told(startProcess, cell.spec(family(one)), abort.signal);
      await started(one, 3);
      abort.abort();
      await assert.rejects(aborted, { name: "AbortError" });
      const source = startProcess(cell.spec(`echo a; ${family(two)}`), never);
      await source.next();
      await source.return({ code: 0, signal: null, timedOut: false });
      assert.deepEqual([...running(one), ...running(two)], []);
    });

    test("is over with its command, whatever that has started", async () => {
      await using cell = await openCell();
      const name = oddSeconds();
      await cell.sh(`setsid sleep ${name} >/dev/null 2>&1 </dev/null & until pgrep -f 'sleep ${name}' >/dev/null; do :; done`);
      await gone(name);
    });

    test("ends with keelson, however that ends, and nothing is left on the disk", async () => {
      await using cell = await openCell();
      const name = oddSeconds();
      const spec = cell.spec(`ls -d /tmp/keel-proxy-*; sleep ${name}`, { unwritable: [join(cell.project, ".git/hooks")], ...HOSTS });
      const script = `
        const { startProcess } = await import(${JSON.stringify(new URL("../process/start.ts", import.meta.url).href)});
        for await (const { bytes } of startProcess(${JSON.stringify(spec)}, new AbortController().signal)) process.stdout.write(bytes);`;
      const keelson = execFile(process.execPath, ["--input-type=module", "--eval", script]);
      let proxy = "";
      keelson.stdout?.on("data", (words: string) => (proxy += words));
      await started(name);
      while (!proxy.endsWith("\n")) await sleep(2);
      assert.deepEqual([existsSync(join(cell.project, ".git")), existsSync(proxy.trim())], [true, true]);
      keelson.kill("SIGKILL");
      await gone(name);
      while (existsSync(join(cell.project, ".git")) || existsSync(proxy.trim())) await sleep(2);
      assert.deepEqual(await readdir(cell.project), []);
    });

    test("shows its environment to nobody by its arguments", async () => {
      await using cell = await openCell();
      const name = oddSeconds();
      const spec = cell.spec(`sleep ${name}`);
      const abort = new AbortController();
      const run = told(startProcess, { ...spec, env: { ...spec.env, TOKEN: `secret-${name}` } }, abort.signal);
      await started(name);
      const lines = await Promise.all(
        (await readdir("/proc")).filter((one) => /^\d+$/.test(one)).map((one) => readFile(`/proc/${one}/cmdline`, "utf8").catch(() => "")),
      );
      assert.ok(lines.some((line) => line.includes(name)));
      assert.ok(!lines.some((line) => line.includes(`secret-${name}`)));
      abort.abort();
      await assert.rejects(run);
    });
  });

  test("is known to be possible before it is needed, or why not", async () => {
    const env = { PATH: process.env["PATH"] ?? "" };
    assert.deepEqual(await sandboxAvailability({ cwd: "/", env }, never), { available: true, hosts: true });
    const { available, why } = await sandboxAvailability({ cwd: "/usr", env: {} }, never); // where its helpers must not come from
    assert.equal(available, false);
    assert.match(why ?? "", /bubblewrap isn't installed. Install it/);
  });

  describe("a sandbox that can't be made", () => {
    test("starts nothing, and says why", async () => {
      await using cell = await openCell();
      const { end, stdout } = await cell.sh("echo ran", { unreadable: [cell.project] }); // and that is where it would start
      assert.deepEqual([end.code, stdout], [null, ""]);
      assert.match(end.failed ?? "", /^Nothing ran: the sandbox could not be made\. bwrap: .*chdir/);
    });

    test("starts nothing where a path can't be held", async () => {
      await using cell = await openCell();
      await cell.put("project/loop", "");
      const { end } = await cell.sh("echo ran", { unwritable: [`${cell.project}/${"x".repeat(300)}/y`] });
      assert.match(end.failed ?? "", /^Nothing ran: the sandbox can't be made as it must be .*name too long/);
      assert.deepEqual(await readdir(cell.project), ["loop"]);
    });

    test("isn't made by a bubblewrap that the project brings along", async () => {
      await using cell = await openCell();
      const stub = await cell.put("project/bin/bwrap", "#!/bin/sh\necho the stub ran\n");
      await chmod(stub, 0o755);
      const spec = cell.spec("echo ran");
      const { stdout } = await told(startProcess, { ...spec, env: { PATH: `${join(cell.project, "bin")}:${spec.env["PATH"]}` } });
      assert.equal(stdout, "ran\n");
    });

    test("isn't made for a program that there isn't", async () => {
      await using cell = await openCell();
      const { end } = await told(startProcess, { ...cell.spec(""), file: "keel-no-such-program" });
      assert.match(end.failed ?? "", /keel-no-such-program/);
    });
  });

  describe("a shell that waits in its sandbox", () => {
    const waiting = 'read -r word; echo "$word $$"; echo out > ../outside/a';

    test("is taken by the call that is confined alike, and by no other", async () => {
      await using cell = await openCell();
      await using processes = openProcesses();
      const name = oddSeconds();
      const spec = { ...cell.spec(`: ${name}; ${waiting}`), stdin: "in\n" };
      processes.ready(spec);
      const other = { ...spec, confinement: { ...spec.confinement, unreadable: ["/etc/shadow"] } };
      const { confinement: _, ...free } = spec;
      for (const one of [other, free]) assert.match((await told(processes.run, one)).stdout, /^in \d+\n$/);
      const { stdout, stderr } = await told(processes.run, spec);
      assert.match(stdout, /^in 2\n$/);
      assert.match(stderr, /Read-only file system/);
    });

    test("isn't taken when what it holds was replaced meanwhile", async () => {
      await using cell = await openCell();
      await using processes = openProcesses();
      const config = await cell.put("project/.git/config", "as it was");
      const spec = { ...cell.spec("read -r word; echo $word > .git/config", { unwritable: [config] }), stdin: "out\n" };
      processes.ready(spec);
      await rename(await cell.put("project/.git/config.lock", "by the user"), config); // from here on the waiting one holds nothing
      assert.match((await told(processes.run, spec)).stderr, /Read-only file system/);
      assert.equal(await readFile(config, "utf8"), "by the user");
    });

    test("doesn't wait where something would have to be put on the disk for it", async () => {
      await using cell = await openCell();
      await using processes = openProcesses();
      const spec = { ...cell.spec(waiting, { unwritable: [join(cell.project, ".git/hooks")] }), stdin: "in\n" };
      processes.ready(spec);
      assert.deepEqual(await readdir(cell.project), []);
      assert.match((await told(processes.run, spec)).stdout, /^in \d+\n$/);
      await mkdir(join(cell.project, ".git/hooks"), { recursive: true });
    });
  });
}
