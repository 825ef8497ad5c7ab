import assert from "node:assert/strict";
import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { CALL, fired, on, says, scene, shell } from "../../test/scene.ts";

const PROMPT = { prompt: "hello" };

describe("a hook is told", () => {
  test("its event as JSON on stdin, common fields first, and nothing that isn't the event's", async () => {
    await using house = await scene();
    const hooks = house.open(on("PreToolUse", shell("cat > told.json")));
    await fired(hooks, "PreToolUse", { ...CALL, cwd: house.path, ...{ secret: "no" } });
    assert.deepEqual(JSON.parse(await readFile(join(house.path, "told.json"), "utf8")), {
      session_id: "s1",
      transcript_path: join(house.path, "log.jsonl"),
      permission_mode: "default",
      cwd: house.path,
      hook_event_name: "PreToolUse",
      ...CALL,
    });
  });

  test("where it stands, by both names, also when the path holds a space and a quote", async () => {
    await using house = await scene();
    const root = join(house.path, "a b's plugin");
    await house.script(
      "a b's plugin/tell.sh",
      `echo "$CLAUDE_PLUGIN_ROOT|$PLUGIN_ROOT|$CLAUDE_PLUGIN_DATA|$CLAUDE_PROJECT_DIR|$CLAUDE_PLUGIN_OPTION_API_KEY"`,
    );
    const hooks = house.open(on("SessionStart", shell(`bash "\${CLAUDE_PLUGIN_ROOT}/tell.sh"`)), {
      kind: "plugin",
      root,
      data: "/data",
      options: { "api-key": "v" },
    });
    const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
    assert.deepEqual(
      outcome.contexts.map(({ text }) => text),
      [`${root}|${root}|/data|${house.path}|v`],
    );
  });

  test("in the exec form each argument as one, with values that no shell reads", async () => {
    await using house = await scene();
    const evil = "$(touch hacked); `touch hacked`";
    const exec = {
      type: "command",
      command: "printf",
      args: ["%s|%s|%s", "${user_config.key}", "${CLAUDE_PLUGIN_ROOT}/$HOME", "${toString}"],
    };
    const hooks = house.open(on("SessionStart", exec), { kind: "plugin", root: "/r", options: { key: evil } });
    const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
    assert.equal(outcome.contexts[0]?.text, `${evil}|/r/$HOME|\${toString}`);
    await assert.rejects(access(join(house.path, "hacked")));
  });

  test("and need not listen: one that closes its stdin at once is heard all the same", async () => {
    await using house = await scene();
    const hooks = house.open(on("UserPromptSubmit", shell("exec 0<&-; echo heard")));
    const { outcome } = await fired(hooks, "UserPromptSubmit", { prompt: "x".repeat(2_000_000) });
    assert.equal(outcome.contexts[0]?.text, "heard");
  });
});

describe("events", () => {
  test("a hook starts when its start was taken", async () => {
    await using house = await scene();
    const hooks = house.open(on("Stop", shell("touch ran")));
    const source = hooks.fire("Stop", { stop_hook_active: false }, new AbortController().signal);
    const first = await source.next();
    assert.equal(!first.done && first.value.type, "hook.started");
    await assert.rejects(access(join(house.path, "ran")));
    for (let step = await source.next(); !step.done;) step = await source.next();
    await access(join(house.path, "ran"));
  });

  test("started, progress, completed, each by the same id", async () => {
    await using house = await scene();
    const { events } = await fired(house.open(on("Stop", shell("echo a; exit 3"))), "Stop", { stop_hook_active: false });
    assert.deepEqual(
      events.map(({ type }) => type),
      ["hook.started", "hook.progress", "hook.completed", "notice.raised"],
    );
    assert.equal(new Set(events.flatMap((event) => ("hookId" in event ? event.hookId : []))).size, 1);
    const done = events.find(({ type }) => type === "hook.completed");
    assert.ok(done?.type === "hook.completed");
    assert.deepEqual([done.body["outcome"], done.body["code"], done.body["stdout"]], ["failed", 3, "a\n"]);
  });

  test("without a hook for it an event costs nothing and says nothing", async () => {
    await using house = await scene();
    const { events, outcome } = await fired(house.open(on("Stop", shell("true"))), "SessionStart", { source: "startup" });
    assert.deepEqual([events, outcome.contexts, outcome.decision], [[], [], undefined]);
  });
});

