/** A plugin that was changed since somebody agreed to it: its guards go on as they were, until somebody agrees to the change. */
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { changesIn, put, REAL } from "../../test/live.ts";
import { call, outcomes, run, world, type World } from "../../test/world.ts";
import { agreeTo, offerTree, openTrust } from "../inspect/trust.ts";

const bash = { blocks: [call("Bash", { command: "true" })] };
const said = { blocks: [{ text: "ok" }] };
const hooks = (command: string): string => JSON.stringify({ hooks: { PreToolUse: [{ hooks: [{ type: "command", command }] }] } });

async function guarded(kind: "mine" | "project" = "mine") {
  const w = await world({ replies: [bash, said, bash, said, bash, said] });
  const root = kind === "mine" ? join(w.home, ".keel/plugins/g") : join(w.cwd, ".keel");
  await put(join(root, "hooks/hooks.json"), hooks("exit 2"));
  const where = { keelHome: join(w.home, ".keel") };
  const agree = async (between: () => Promise<void> = async () => {}): Promise<void> => {
    const offer = await offerTree(where, { root }, "plugin", Date.now());
    assert.ok(offer.ok);
    await between();
    assert.equal(await agreeTo(where, offer, Date.now()), undefined);
  };
  const open = () => w.open({ permissionMode: "bypassPermissions", trust: kind === "project" }, { clock: REAL });
  return { ...w, root, agree, open };
}
const goes = async (session: Awaited<ReturnType<World["open"]>>): Promise<readonly string[]> => outcomes(await run(session, "go"));

const EDITS: Readonly<Record<string, (root: string) => Promise<void>>> = {
  "a note beside them": (root) => put(join(root, "README.md"), "note"),
  "an empty list": (root) => writeFile(join(root, "hooks/hooks.json"), "{}"),
  "half a list": (root) => writeFile(join(root, "hooks/hooks.json"), '{"hooks": {'),
  "their file gone": (root) => rm(join(root, "hooks"), { recursive: true }),
  "a manifest that can't be read": (root) => put(join(root, ".claude-plugin/plugin.json"), "{oops"),
  "another hook": (root) => writeFile(join(root, "hooks/hooks.json"), hooks("true")),
};

describe.each(["mine", "project"] as const)("hooks of a plugin directory (%s)", (kind) => {
  test.each(Object.keys(EDITS).filter((edit) => kind === "mine" || !edit.includes("manifest")))(
    "run as they were in the next session: %s",
    async (edit) => {
      await using w = await guarded(kind);
      await w.agree();
      await EDITS[edit]?.(w.root);
      await using session = await w.open();
      assert.match(
        session.problems.map(({ text }) => text).join("\n"),
        /changed since it was trusted: its hooks run as they were\. keel trust give/,
      );
      assert.deepEqual(await goes(session), ["denied"]);
    },
  );

  test.each(Object.keys(EDITS).filter((edit) => kind === "mine" || !edit.includes("manifest")))(
    "run as they were in the session that sees it: %s",
    async (edit) => {
      await using w = await guarded(kind);
      await w.agree();
      await using session = await w.open();
      assert.deepEqual(await goes(session), ["denied"]);
      await EDITS[edit]?.(w.root);
      await session.reload(false);
      const envelopes = await run(session, "go");
      assert.deepEqual(outcomes(envelopes), ["denied"]);
      assert.match(notices(envelopes).join("\n"), /changed since it was trusted: its hooks run as they were/);
      assert.deepEqual(
        changesIn(envelopes).flatMap(({ removed }) => removed.filter((name) => name.startsWith("hooks"))),
        [],
      );
    },
  );
});

test("a change is taken up once it is agreed to, also while a session runs; taken back trust takes them all", async () => {
  await using w = await guarded();
  await w.agree();
  await using session = await w.open();
  await writeFile(join(w.root, "hooks/hooks.json"), hooks("true"));
  await session.reload(false);
  assert.deepEqual(await goes(session), ["denied"]);
  await w.agree();
  await session.reload(false);
  assert.deepEqual(await goes(session), ["ok"]);
  await writeFile(join(w.root, "hooks/hooks.json"), hooks("exit 2"));
  await openTrust(join(w.home, ".keel")).revoke(w.root);
  await session.reload(false);
  assert.deepEqual(await goes(session), ["ok"]);
});

test("what was agreed to runs, though the directory was edited between the question and the answer", async () => {
  await using w = await guarded();
  await w.agree(() => writeFile(join(w.root, "hooks/hooks.json"), hooks("true")));
  await using session = await w.open();
  assert.deepEqual(await goes(session), ["denied"]);
});

test("what was never agreed to doesn't run, and a plugin that is removed is gone", async () => {
  await using w = await guarded();
  await using session = await w.open();
  assert.deepEqual(await goes(session), ["ok"]);
  await w.agree();
  await session.reload(false);
  assert.deepEqual(await goes(session), ["denied"]);
  await rm(w.root, { recursive: true });
  await session.reload(false);
  assert.deepEqual(await goes(session), ["ok"]);
});
