import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { sandboxAvailability, scrub } from "@keelson/tools";
import { test } from "vitest";
import { call, outcomes, run, world, type World } from "../../test/world.ts";
import { openTrust } from "../kept/trust.ts";
import { readRuling } from "./classify.ts";
import { keepTrust, standingOf, groundOf } from "./folder-trust.ts";

const bash = (command: string) => call("Bash", { command });
const say = (text: string) => ({ blocks: [{ text }] });
const judged = (envelopes: readonly Envelope[]) => envelopes.flatMap(({ event }) => (event.type === "call.judged" ? [event.decision] : []));

async function settings(w: World, of: object, folder = join(w.home, ".keel")): Promise<void> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "settings.json"), JSON.stringify(of));
}

test("a command that only tells runs unasked and beside others; one that changes something is asked about", async () => {
  await using w = await world(
    { replies: [{ blocks: [bash("git status --short"), bash("ls -la"), bash("touch made")] }, say("ok")] },
    { "a.txt": "a\n" },
  );
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "go")).toSorted(), ["denied", "error", "ok"].toSorted());
});

test("mode dontAsk denies what would be asked; auto and bypassPermissions can be forbidden", async () => {
  await using w = await world({ replies: [{ blocks: [bash("touch made")] }, say("ok")] });
  await settings(w, { permissions: { disableBypassPermissionsMode: "disable", disableAutoMode: "disable" } });
  await using session = await w.open({ permissionMode: "dontAsk" }, { ask: async () => ({ behavior: "allow", scope: "once" }) });
  assert.deepEqual(outcomes(await run(session, "go")), ["denied"]);
  assert.match(session.setMode("auto") ?? "", /forbidden/);
  await assert.rejects(w.open({ permissionMode: "bypassPermissions" }), /forbidden by the settings/);
});

test("in mode auto the classifier answers a default ask where only reading is done, and another model is told the call alone", async () => {
  await using w = await world({
    replies: (request, at) =>
      request.text.includes("You judge one tool call")
        ? say('{"label":"safe","reason":"It reads."}')
        : at === 0
          ? { blocks: [call("Read", { file_path: "/etc/hostname" })] }
          : say("ok"),
  });
  await using session = await w.open({ permissionMode: "auto" });
  const envelopes = await run(session, "a secret wish");
  const [decision] = judged(envelopes);
  assert.equal(decision?.behavior, "allow");
  assert.equal(decision?.stage, "classifier");
  const asked = w.server.requests.find(({ text }) => text.includes("You judge one tool call"));
  assert.ok(asked);
  assert.doesNotMatch(asked.text, /a secret wish/);
  assert.ok(
    envelopes.some(({ event }) => event.type === "model.called" && event.purpose === "classifier"),
    "it is metered",
  );
});

test("an answer of the classifier's model that isn't one is none", () => {
  assert.deepEqual(readRuling('Sure: {"label":"risky","reason":"It pushes.","hard":true}'), {
    label: "risky",
    reason: "It pushes.",
    hard: true,
  });
  for (const words of ["", "safe", '{"label":"fine"}', "{", '["safe"]']) assert.equal(readRuling(words), undefined);
});

test("what was allowed for the project holds in its next session, and nowhere else", async () => {
  await using w = await world({ replies: [{ blocks: [bash("touch made")] }, say("ok"), { blocks: [bash("touch made")] }, say("ok")] });
  const first = await w.open({}, { ask: async () => ({ behavior: "allow", scope: "project" }) });
  assert.deepEqual(outcomes(await run(first, "go")), ["ok"]);
  await first[Symbol.asyncDispose]();
  await using next = await w.open();
  const envelopes = await run(next, "go");
  assert.deepEqual(outcomes(envelopes), ["ok"]);
  assert.match(judged(envelopes)[0]?.rule?.text ?? "", /Bash\(touch made\)/);
});

