import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { gone, held } from "../../test/gone.ts";
import { CALL, fired, on, scene, shell } from "../../test/scene.ts";

describe("a hook that misbehaves is contained, with one clear line", () => {
  test("one that hangs is ended after its timeout, with all it started", async () => {
    await using house = await scene();
    const hooks = house.open(on("PreToolUse", shell("sleep 300 & echo $! > pid; wait", { timeout: 0.5 })));
    const { outcome, notices, events } = await fired(hooks, "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    assert.deepEqual(notices, ["The PreToolUse hook of settings.json: It took too long and was ended."]);
    assert.ok(events.some((event) => event.type === "hook.completed" && event.body["outcome"] === "timed_out"));
    const pid = await readFile(join(house.path, "pid"), "utf8");
    await gone(pid);
  });

  test("one that floods is ended, and nothing of it becomes context", async () => {
    await using house = await scene();
    const hooks = house.open(on("SessionStart", shell("yes")));
    const { outcome, notices } = await fired(hooks, "SessionStart", { source: "startup" });
    assert.deepEqual(outcome.contexts, []);
    assert.match(notices.join(), /more than 64 MB/);
  });

  test("of one that says too much the model gets 10,000 characters, and a file the rest", async () => {
    await using house = await scene();
    const hooks = house.open(on("SessionStart", shell("head -c 50000 /dev/zero | tr '\\0' x")));
    const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
    const [context] = outcome.contexts;
    assert.equal(context?.text.length, 10_000);
    const file = /the whole is in (\S+)\]$/.exec(context?.text ?? "")?.[1];
    assert.equal((await readFile(file ?? "", "utf8")).length, 50_000);
  });

  test("one whose JSON is over a megabyte decides nothing", async () => {
    await using house = await scene();
    const hooks = house.open(
      on("PreToolUse", shell(`printf '{"decision":"block","reason":"'; head -c 2000000 /dev/zero | tr '\\0' x; printf '"}'`)),
    );
    const { outcome, notices } = await fired(hooks, "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    assert.match(notices.join(), /more than 1 MB/);
  });

  test.each([
    ["isn't there", "python3 gone.py", /isn't there: .*gone\.py\. Mend the path/],
    ["isn't there, behind a cd", "cd . && python3 gone.py", /isn't there: .*gone\.py/],
    ["isn't there, and is run directly", `"$CLAUDE_PLUGIN_ROOT/gone.sh"`, /isn't there: .*gone\.sh/],
    ["isn't there, and a shell should read it", "sh ./gone.sh", /isn't there: .*gone\.sh/],
    ["can't be run", "./plain.sh", /chmod \+x/],
    ["needs a program that isn't there", "no-such-program-here --x", /exit code 127: .*not found/],
    ["fails", "echo 'first line' >&2; echo second >&2; exit 1", /exit code 1: first line/],
    ["is killed", "kill -9 $$", /ended by SIGKILL/],
  ])("one whose script %s warns and blocks nothing; with onFailure it blocks", async (_, command, words) => {
    await using house = await scene();
    await house.script("plain.sh", "exit 0", 0o644);
    const open = house.open(on("PreToolUse", shell(command)), { root: house.path });
    const { outcome, notices } = await fired(open, "PreToolUse", CALL);
    assert.equal(outcome.decision, undefined);
    assert.match(notices.join(), words);
    const shut = house.open(on("PreToolUse", shell(command, { onFailure: "block" })), { root: house.path });
    assert.match((await fired(shut, "PreToolUse", CALL)).outcome.decision?.reason ?? "", words);
  });

  test("one that denies is heard, also when it tells of a missing file in its reason", async () => {
    await using house = await scene();
    const words = "python3: can't open file '/x/evil.py': [Errno 2] No such file or directory";
    await house.script("said", words); // as a hook would that repeats what the model asked for
    const hooks = house.open(on("PreToolUse", shell("cat said >&2; exit 2")));
    assert.deepEqual((await fired(hooks, "PreToolUse", CALL)).outcome.decision?.reason, words);
  });

  test("one that needs bash gets it where bash is, and sh where it isn't", async () => {
    await using house = await scene();
    const command = "[[ a == a ]] && echo bash || echo sh";
    const { run } = house.ports;
    const words = async (without: string): Promise<string | undefined> => {
      const hooks = house.open(
        on("SessionStart", shell(command)),
        {},
        {
          run: (spec, signal) => run(spec.file === without ? { ...spec, file: "no-such-shell" } : spec, signal),
        },
      );
      return (await fired(hooks, "SessionStart", { source: "startup" })).outcome.contexts[0]?.text;
    };
    assert.equal(await words("none"), "bash");
    assert.ok(await words("bash")); // whatever sh is here
  });
});

describe("ending", () => {
  test("an abort ends what runs, and is told", async () => {
    await using house = await scene();
    const hooks = house.open(on("Stop", shell("echo $$ > pid; exec sleep 300")));
    const stop = new AbortController();
    const firing = fired(hooks, "Stop", { stop_hook_active: false }, stop.signal);
    const pid = await held(join(house.path, "pid"));
    stop.abort(new Error("enough"));
    await assert.rejects(firing, /enough/);
    await gone(pid);
  });

  test("a reader that leaves ends what runs", async () => {
    await using house = await scene();
    const hooks = house.open(on("Stop", shell("echo $$ > pid; echo hi; exec sleep 300"), shell("sleep 300; true")));
    for await (const event of hooks.fire("Stop", { stop_hook_active: false }, new AbortController().signal))
      if (event.type === "hook.progress") break;
    const pid = await readFile(join(house.path, "pid"), "utf8");
    await gone(pid);
  });
});
