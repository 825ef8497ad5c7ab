import { strict as assert } from "node:assert";
import { existsSync } from "node:fs";
import { mkdtemp, realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Confinement, ShellFacts } from "@keelson/protocol";
import { describe, test } from "vitest";
import { gone, oddSeconds, started } from "../../test/processes.ts";
import { whereSandboxed } from "../../test/sandbox.ts";
import { dataOf, openWorld, type World } from "../../test/world.ts";

whereSandboxed("Bash in a sandbox", ["bwrap"], confined);

/** A world in a folder that isn't in /tmp; everything but a command that says `free` is confined to it. */
async function openConfined(more: Partial<Confinement> = {}, warm = true): Promise<World> {
  const cwd = await realpath(await mkdtemp("/var/tmp/keel-world-"));
  const confinement: Confinement = { writable: [cwd], unwritable: [], unreadable: [], network: { allowed: [], denied: [] }, ...more };
  const confine = ({ command }: { readonly command?: string }): Confinement | undefined =>
    command?.startsWith("free") ? undefined : confinement;
  const world = await openWorld({ confine, shell: { cwd }, roots: () => [cwd] }, { warm });
  return {
    ...world,
    cwd,
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]();
      await rm(cwd, { recursive: true });
    },
  };
}

function confined(): void {
  describe("a confined command", () => {
    test.each([
      ["a shell that waited for it", true],
      ["one of its own", false],
    ])("can't write outside in %s, and is told why it may have failed", async (_, warm) => {
      await using world = await openConfined({}, warm);
      const { text, isError } = await world.call("Bash", { command: "echo out > /var/tmp/keel-out" });
      assert.ok(isError);
      assert.match(text, /Read-only file system\n\[exit code 1\]\n\[it ran in a sandbox, which may be why/);
      assert.equal(existsSync("/var/tmp/keel-out"), false);
    });

    test("moves the session's shell as any other", async () => {
      await using world = await openConfined();
      assert.match((await world.call("Bash", { command: "mkdir a && cd a" })).text, /\[now in .*\/a\]/);
      assert.equal((await world.call("Bash", { command: "pwd" })).text, join(world.cwd, "a"));
    });

    test("ends its jobs with it, and says so", async () => {
      await using world = await openConfined();
      const name = oddSeconds();
      const { text } = await world.call("Bash", { command: `sleep ${name} & echo done` });
      assert.match(text, /^done\n\[its jobs in the background \(1\) were ended with it/);
      await gone(name);
    });

    test("has no sandbox where whoever decides gives none", async () => {
      await using world = await openConfined();
      const place = `/var/tmp/keel-free-${oddSeconds()}`;
      const { isError } = await world.call("Bash", { command: `free() { touch ${place}; }; free` });
      assert.deepEqual([isError, existsSync(place)], [false, true]);
      await rm(place);
    });

    test("may go on in the background, confined, until it is ended", async () => {
      await using world = await openConfined();
      const name = oddSeconds();
      const command = `echo out > /var/tmp/keel-out; (setsid sleep ${name} &); sleep ${name}`;
      const id = String(dataOf(await world.call("Bash", { command, run_in_background: true }))["backgroundTaskId"]);
      await started(name, 2);
      let printed = "";
      for (; !printed.includes("Read-only file system"); await sleep(2)) printed += (await world.call("BashOutput", { bash_id: id })).text;
      await world.call("KillShell", { shell_id: id });
      await gone(name);
    });

    test("that can't have its sandbox doesn't run", async () => {
      await using world = await openConfined({ unreadable: ["/var/tmp"] });
      const { text, isError } = await world.call("Bash", { command: "touch /var/tmp/keel-out" });
      assert.ok(isError);
      assert.match(text, /\[Nothing ran: the sandbox could not be made/);
      const id = String(
        dataOf(await world.call("Bash", { command: "touch /var/tmp/keel-out", run_in_background: true }))["backgroundTaskId"],
      );
      while (dataOf(await world.call("BashOutput", { bash_id: id }))["status"] === "running") await sleep(2);
      assert.match((await world.call("BashOutput", { bash_id: id })).text, /Nothing ran: the sandbox could not be made/);
      assert.equal(existsSync("/var/tmp/keel-out"), false);
    });
  });
}

describe("what is known of a command by its text", () => {
  const analyse = (text: string, cwd: string): ShellFacts => ({ readOnly: text === `cat ${cwd}/a`, effects: [] });

  test("lets one that only reads run beside others, and again", async () => {
    await using world = await openWorld({ analyse });
    const callOf = (input: { command: string; run_in_background?: boolean }) => {
      const bound = world.bind("Bash", input);
      assert.ok(bound.ok);
      const { readOnly, concurrencySafe, replay, effects } = bound.call;
      assert.deepEqual(effects, [{ do: "shell", text: input.command, cwd: world.cwd }]);
      return [readOnly, concurrencySafe, replay];
    };
    const command = `cat ${world.cwd}/a`;
    assert.deepEqual(callOf({ command }), [true, true, "safe"]);
    assert.deepEqual(callOf({ command, run_in_background: true }), [false, false, "never"]);
    assert.deepEqual(callOf({ command: "rm a" }), [false, false, "never"]);
  });

  test("isn't guessed without somebody who knows", async () => {
    await using world = await openWorld();
    const bound = world.bind("Bash", { command: "cat a" });
    assert.ok(bound.ok);
    assert.deepEqual([bound.call.readOnly, bound.call.concurrencySafe, bound.call.replay], [false, false, "never"]);
  });
});
