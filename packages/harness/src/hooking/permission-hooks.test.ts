import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Decision, Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { hook, keep, kept, notices, say } from "../../test/hooks.ts";
import { call, ended, messagesIn, outcomes, run, world } from "../../test/world.ts";

const done = { blocks: [{ text: "ok" }] };
const write = (path: string) => call("Write", { file_path: path, content: "x" });
const request = (decision: object): string => say("PermissionRequest", { decision });
const judged = (envelopes: readonly Envelope[]): Decision[] =>
  envelopes.flatMap(({ event }) => (event.type === "call.judged" ? [event.decision] : []));

test("PermissionRequest: a hook answers where nobody is there, for what would be asked and for nothing else", async () => {
  await using w = await world(
    { replies: [{ blocks: [write("a.txt"), write("secret.txt"), call("Read", { file_path: "b.txt" })] }, done] },
    { "b.txt": "b" },
  );
  await hook(
    w,
    { PermissionRequest: `tee -a ${w.home}/asked > /dev/null; ${request({ behavior: "allow" })}` },
    { permissions: { deny: ["Edit(secret.txt)"] } },
  );
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes).toSorted(), ["denied", "ok", "ok"]);
  const asked = (await readFile(join(w.home, "asked"), "utf8")).split("}{").length;
  assert.equal(asked, 1);
  assert.ok(judged(envelopes).some(({ stage, behavior }) => stage === "hooks" && behavior === "allow"));
});

test("PermissionRequest: the input that a hook gives with its yes is judged again, and a deny rule still holds", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, { blocks: [write("b.txt")] }, done] });
  const swap = (path: string): string => request({ behavior: "allow", updatedInput: { file_path: path, content: "y" } });
  await hook(
    w,
    { PermissionRequest: `if grep -q a.txt; then ${swap("secret.txt")}; else ${swap("c.txt")}; fi` },
    { permissions: { deny: ["Edit(secret.txt)"] } },
  );
  await using session = await w.open();
  assert.deepEqual(outcomes(await run(session, "go")), ["denied", "ok"]);
  assert.equal(await readFile(join(w.cwd, "c.txt"), "utf8"), "y");
});

test("PermissionRequest: a no comes before the person is asked, its words reach the model, and interrupt ends the run", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, { blocks: [write("b.txt")] }, done] });
  const no = (more: object): string => request({ behavior: "deny", message: "use the other folder", ...more });
  await hook(w, { PermissionRequest: `if grep -q a.txt; then ${no({})}; else ${no({ interrupt: true })}; fi` });
  await using session = await w.open({}, { ask: async () => assert.fail("nobody was to be asked") });
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["denied", "denied"]);
  assert.match(JSON.stringify(messagesIn(w.server, 1)), /use the other folder/);
  assert.equal(ended(envelopes), "aborted_tools");
});

test("PermissionRequest: exit code 2 is no answer; the person is asked, and sees what the hook was told", async () => {
  await using w = await world({ replies: [{ blocks: [call("Bash", { command: "touch made" })] }, done] });
  await hook(w, { PermissionRequest: `${keep(w)}; exit 2` });
  await using session = await w.open({}, { ask: async () => ({ behavior: "allow", scope: "once" }) });
  assert.deepEqual(outcomes(await run(session, "go")), ["ok"]);
  const [told] = await kept(w);
  assert.equal(told?.["tool_name"], "Bash");
  assert.match(JSON.stringify(told?.["permission_suggestions"]), /"toolName":"Bash","ruleContent":"touch made/);
});

test("PermissionRequest: rules that come with a yes hold for the session", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, { blocks: [write("b.txt")] }, done] });
  const updates = [{ type: "addRules", rules: [{ toolName: "Write" }], behavior: "allow", destination: "userSettings" }];
  await hook(w, { PermissionRequest: `if grep -q a.txt; then ${request({ behavior: "allow", updatedPermissions: updates })}; fi` });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok"]);
  assert.match(notices(envelopes).join(), /userSettings holds for this session only/);
});

