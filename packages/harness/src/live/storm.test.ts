import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "vitest";
import { changesIn, put, REAL, skill, until } from "../../test/live.ts";
import { storm } from "../../test/storm.ts";
import { call, ended, outcomes, run, world } from "../../test/world.ts";

test(
  "a thousand edits, breakages, renames and deletions lose no call, and end in what a fresh start reads",
  { timeout: 120_000 },
  async () => {
    const { changes } = await storm(7, 1_000);
    assert.ok(changes > 10);
  },
);

test("a plugin of 200 files that is copied in slowly during a turn is swapped in once, whole", { timeout: 60_000 }, async () => {
  const wait = { blocks: [call("Bash", { command: "touch begun; until [ -e over ]; do sleep 0.02; done" })] };
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "true" })] }, wait, { blocks: [{ text: "done" }] }] });
  const root = join(w.home, "plugin");
  await put(join(root, ".claude-plugin/plugin.json"), '{"name": "slow"}');
  await using session = await w.open({ permissionMode: "bypassPermissions" }, { clock: REAL, named: [root] });
  session.watch();
  const count = (): number => session.skills.filter(({ name }) => name.startsWith("slow:")).length;
  const seen = new Set<number>();
  const running = run(session, "go");
  for (let at = 0; at < 200; at++) {
    await put(join(root, `skills/s${at}/SKILL.md`), skill(`s${at}`));
    await REAL.sleep(10, new AbortController().signal);
    seen.add(count());
  }
  await until(() => (seen.add(count()), count() === 200));
  await put(join(w.cwd, "over"), "");
  const envelopes = await running;
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok"]);
  assert.deepEqual(
    [...seen].toSorted((a, b) => a - b),
    [0, 200],
    "nothing in between was ever to be seen",
  );
  assert.deepEqual(
    changesIn(envelopes).map(({ added, prompt }) => [added.length, prompt]),
    [[200, "announced"]],
  );
});
