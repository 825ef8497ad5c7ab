import assert from "node:assert/strict";
import { readFileSync, readdirSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fold, refusal, text, type Envelope, type Event, type Problem } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { nodeDisk } from "./disk.ts";
import { all, CWD, folderOf, note, notes, opened, real, REF } from "./fixtures/scene.ts";

const never = new AbortController().signal;

/** Three openings of three records each: 1 to 3 in the first segment, and so on. */
async function log(root: string, envelopes: readonly Envelope[] = notes(1, 9)) {
  const scene = opened(root);
  await scene.store.create(REF, { cwd: CWD });
  for (let head = 0; head < envelopes.length; head += 3) {
    await using claim = await scene.store.claim(REF, "me");
    await scene.store.append(REF, claim.fence, head, envelopes.slice(head, head + 3));
  }
  return { ...scene, file: (epoch: number) => join(scene.folder, `${epoch}.jsonl`) };
}

/** As `sed -i '3s/"seq"/"s!q"/; 3s/^\[/[!/'` does it: `line` from 1, which is the header. */
function spoil(path: string, line: number): void {
  const lines = readFileSync(path, "utf8").split("\n");
  lines[line - 1] = (lines[line - 1] ?? "").replace('"seq"', '"s!q"').replace(/^\[/, "[!");
  writeFileSync(path, lines.join("\n"));
}

const errorsIn = (problems: Problem[]): Pick<Problem, "file" | "text">[] =>
  problems
    .splice(0)
    .filter(({ severity }) => severity === "error")
    .map(({ file, text: words }) => ({ file, text: words.split(" missing")[0] ?? "" }));

for (const [place, disk] of [
  ["by the index", nodeDisk],
  ["where there can be no index", { ...nodeDisk, isRemote: () => true }],
] as const)
  test(`whoever reads a session that lost a record is told which and where, every time, ${place}`, async () => {
    await using home = await temporaryHome();
    const { file } = await log(home.path);
    spoil(file(1), 3);
    const lost = [{ file: file(1), text: "Record 2 is" }];
    await using store = opened(home.path, { disk }).store;
    const { store: told, problems } = opened(home.path, { disk });
    for (const _ of ["once", "again"]) {
      assert.deepEqual(real(await all(told)), [note(1), ...notes(3, 9)]);
      assert.deepEqual(errorsIn(problems), lost, "read");
      assert.equal((await told.list({ tenant: "local" })).length, 1);
      assert.deepEqual(errorsIn(problems), lost, "list");
      assert.equal((await told.search({ tenant: "local", text: "line 7" })).length, 1);
      assert.deepEqual(errorsIn(problems), lost, "search");
      await told.get(REF);
      assert.deepEqual(errorsIn(problems), lost, "get");
      await using _held = await told.claim(REF, "me");
      assert.deepEqual(errorsIn(problems), lost, "claim");
    }
    assert.equal((await store.list({ tenant: "local", cwd: CWD })).length, 1);
    await told[Symbol.asyncDispose]();
  });

test("a reindex tells of every session that lost records", async () => {
  await using home = await temporaryHome();
  const { file, store, problems } = await log(home.path);
  spoil(file(2), 2);
  spoil(file(2), 3);
  for (const _ of ["once", "again"]) {
    assert.equal(await store.reindex(never), 1);
    assert.deepEqual(errorsIn(problems), [{ file: file(2), text: "Records 4 to 5 are" }]);
  }
  await store[Symbol.asyncDispose]();
});

test("what is added to a log with a gap is numbered behind all that was there, and no snapshot hides the gap", async () => {
  await using home = await temporaryHome();
  const { file, store, problems, folder } = await log(home.path);
  const before = readFileSync(file(1));
  spoil(file(1), 4);
  {
    await using claim = await store.claim(REF, "me");
    assert.equal(claim.head, 9);
    await store.append(REF, claim.fence, 9, [note(10)]);
    await store.putSnapshot(REF, claim.fence, { seq: 10, kind: "k", state: null });
    assert.equal(await store.snapshot(REF, "k"), undefined);
  }
  problems.length = 0;
  await using _ = await store.claim(REF, "me");
  assert.deepEqual(errorsIn(problems), [{ file: file(1), text: "Record 3 is" }]);
  assert.deepEqual(real(await all(store)), [...notes(1, 2), ...notes(4, 10)]);
  assert.match(readFileSync(join(folder, "1.corrupt"), "utf8"), /line 3/);
  writeFileSync(file(1), before);
  assert.deepEqual(await all(opened(home.path).store), notes(1, 10), "a copy that was put back makes it whole");
});

test("records of the segment's end are missing when the next segment begins behind them", async () => {
  await using home = await temporaryHome();
  const { file, store, problems } = await log(home.path);
  const damages: readonly (readonly [string, () => void])[] = [
    ["Record 6 is", () => spoil(file(2), 4)],
    ["Records 4 to 6 are", () => truncateSync(file(2), 0)],
    ["Records 4 to 6 are", () => rmSync(file(2))],
  ];
  for (const [words, damage] of damages) {
    damage();
    assert.deepEqual((await all(store)).slice(-3), notes(7, 9));
    assert.deepEqual(errorsIn(problems), [{ file: file(2), text: words }]);
  }
});

test("a number that was spoiled into a higher one takes nothing with it", async () => {
  await using home = await temporaryHome();
  const { file, store, problems } = await log(home.path);
  for (const epoch of [1, 3]) writeFileSync(file(epoch), readFileSync(file(epoch), "utf8").replace(/^\[(2|8),/m, "[9$1$1,"));
  assert.deepEqual(real(await all(store)), [note(1), ...notes(3, 7), note(9)]);
  assert.deepEqual(
    errorsIn(problems).map(({ text: words }) => words),
    ["Record 2 is", "Record 8 is"],
  );
});

test("lines that say no run of their own keep theirs when the one that says it is spoiled", async () => {
  await using home = await temporaryHome();
  const run = (seq: number, name: string): Envelope => ({ ...note(seq), run: name });
  const written = [run(1, "a"), run(2, "b"), run(3, "b")];
  const { file, store } = await log(home.path, written);
  spoil(file(1), 3);
  assert.deepEqual(real(await all(store)), [run(1, "a"), run(3, "b")]);
  spoil(file(1), 2);
  assert.deepEqual(real(await all(store)), [run(3, "b")]);
});

const CONVERSATION: readonly Event[] = [
  { type: "context.added", from: "user", content: [text("fix it")] },
  { type: "turn.started", turn: 1, because: "prompt" },
  { type: "block.completed", messageId: "m", index: 0, block: { type: "tool_use", id: "c", name: "Bash", input: {} } },
  { type: "reply.completed", messageId: "m", stopReason: "tool_use", usage: { input: 1, output: 1 } as never },
  { type: "call.started", callId: "c", input: {}, replay: "never" },
  {
    type: "call.completed",
    callId: "c",
    outcome: "ok",
    result: { type: "tool_result", tool_use_id: "c", content: [text("done")] },
    ms: 1,
  },
  { type: "turn.started", turn: 2, because: "prompt" },
  { type: "block.completed", messageId: "n", index: 0, block: text("it is fixed") },
  { type: "reply.completed", messageId: "n", stopReason: "end_turn", usage: { input: 1, output: 1 } as never },
];

test("whichever record is lost, what the model would be sent stays valid", async () => {
  await using home = await temporaryHome();
  const envelopes = CONVERSATION.map((event, at): Envelope => ({ ...note(at + 1), event }));
  const { file, store } = await log(home.path, envelopes);
  for (let seq = 1; seq <= 8; seq++) {
    const path = file(Math.ceil(seq / 3));
    const whole = readFileSync(path);
    spoil(path, 2 + ((seq - 1) % 3));
    const left = await all(store);
    assert.deepEqual(
      left.map((one, at) => (real([one]).length > 0 ? one : at)),
      envelopes.map((one, at) => (one.seq === seq ? at : one)),
    );
    assert.equal(refusal(fold([...left, note(10, "and now?")])), undefined, `without record ${seq}`);
    writeFileSync(path, whole);
  }
});

test("an emptied segment of a session whose records the index knows is told, and nothing is numbered over them", async () => {
  await using home = await temporaryHome();
  const { file, store, problems } = await log(home.path, notes(1, 3));
  assert.equal((await store.list({ tenant: "local" }))[0]?.title, "line 1");
  for (const epoch of [0, 1]) truncateSync(file(epoch), 0);
  const lost = [{ file: file(1), text: "Records 1 to 3 are" }];
  assert.deepEqual(real(await all(store)), []);
  assert.deepEqual(errorsIn(problems), lost);
  for (const _ of ["once", "again"]) {
    assert.equal((await store.list({ tenant: "local", cwd: CWD, limit: 20 })).length, 1, "it doesn't vanish");
    assert.deepEqual(errorsIn(problems), lost);
  }
  {
    await using claim = await opened(home.path).store.claim(REF, "me");
    assert.equal(claim.head, 3);
  }
  {
    const one = opened(home.path);
    await using claim = await one.store.claim(REF, "me");
    assert.deepEqual(errorsIn(one.problems), lost);
    await one.store.append(REF, claim.fence, 3, [note(4)]);
    assert.deepEqual(real(await all(one.store)), [note(4)]);
    await one.store[Symbol.asyncDispose]();
  }
  assert.equal((await store.get(REF)).cwd, CWD);
  assert.equal((await store.list({ tenant: "local", cwd: CWD, limit: 20 })).length, 1);
  await store[Symbol.asyncDispose]();
});

test("a session whose snapshot knows more than its segments hold is told as damaged", async () => {
  await using home = await temporaryHome();
  const { file, store, problems } = await log(home.path, notes(1, 3));
  {
    await using claim = await store.claim(REF, "me");
    await store.putSnapshot(REF, claim.fence, { seq: 3, kind: "k", state: null });
  }
  truncateSync(file(1), 0);
  rmSync(file(2));
  assert.deepEqual(real(await all(store)), []);
  assert.deepEqual(errorsIn(problems), [{ file: file(1), text: "Records 1 to 3 are" }]);
  await using claim = await store.claim(REF, "me");
  assert.equal(claim.head, 3);
});

test("a session that has no header left is listed in the folder in which it stands", async () => {
  for (const disk of [nodeDisk, { ...nodeDisk, isRemote: () => true }]) {
    await using home = await temporaryHome();
    const { store } = opened(home.path, { disk });
    await store.create(REF, { cwd: CWD });
    await (await store.claim(REF, "me"))[Symbol.asyncDispose]();
    const folder = folderOf(home.path);
    for (const name of readdirSync(folder)) truncateSync(join(folder, name), 0);
    const there = async () => (await store.list({ tenant: "local", cwd: CWD, limit: 20 })).map(({ ref, cwd }) => [ref.session, cwd]);
    assert.deepEqual(await there(), [[REF.session, CWD]]);
    {
      await using claim = await store.claim(REF, "me");
      await store.append(REF, claim.fence, 0, [note(1)]);
    }
    assert.deepEqual(await there(), [[REF.session, CWD]]);
    await store.create({ tenant: "local", session: "beside" }, { cwd: CWD });
    assert.equal((await store.get(REF)).cwd, CWD);
    await store[Symbol.asyncDispose]();
  }
});

test("a session that was deleted and made anew under its id has lost nothing", async () => {
  await using home = await temporaryHome();
  let now = 1_000;
  const { store, problems } = opened(home.path, { now: () => now++ });
  for (const _ of ["once", "again"]) {
    await store.create(REF, { cwd: CWD });
    if (problems.length === 0 && now < 1_100) {
      await using claim = await store.claim(REF, "me");
      await store.append(REF, claim.fence, 0, notes(1, 3));
      now = 2_000;
    }
    await store.list({ tenant: "local" });
    assert.deepEqual(problems, []);
    if (now < 2_900) await store.delete(REF);
    now = 3_000;
  }
  await store[Symbol.asyncDispose]();
});