test("PermissionRequest: a hook adds, replaces and removes rules of the session, and turns its mode, but doesn't lift its questions", async () => {
  const read = { blocks: [call("Write", { file_path: "z.txt", content: "x" })] };
  const rule = (type: string, toolName: string, behavior: string, destination = "session") => ({
    type,
    rules: [{ toolName }],
    behavior,
    destination,
  });
  const updates: Readonly<Record<string, readonly object[]>> = {
    "one.txt": [rule("addRules", "Write", "allow"), rule("replaceRules", "Bash", "allow"), rule("removeRules", "Grep", "allow")],
    "two.txt": [rule("removeRules", "Bash", "allow"), { type: "setMode", mode: "acceptEdits", destination: "session" }],
    "three.txt": [{ type: "setMode", mode: "bypassPermissions" }, { type: "removeDirectories", directories: ["/"] }, { type: "odd" }],
  };
  const branches = Object.entries(updates).map(
    ([name, updatedPermissions]) =>
      `if echo "$said" | grep -q ${name}; then ${request({ behavior: "allow", updatedPermissions })}; exit; fi`,
  );
  await using w = await world({
    replies: [
      { blocks: [write("one.txt")] },
      read,
      { blocks: [write("two.txt")] },
      read,
      { blocks: [call("Bash", { command: "./three.txt" })] },
      done,
    ],
  });
  await hook(w, { PermissionRequest: `said=$(cat); ${branches.join("; ")}` });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["ok", "denied", "ok", "ok", "error"]);
  assert.equal(session.mode, "acceptEdits");
  const told = notices(envelopes).join("\n");
  for (const words of [/so it stays: Grep/, /can't turn on mode bypassPermissions/, /can't take a folder away/, /"odd" isn't known/])
    assert.match(told, words);
});

test("PermissionRequest: folders that come with a yes are the session's from the next call on, its agents' too, but none that holds the home", async () => {
  const read = { blocks: [call("Read", { file_path: "../beside/a.txt" })] };
  const agent = { blocks: [call("Agent", { description: "d", prompt: "look beside" })] };
  await using w = await world({
    replies: [{ blocks: [write("b.txt")] }, read, agent, done],
    sessions: [{ match: { promptIncludes: "look beside" }, replies: [read, done] }],
  });
  const beside = join(w.home, "beside");
  await mkdir(beside);
  await writeFile(join(beside, "a.txt"), "plum");
  await symlink(w.home, join(w.home, "all"));
  const add = (destination: string, ...directories: readonly string[]) => ({ type: "addDirectories", directories, destination });
  const updates = [add("session", "../beside", "/", "../all"), add("userSettings", "../nowhere", "../beside")];
  await hook(w, { PermissionRequest: `if grep -q b.txt; then ${request({ behavior: "allow", updatedPermissions: updates })}; fi` });
  await using session = await w.open();
  const envelopes = await run(session, "go");
  assert.deepEqual(outcomes(envelopes), ["ok", "ok", "ok", "ok"]);
  const told = notices(envelopes).filter((line) => !line.includes("read again"));
  assert.deepEqual(told, [
    `A hook can't add / to the folders of a session: all your files are in it. That is the user's to do, with --add-dir.`,
    `A hook can't add ${join(w.home, "all")} to the folders of a session: all your files are in it. That is the user's to do, with --add-dir.`,
    `${join(w.home, "nowhere")} isn't a folder that can be opened.`,
    "Folders for userSettings are added for this session only.",
  ]);
});

test("PermissionRequest: a rule for the project's settings is kept as a grant for its folder, and written into no file of it", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, done, { blocks: [write("b.txt")] }, done] });
  const updates = [{ type: "addRules", rules: [{ toolName: "Write" }], behavior: "allow", destination: "localSettings" }];
  await hook(w, { PermissionRequest: `if grep -q a.txt; then ${request({ behavior: "allow", updatedPermissions: updates })}; fi` });
  const first = await w.open();
  assert.deepEqual(notices(await run(first, "go")), []);
  await first[Symbol.asyncDispose]();
  await using second = await w.open();
  assert.deepEqual(outcomes(await run(second, "go")), ["ok"]);
  assert.equal(existsSync(join(w.cwd, ".keel")), false);
});

test("Notification: a hook is told that a question was put, while it waits for its answer", async () => {
  await using w = await world({ replies: [{ blocks: [write("a.txt")] }, done] });
  const pipe = join(w.home, "pipe");
  execFileSync("bash", ["-c", `mkfifo "${pipe}"`]);
  await hook(w, { Notification: `cat > ${pipe}` });
  let told = "";
  await using session = await w.open(
    {},
    {
      ask: async () => {
        told = await readFile(pipe, "utf8"); // ends when the hook has written it
        return { behavior: "deny" };
      },
    },
  );
  await run(session, "go");
  assert.match(told, /"message":"keel needs your permission to use Write".*"notification_type":"permission_prompt"/);
});

test("PermissionDenied: hooks are told of mode auto's denials alone, and the model when it may try again", async () => {
  const ruling = '{"label":"risky","reason":"It sends things away.","hard":true}';
  await using w = await world({
    replies: (asked, at) =>
      asked.text.includes("You judge one tool call")
        ? { blocks: [{ text: ruling }] }
        : at === 0
          ? { blocks: [call("Bash", { command: "./deploy.sh" }), write("secret.txt")] }
          : done,
  });
  await hook(
    w,
    { PermissionDenied: `${keep(w)}; ${say("PermissionDenied", { retry: true })}` },
    { permissions: { deny: ["Edit(secret.txt)"] } },
  );
  await using session = await w.open({ permissionMode: "auto" });
  assert.deepEqual(outcomes(await run(session, "go")), ["denied", "denied"]);
  const told = await kept(w);
  assert.deepEqual(
    told.map(({ tool_name: tool, reason }) => [tool, reason]),
    [["Bash", "It sends things away."]],
  );
  const last = w.server.requests.at(-1)?.text ?? "";
  assert.equal(last.split("you may try it again").length, 2);
});
