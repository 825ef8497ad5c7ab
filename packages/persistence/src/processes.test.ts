import assert from "node:assert/strict";
import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate as breathe } from "node:timers/promises";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { killRounds } from "./fixtures/kill.ts";
import { CONTENDER, start, WRITER } from "./fixtures/process.ts";
import { all, CWD, folderOf, note, notes, opened, REF, refused } from "./fixtures/scene.ts";
import { nodeHost } from "./host.ts";

test("a writer that is killed in the middle of appending loses nothing that it was told is stored, twenty times over", async () => {
  await using home = await temporaryHome();
  await killRounds(home.path, 20);
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

  const elsewhere = opened(home.path).store;
  await using claim = await elsewhere.claim(REF, "me", { takeOver: true });
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

test("who finds a session held is told which process has it, on which terminal, whether it is stopped, and what to do", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using holder = start(CONTENDER, home.path);
  await holder.hear();
  assert.equal(await holder.ask(`claim ${REF.session}`), "done");
  await refused("held", store.claim(REF, REF.session), new RegExp(`open in process ${holder.pid}[^,]*\\. .*\`kill ${holder.pid}\``));
  holder.signal("SIGSTOP");
  while (!readFileSync(`/proc/${holder.pid}/stat`, "utf8").includes(") T ")) await breathe();
  for (const work of [() => store.claim(REF, REF.session), () => store.delete(REF)])
    await refused("held", work(), new RegExp(`process ${holder.pid}.*stopped.*\`kill -CONT ${holder.pid}\`.*\`kill -9 ${holder.pid}\``));
});
