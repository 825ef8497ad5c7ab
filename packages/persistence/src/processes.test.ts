import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { all, CWD, folderOf, note, notes, opened, REF, refused } from "./fixtures/scene.ts";
import { nodeHost } from "./host.ts";

const WRITER = fileURLToPath(new URL("./fixtures/writer.ts", import.meta.url));
const CONTENDER = fileURLToPath(new URL("./fixtures/contender.ts", import.meta.url));

/** A process and what it prints, a line at a time. Dispose kills it and waits for its end. */
function start(file: string, ...args: readonly string[]) {
  const child = spawn(process.execPath, [file, ...args], { stdio: ["pipe", "pipe", "inherit"] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const gone = new Promise((done) => child.once("exit", done));
  const hear = async (): Promise<string | undefined> => {
    const step = await lines.next();
    return step.done ? undefined : step.value;
  };
  return {
    pid: child.pid ?? 0,
    hear,
    signal: (name: NodeJS.Signals) => child.kill(name),
    ask: async (words: string): Promise<string | undefined> => {
      child.stdin.write(`${words}\n`);
      return await hear();
    },
    gone,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGKILL");
      await gone;
    },
  };
}

test("a writer that is killed in the middle of appending loses nothing that it was told is stored, twenty times over", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  for (let round = 0; round < 20; round++) {
    const session = `s${Math.floor(round / 5)}`;
    const ref = { tenant: "local", session };
    if (round % 5 === 0) await store.create(ref, { cwd: CWD });
    await using writer = start(WRITER, home.path, session);
    let last = 0;
    for (let heard = 0; heard < 3 + ((round * 5) % 12); heard++) last = Number(await writer.hear());
    writer.signal("SIGKILL");
    for (let line = await writer.hear(); line !== undefined; line = await writer.hear()) if (line !== "") last = Number(line);
    await writer.gone;

    const log = await all(store, 0, ref);
    assert.ok(log.length >= last && last > 0, `round ${round}: ${log.length} of ${last}`);
    assert.ok(log.length <= last + 1, "at most the one that was being written");
    for (const [at, { seq, event }] of log.entries()) {
      assert.equal(seq, at + 1);
      assert.ok(event.type === "context.added" && String(event.content[0]?.["text"]).startsWith(`${seq} `));
    }
  }
});

test("of processes that claim at once exactly one gets the session, whatever lock lies there", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await using one = start(CONTENDER, home.path);
  await using two = start(CONTENDER, home.path);
  await using three = start(CONTENDER, home.path);
  const contenders = [one, two, three];
  assert.deepEqual(await Promise.all(contenders.map(({ hear }) => hear())), ["ready", "ready", "ready"]);
  const { self } = nodeHost(() => 0);
  for (let round = 0; round < 60; round++) {
    const session = `s${round % 20}`;
    if (round < 20) await store.create({ tenant: "local", session }, { cwd: CWD });
    const stale = { ...self, pid: 2 ** 22 + round, owner: "gone", at: 0 };
    if (round % 2 === 0) writeFileSync(join(folderOf(home.path, session), `${Math.floor(round / 20)}.lock`), JSON.stringify(stale));
    const outcomes = await Promise.all(contenders.map(({ ask }) => ask(`claim ${session}`)));
    assert.deepEqual(
      outcomes.toSorted((one = "", other = "") => one.localeCompare(other)),
      ["done", "held", "held"],
      `round ${round}`,
    );
    await contenders[outcomes.indexOf("done")]?.ask("release");
  }
});

test("a process that was stopped, taken over and woken is fenced, and its late lines are never read", async () => {
  await using home = await temporaryHome();
  const { store, folder } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using zombie = start(CONTENDER, home.path);
  await zombie.hear();
  for (const [words, outcome] of [
    ["claim s", "done"],
    ["append 1", "done"],
    ["append 2", "done"],
  ] as const)
    assert.equal(await zombie.ask(words), outcome);
  zombie.signal("SIGSTOP");
  await refused("held", store.claim(REF, "me"), new RegExp(`process ${zombie.pid}`));

  const { self } = nodeHost(() => 0);
  const elsewhere = opened(home.path, { host: { self, lives: () => false } }).store;
  await using claim = await elsewhere.claim(REF, "me");
  await elsewhere.append(REF, claim.fence, claim.head, [note(3, "mine")]);
  zombie.signal("SIGCONT");
  assert.equal(await zombie.ask("append 3"), "fenced");
  assert.equal(await zombie.ask("append 4"), "fenced");
  assert.ok(readFileSync(join(folder, "1.jsonl"), "utf8").includes("line 3"), "it had written before it looked");
  appendFileSync(join(folder, "1.jsonl"), `${JSON.stringify(note(3, "late"))}\n${JSON.stringify(note(4, "late"))}\n`);
  assert.deepEqual(await all(store), [...notes(1, 2), note(3, "mine")]);
});

test("what a process was told is stored can be read by another while it goes on writing", async () => {
  await using home = await temporaryHome();
  const { store, problems } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using writer = start(WRITER, home.path, REF.session);
  let after = 0;
  for (let round = 0; round < 10; round++) {
    const told = Number(await writer.hear());
    for await (const { seq } of store.read(REF, after)) assert.equal(seq, ++after);
    assert.ok(after >= told);
    assert.ok((await store.head(REF)).head >= after);
  }
  assert.deepEqual(problems, []);
});
