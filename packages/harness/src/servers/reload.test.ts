/** Language servers and monitors while the plugins that declare them come and go: real programs, trust in its real folder. */
import assert from "node:assert/strict";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { treeOf } from "@keelson/install";
import type { Message } from "@keelson/protocol";
import { test } from "vitest";
import { notices } from "../../test/hooks.ts";
import { put, REAL, until } from "../../test/live.ts";
import { call, messagesIn, run, world, type World } from "../../test/world.ts";
import { openTrust } from "../kept/trust.ts";

const WORDS = join(import.meta.dirname, "../../../tools/test/language-server.mjs");
const say = (text: string) => ({ blocks: [{ text }] });
const bash = (command: string) => ({ blocks: [call("Bash", { command })] });
const wrong = (file: string) => ({ blocks: [call("Write", { file_path: file, content: "wrong\n" })] });
const ask = async () => ({ behavior: "deny" as const });

/** One that leaves its number in `pids`. */
function words(w: World): string {
  const script = `require("node:fs").appendFileSync(${JSON.stringify(join(w.home, "pids"))}, process.pid + " "); import(${JSON.stringify(WORDS)})`;
  return JSON.stringify({ words: { command: process.execPath, args: ["-e", script], extensionToLanguage: { ".txt": "plaintext" } } });
}
const numbers = async (file: string): Promise<readonly number[]> => (await readFile(file, "utf8")).trim().split(/\s+/).map(Number);
const pids = async (w: World): Promise<readonly number[]> => await numbers(join(w.home, "pids"));

function runs(pid: number | undefined): boolean {
  try {
    return process.kill(pid ?? 0, 0);
  } catch {
    return false;
  }
}
const told = (messages: readonly Message[]): string =>
  (messages.at(-1)?.content ?? []).flatMap((block) => (block.type === "text" ? [String(block["text"])] : [])).join("\n");
const open = (w: World) => w.open({ permissionMode: "bypassPermissions", trust: true }, { clock: REAL, ask });

async function trust(w: World, root: string): Promise<string> {
  const there = await treeOf(root);
  assert.ok(there.ok);
  await openTrust(join(w.home, ".keel")).give({ kind: "plugin", subject: there.tree, name: "own", granted: 0 });
  return there.tree;
}

test("a language server that is dropped in starts at the next file once it is trusted, and is gone when it is trusted no more", async () => {
  await using w = await world({ replies: ["a.txt", "b.txt", "c.txt", "d.txt"].flatMap((file) => [wrong(file), say("ok")]) });
  await using session = await open(w);
  await run(session, "go");
  const root = join(w.cwd, ".keel");
  await put(join(root, "lsp.json"), words(w));
  await session.reload(false);
  const held = `${root} Its 1 language servers don't run: this state of it isn't trusted. keel trust give ${root} trusts it.`;
  assert.deepEqual(
    notices(await run(session, "go")).filter((line) => line.includes("language servers")),
    [held],
  );
  await assert.rejects(pids(w));
  const tree = await trust(w, root);
  await session.reload(false);
  const after = await run(session, "go");
  assert.deepEqual(
    notices(after).filter((line) => line.includes("language servers")),
    [],
  );
  assert.match(told(messagesIn(w.server, 5)), /^c\.txt:1:1 error This is wrong\./m);
  const [pid] = await pids(w);
  assert.ok(runs(pid));
  await openTrust(join(w.home, ".keel")).revoke(tree);
  await session.reload(false);
  await until(() => !runs(pid));
  await run(session, "go");
  assert.doesNotMatch(told(messagesIn(w.server, 7)), /error/);
  assert.equal((await pids(w)).length, 1);
});

test("a language server goes on while others are dropped in, starts anew when it is declared otherwise, and goes with its plugin", async () => {
  await using w = await world({ replies: ["a.txt", "b.txt", "c.txt"].flatMap((file) => [wrong(file), say("ok")]) });
  const file = join(w.home, ".keel/lsp.json");
  await put(file, words(w));
  await using session = await open(w);
  session.watch();
  await run(session, "go");
  await put(join(w.home, ".keel/skills/x/SKILL.md"), "---\nname: x\ndescription: d\n---\nX\n");
  await session.reload(false);
  await run(session, "go");
  const [first, ...none] = await pids(w);
  assert.deepEqual([runs(first), none], [true, []]);
  await put(file, words(w).replace(".txt", '.txt":"plaintext",".md'));
  await session.reload(false);
  await until(() => !runs(first));
  await run(session, "go");
  assert.match(told(messagesIn(w.server, 5)), /^c\.txt:1:1 error/m);
  const [, second] = await pids(w);
  assert.ok(runs(second));
  await rm(file);
  await until(() => !runs(second));
});

test("the tool LSP comes with the first language server, where the prompt is written afresh", async () => {
  await using w = await world({ replies: [say("hello"), say("ok")] });
  await using session = await open(w);
  await run(session, "hi");
  await put(join(w.home, ".keel/lsp.json"), words(w));
  await session.reload(true);
  await run(session, "go");
  assert.ok(session.tools.includes("LSP"));
});

test("a monitor that is dropped in begins after the next reply; one that is taken away is ended and heard no more", async () => {
  const seen = (name: string) => bash(`until [ -e ${name} ]; do sleep 0.02; done`);
  await using w = await world({
    replies: [bash("ls"), seen("one"), say("ok"), bash("ls"), seen("two"), say("ok"), bash("ls"), say("bye")],
  });
  const file = join(w.home, ".keel/monitors/monitors.json");
  const monitor = (name: string) => ({ name, command: `echo $$ > ${name}; echo ${name} here; exec sleep 1000` });
  await put(file, JSON.stringify([monitor("one")]));
  await using session = await open(w);
  await run(session, "go");
  const [one] = await numbers(join(w.cwd, "one"));
  assert.ok(runs(one));
  await put(file, JSON.stringify([monitor("one"), monitor("two")]));
  await session.reload(false);
  await run(session, "go");
  const [two] = await numbers(join(w.cwd, "two"));
  assert.deepEqual([await numbers(join(w.cwd, "one")), runs(one), runs(two)], [[one], true, true]);
  await put(file, JSON.stringify([monitor("two")]));
  await session.reload(false);
  await until(() => !runs(one));
  assert.ok(runs(two));
  await rm(file);
  await session.reload(false);
  await until(() => !runs(two));
  await run(session, "go");
  assert.doesNotMatch(JSON.stringify(messagesIn(w.server, 7).slice(-2)), /monitor/);
});