describe("many hooks", () => {
  test("run at once: each waits for the other", async () => {
    await using house = await scene();
    const meet = (mine: string, other: string): string =>
      `touch ${mine}; for i in $(seq 200); do [ -e ${other} ] && echo met && exit 0; sleep 0.02; done; exit 1`;
    const hooks = house.open(on("SessionStart", shell(meet("a", "b")), shell(meet("b", "a"))));
    const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
    assert.deepEqual(
      outcome.contexts.map(({ text }) => text),
      ["met", "met"],
    );
  });

  test("of a sequential group run one after another", async () => {
    await using house = await scene();
    const raw = { hooks: { SessionStart: [{ sequential: true, hooks: [shell("sleep 0.2; echo 1 >> order"), shell("echo 2 >> order")] }] } };
    await fired(house.open(raw), "SessionStart", { source: "startup" });
    assert.equal(await readFile(join(house.path, "order"), "utf8"), "1\n2\n");
  });

  test("that are the same run once in one group, and once for each plugin", async () => {
    await using house = await scene();
    const same = shell("echo x >> count");
    const hooks = house.open({ Stop: [{ hooks: [same, same] }, { hooks: [same] }] });
    await fired(hooks, "Stop", { stop_hook_active: false });
    assert.equal(await readFile(join(house.path, "count"), "utf8"), "x\n");
  });

  test("that are the same but for how strict they are run as the strictest", async () => {
    await using house = await scene();
    const hooks = house.open(on("PreToolUse", shell("exit 9", { async: true }), shell("exit 9", { onFailure: "block" })));
    assert.equal((await fired(hooks, "PreToolUse", CALL)).outcome.decision?.behavior, "deny");
  });
});

describe("which hooks run", () => {
  test("a rule in `if` is held against the call; one that can't be judged lets the hook run", async () => {
    await using house = await scene();
    const asked: unknown[] = [];
    const matchesRule = (rule: string, tool: string, input: object): boolean => {
      asked.push([rule, tool, input]);
      if (rule === "odd") throw new Error("odd");
      return rule === "Bash(git *)";
    };
    const handlers = ["Bash(git *)", "Bash(npm *)", "odd"].map((rule) => shell(`echo '${rule}' >> ran`, { if: rule }));
    await fired(house.open(on("PreToolUse", ...handlers), {}, { matchesRule }), "PreToolUse", CALL);
    assert.deepEqual(asked[0], ["Bash(git *)", "Bash", { command: "git push" }]);
    assert.deepEqual((await readFile(join(house.path, "ran"), "utf8")).trim().split("\n").toSorted(), ["Bash(git *)", "odd"]);
  });

  test("`once` holds for a skill's hooks: the second time it doesn't run", async () => {
    await using house = await scene();
    const raw = on("Stop", shell("echo x >> count", { once: true }));
    for (const kind of ["skill", "settings"] as const) {
      await writeFile(join(house.path, "count"), "");
      const hooks = house.open(raw, { kind, group: kind });
      for (const _ of [1, 2]) await fired(hooks, "Stop", { stop_hook_active: false });
      assert.equal(await readFile(join(house.path, "count"), "utf8"), kind === "skill" ? "x\n" : "x\nx\n");
    }
  });

  test("replaced ones hold from the next firing on; what runs goes on", async () => {
    await using house = await scene();
    const hooks = house.open(on("UserPromptSubmit", shell("sleep 0.2; echo old")));
    const source = hooks.fire("UserPromptSubmit", PROMPT, new AbortController().signal);
    await source.next();
    hooks.replace([]);
    let step = await source.next();
    while (!step.done) step = await source.next();
    assert.equal(step.value.contexts[0]?.text, "old");
    assert.deepEqual((await fired(hooks, "UserPromptSubmit", PROMPT)).events, []);
  });

  test("a file's watchers are known by name", async () => {
    await using house = await scene();
    const hooks = house.open({ hooks: { FileChanged: [{ matcher: ".envrc|.env", hooks: [shell("echo $CLAUDE_ENV_FILE")] }] } });
    assert.deepEqual(hooks.watched, [".envrc", ".env"]);
    const payload = { file_path: join(house.path, ".env"), event: "change" } as const;
    assert.equal((await fired(hooks, "FileChanged", payload)).events.length > 0, true);
    assert.equal((await fired(hooks, "FileChanged", { ...payload, file_path: "/x/other" })).events.length, 0);
  });
});

test("lines for later shells are handed on, and files without any aren't", async () => {
  await using house = await scene();
  const hooks = house.open(on("SessionStart", shell(`echo 'export A=1' >> "$CLAUDE_ENV_FILE"`), shell("true")));
  const { outcome } = await fired(hooks, "SessionStart", { source: "startup" });
  assert.deepEqual(
    outcome.environment.map(({ script }) => script),
    ["export A=1\n"],
  );
  const other = house.open(on("PreToolUse", shell(`[ -z "$CLAUDE_ENV_FILE" ] || exit 2`)));
  assert.equal((await fired(other, "PreToolUse", CALL)).outcome.decision, undefined);
});

test("hooks that a plugin declares when a session ends share a short time, and end", async () => {
  await using house = await scene();
  const hooks = house.open(on("SessionEnd", shell("sleep 30", { timeout: 60 })), { kind: "plugin", root: house.path });
  const { notices } = await fired(hooks, "SessionEnd", { reason: "other" });
  assert.match(notices.join(), /took too long/);
});

test("what a hook says twice is told once", async () => {
  await using house = await scene();
  const hooks = house.open(on("PreToolUse", says({ systemMessage: 5, continue: "no" })));
  assert.equal((await fired(hooks, "PreToolUse", CALL)).notices.length, 1);
  assert.equal((await fired(hooks, "PreToolUse", CALL)).notices.length, 0);
});