test("a compound is approved command by command, with exactly the rules that were shown", async () => {
  await using w = await world({
    replies: [{ blocks: [bash("touch a && touch b")] }, say("ok"), { blocks: [bash("touch b"), bash("touch c")] }, say("ok")],
  });
  const shown: string[] = [];
  let first = true;
  await using session = await w.open(
    {},
    {
      ask: async ({ rules = [] }) => {
        if (!first) return { behavior: "deny" };
        first = false;
        shown.push(...rules);
        return { behavior: "allow", scope: "session" };
      },
    },
  );
  await run(session, "go");
  assert.deepEqual(shown, ["Bash(touch a)", "Bash(touch b)"]);
  assert.deepEqual(outcomes(await run(session, "again")), ["ok", "denied"]);
});

test("a repository's settings grant nothing before its folder is trusted; its denials hold in any case", async () => {
  const replies = () => [{ blocks: [bash("touch made"), bash("touch other")] }, say("ok")];
  await using w = await world({ replies: [...replies(), ...replies()] });
  await settings(w, { permissions: { allow: ["Bash(touch made)"], deny: ["Bash(touch other)"] } }, join(w.cwd, ".keel"));
  const untrusted = await w.open();
  assert.equal(untrusted.trusted, false);
  assert.deepEqual(outcomes(await run(untrusted, "go")), ["denied", "denied"]);
  await untrusted[Symbol.asyncDispose]();
  await using trusted = await w.open({ trust: true });
  assert.deepEqual(outcomes(await run(trusted, "go")), ["ok", "denied"]);
});

test("trust is of a repository's real folder: a repository inside of it is another one, and home is never kept", async () => {
  await using w = await world({ replies: [] });
  const store = openTrust(join(w.home, ".keel"));
  await mkdir(join(w.cwd, ".git"));
  await mkdir(join(w.cwd, "vendor", "lib", ".git"), { recursive: true });
  await mkdir(join(w.cwd, "src"));
  const root = groundOf(join(w.cwd, "src")).root;
  assert.equal(await keepTrust(root, w.home, store, 1), undefined);
  assert.equal((await standingOf(groundOf(join(w.cwd, "src")).root, store, false)).trusted, true);
  assert.equal((await standingOf(groundOf(join(w.cwd, "vendor", "lib")).root, store, false)).trusted, false);
  assert.match((await keepTrust(w.home, w.home, store, 1)) ?? "", /lasts for one session/);
});

const sandbox = await sandboxAvailability({ cwd: "/", env: scrub(process.env, process.platform) }, new AbortController().signal);
if (!sandbox.available) console.warn(`*** The sandbox isn't tested: ${sandbox.why} ***`);

test.skipIf(!sandbox.available)("in the sandbox commands need no question, and can't write outside of the folder", async () => {
  await using w = await world({
    replies: [{ blocks: [bash("echo in > inside.txt; echo out > ../outside.txt; echo t > $TMPDIR/t; cat inside.txt")] }, say("ok")],
  });
  await settings(w, { sandbox: { enabled: true } });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.equal(judged(envelopes)[0]?.reason, "It runs in the sandbox.");
  assert.equal(await readFile(join(w.cwd, "inside.txt"), "utf8"), "in\n");
  await assert.rejects(readFile(join(w.home, "outside.txt")));
  assert.match(JSON.stringify(envelopes), /Read-only file system/);
});

test("a sandbox that is required and can't be had refuses the session", async () => {
  await using w = await world({ replies: [] });
  await settings(w, { sandbox: { enabled: true, failIfUnavailable: true } });
  await assert.rejects(w.open({}, {}, { PATH: "/nowhere" }), /There is no sandbox here/);
  await settings(w, { sandbox: { enabled: true, failIfUnavailable: true, bwrapPath: "/nowhere/bwrap" } });
  await assert.rejects(w.open(), /the bubblewrap that the settings name can't be run: \/nowhere\/bwrap/);
});
