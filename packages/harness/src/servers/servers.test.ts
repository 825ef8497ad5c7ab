/** Language servers that plugins declare, in a session: the one of the TypeScript that this house is built with, and one of a few lines. */
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Clock, Message } from "@keelson/protocol";
import { treeOf } from "@keelson/install";
import { test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { plugin } from "../../test/plugin.ts";
import { call, ended, messagesIn, run, world, type World } from "../../test/world.ts";
import { openTrust } from "../kept/trust.ts";
import { WAIT_MS } from "./news.ts";

const TSC = join(import.meta.dirname, "../../../../node_modules/.bin/tsc");
const WORDS = join(import.meta.dirname, "../../../tools/test/language-server.mjs");
const typescript = { ts: { command: TSC, args: ["--lsp", "--stdio"], extensionToLanguage: { ".ts": "typescript" } } };
const words = (...modes: string[]) => ({
  words: { command: process.execPath, args: [WORDS, ...modes], extensionToLanguage: { ".txt": "plaintext" } },
});

const say = (text: string) => ({ blocks: [{ text }] });
const read = (file: string) => ({ blocks: [call("Read", { file_path: file })] });
const edit = (file: string, from: string, to: string) => ({
  blocks: [call("Edit", { file_path: file, old_string: from, new_string: to })],
});
const pause = (ms: number, signal: AbortSignal): Promise<void> => sleep(ms, undefined, { signal }).then(nothing, nothing);
const nothing = (): void => {};
/** Waits longer for diagnostics than a session would: the machine may be busy. */
const clock: Clock = {
  now: () => performance.now(),
  random: () => 0.5,
  sleep: (ms, signal) => pause(ms === WAIT_MS ? 20_000 : ms, signal),
};
/** Whoever waits for diagnostics gives up at once, so many times. `patient`: told when somebody waits after that. */
function impatient(times: number, patient: () => Promise<void> = async () => {}): Clock {
  let left = times;
  const sleep: Clock["sleep"] = async (ms, signal) => {
    if (ms === WAIT_MS && left-- > 0) return;
    if (ms === WAIT_MS) await patient();
    await clock.sleep(ms, signal);
  };
  return { ...clock, sleep };
}

/** What the model was told in the last message of a request, the results of its calls apart. */
const told = (messages: readonly Message[]): string =>
  (messages.at(-1)?.content ?? []).flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");

async function opened(w: World, lspServers: object, more: object = {}) {
  const root = await plugin(w, "languages", { ".lsp.json": lspServers });
  return await w.open({ permissionMode: "bypassPermissions" }, { named: [root], clock, ...more });
}

test("an error that an edit brings stands behind its result; what was wrong before isn't told, and nothing is told twice", async () => {
  await using w = await world(
    { replies: [read("a.ts"), edit("a.ts", "one = 1", 'one: number = "1"'), edit("a.ts", "two = 2", "two = 3"), say("done")] },
    { "a.ts": "export const one = 1;\nexport const two = 2;\nexport const bad: string = 0;\n", "tsconfig.json": "{}" },
  );
  await using session = await opened(w, typescript);
  assert.equal(ended(await run(session, "go")), "completed");
  const afterEdit = told(messagesIn(w.server, 2));
  assert.match(afterEdit, /^a\.ts:1:14 error Type 'string' is not assignable to type 'number'\. \[.*2322\]$/m);
  assert.doesNotMatch(afterEdit, /a\.ts:3/);
  assert.doesNotMatch(told(messagesIn(w.server, 3)), /a\.ts/);
});

const wrong = (file: string) => ({ blocks: [call("Write", { file_path: file, content: "all is\nwrong\n" })] });
/** One that says nothing before there is a file called "gate". */
const gated = { words: { ...words("gated").words, args: [WORDS, "gated", "${CLAUDE_PROJECT_DIR}/gate"] } };
const bash = (command: string) => ({ blocks: [call("Bash", { command })] });

test("what comes too late is told before the end, which it holds back when it is an error", async () => {
  await using w = await world({ replies: [wrong("a.txt"), say("done"), say("now really")] });
  const clockOf = impatient(1, () => writeFile(join(w.cwd, "gate"), ""));
  await using session = await opened(w, gated, { clock: clockOf });
  assert.equal(ended(await run(session, "go")), "completed");
  assert.doesNotMatch(told(messagesIn(w.server, 1)), /a\.txt/);
  assert.match(told(messagesIn(w.server, 2)), /^a\.txt:2:1 error This is wrong\. \[words\]$/m);
});

test("what comes after the end is told with the next news, once", async () => {
  await using w = await world({ replies: [wrong("a.txt"), say("done"), bash("touch gate"), wrong("b.txt"), say("ok")] });
  await using session = await opened(w, gated, { clock: impatient(2) });
  await run(session, "go");
  await run(session, "go on");
  assert.doesNotMatch(JSON.stringify(messagesIn(w.server, 2)), /a\.txt:2:1/);
  const all = JSON.stringify(messagesIn(w.server, 4)); // behind one call of the second run or the other
  assert.deepEqual([all.split("a.txt:2:1 error").length, all.split("b.txt:2:1 error").length], [2, 2]);
});

test("a command that writes a file counts like an edit of it", async () => {
  await using w = await world({ replies: [read("a.txt"), bash("echo wrong > a.txt"), say("ok")] }, { "a.txt": "well\n" });
  await using session = await opened(w, words());
  await run(session, "go");
  assert.match(told(messagesIn(w.server, 2)), /^a\.txt:1:1 error/m);
});

test("no server starts before a file that it is for is touched, and it is gone when the session has closed", async () => {
  await using w = await world({ replies: [say("hello"), wrong("a.txt"), say("ok")] });
  const file = join(w.home, "pid");
  const script = `require("node:fs").writeFileSync(${JSON.stringify(file)}, String(process.pid)); import(${JSON.stringify(WORDS)})`;
  const session = await opened(w, { words: { ...words().words, args: ["-e", script] } });
  await run(session, "hi");
  await assert.rejects(readFile(file));
  await run(session, "go");
  const pid = Number(await readFile(file, "utf8"));
  process.kill(pid, 0);
  await session[Symbol.asyncDispose]();
  assert.throws(() => process.kill(pid, 0));
});

test("one that can't start is told once in one line, and nothing waits for it", async () => {
  await using w = await world({ replies: [wrong("a.txt"), wrong("b.txt"), say("ok")] });
  await using session = await opened(w, {
    gone: { command: "no-such-server", extensionToLanguage: { ".txt": "plaintext" }, maxRestarts: 0 },
  });
  const envelopes = await run(session, "go");
  assert.equal(ended(envelopes), "completed");
  assert.deepEqual(
    notices(envelopes)
      .filter((line) => line.includes("gone"))
      .map((line) => line.slice(0, 93)),
    [`The language server gone isn't started any more. There is no program "no-such-server" on this`],
  );
});

test("what a repository declares doesn't run before this state of it is trusted, and that is said", async () => {
  await using w = await world({ replies: [wrong("a.txt"), say("ok"), wrong("b.txt"), say("ok")] });
  const root = join(w.cwd, ".keel");
  await mkdir(root);
  await writeFile(join(root, "lsp.json"), JSON.stringify(words()));
  const open = () => w.open({ permissionMode: "bypassPermissions", trust: true }, { clock });
  const before = await open();
  await run(before, "go");
  assert.equal(told(messagesIn(w.server, 1)), "");
  assert.deepEqual(
    before.problems.filter(({ code }) => code === "servers_held").map(({ text }) => text),
    [`Its 1 language servers don't run: this state of it isn't trusted. keel trust give ${root} trusts it.`],
  );
  await before[Symbol.asyncDispose]();
  const there = await treeOf(root);
  assert.ok(there.ok);
  await openTrust(join(w.home, ".keel")).give({ kind: "plugin", subject: there.tree, name: "own", granted: 0 });
  await using after = await open();
  await run(after, "go");
  assert.match(told(messagesIn(w.server, 3)), /^b\.txt:2:1 error/m);
});

test("a flood of diagnostics is cut, errors first, and says what is left", async () => {
  const lines = Array.from({ length: 200 }, () => "wrong").join("\n");
  await using w = await world({ replies: [{ blocks: [call("Write", { file_path: "a.txt", content: lines })] }, say("ok")] });
  await using session = await opened(w, words());
  await run(session, "go");
  const shown = told(messagesIn(w.server, 1));
  assert.equal(shown.match(/^a\.txt:/gm)?.length, 30);
  assert.match(shown, /… and 170 more: 170 error$/);
});

test("the tool LSP is offered where there is a language server, and answers from it", async () => {
  const ask = { blocks: [call("LSP", { operation: "goToDefinition", filePath: "b.ts", line: 2, symbol: "one" })] };
  await using w = await world(
    { replies: [ask, say("ok")] },
    { "a.ts": "export const one = 1;\n", "b.ts": 'import { one } from "./a.ts";\nexport const two = one + 1;\n', "tsconfig.json": "{}" },
  );
  await using without = await w.open();
  assert.ok(!without.tools.includes("LSP"));
  await using session = await opened(w, typescript);
  assert.ok(session.tools.includes("LSP"));
  await run(session, "go");
  assert.match(JSON.stringify(messagesIn(w.server, 1).at(-1)), /a\.ts:1:14 {2}export const one = 1;/);
});

test("a sub-agent is told what its own changes break, by the same server", async () => {
  const agent = { blocks: [call("Agent", { description: "d", prompt: "write b" })] };
  await using w = await world({
    replies: [wrong("a.txt"), agent, say("ok")],
    sessions: [{ match: { promptIncludes: "write b" }, replies: [wrong("b.txt"), say("written")] }],
  });
  const started = join(w.home, "started");
  const script = `require("node:fs").appendFileSync(${JSON.stringify(started)}, "x"); import(${JSON.stringify(WORDS)})`;
  await using session = await opened(w, { words: { ...words().words, args: ["-e", script] } });
  await run(session, "go");
  const all = w.server.requests.filter(({ path }) => path === "/v1/messages").map((_, at) => told(messagesIn(w.server, at)));
  const about = (file: string) => all.flatMap((said, at) => (said.includes(`${file}:2:1 error`) ? [at] : []));
  assert.deepEqual([about("a.txt"), about("b.txt")], [[1], [3]]);
  assert.equal(await readFile(started, "utf8"), "x");
});
