import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Envelope } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { all, CWD, folderOf, note, opened, REF } from "./fixtures/scene.ts";

/** Some with characters of several bytes; the last segment is the one that is cut. */
const RECORDS: readonly Envelope[] = [note(1), note(2, "ünï ✓ 🚢 \u2028"), note(3), note(4, "✓")];

async function segments(root: string, perSegment: number): Promise<readonly Buffer[]> {
  const { store, folder } = opened(root);
  await store.create(REF, { cwd: CWD });
  for (let head = 0; head < RECORDS.length; head += perSegment) {
    await using claim = await store.claim(REF, "me");
    await store.append(REF, claim.fence, head, RECORDS.slice(head, head + perSegment));
  }
  return Array.from({ length: 1 + RECORDS.length / perSegment }, (_, epoch) => readFileSync(join(folder, `${epoch}.jsonl`)));
}

for (const [words, perSegment] of [
  ["the only segment", 4],
  ["the last of several segments", 2],
] as const)
  test(`cut at every byte, ${words} gives back each record before the cut, and the log goes on`, async () => {
    await using home = await temporaryHome();
    const whole = await segments(home.path, perSegment);
    const last = whole.at(-1) ?? Buffer.alloc(0);
    for (let cut = 0; cut <= last.length; cut++) {
      const { store, problems, folder } = opened(home.path);
      for (const name of readdirSync(folder)) if (!whole[Number.parseInt(name)] || !name.endsWith(".jsonl")) unlinkSync(join(folder, name));
      const path = join(folder, `${whole.length - 1}.jsonl`);
      writeFileSync(path, last.subarray(0, cut));

      const left = last.subarray(0, cut);
      const lines = left.toString("latin1").split("\n").length - 1;
      const kept = RECORDS.length - perSegment + Math.max(0, lines - 1);
      assert.deepEqual(await all(store), RECORDS.slice(0, kept), `cut at ${cut}`);
      assert.equal((await store.head(REF)).head, kept, `cut at ${cut}`);
      assert.deepEqual(problems, [], "a torn end may be a writer at work");

      const more = [note(kept + 1, "new"), note(kept + 2, "newer")];
      {
        await using claim = await store.claim(REF, "me");
        assert.equal(claim.head, kept);
        await store.append(REF, claim.fence, kept, more);
      }
      for (const again of [store, opened(home.path).store])
        assert.deepEqual(await all(again), [...RECORDS.slice(0, kept), ...more], `cut at ${cut}`);
      assert.deepEqual(readFileSync(path), left, "nothing rewrites a segment");

      const torn = left.subarray(left.lastIndexOf(10) + 1);
      const aside = join(folder, `${whole.length - 1}.corrupt`);
      if (torn.length === 0 || lines === 0) continue; // nothing in it, or only a piece of its header: there is nothing to lose
      assert.deepEqual(readFileSync(aside), torn);
      assert.deepEqual(
        problems.map(({ text }) => /torn/.test(text)),
        [true],
      );
      if (cut % 10 !== 0) continue;
      await using _ = await opened(home.path).store.claim(REF, "me");
      assert.deepEqual(readFileSync(aside), torn, "copied once");
    }
  });

test("cut at every byte, the first header takes nothing with it", async () => {
  await using home = await temporaryHome();
  const whole = await segments(home.path, 2);
  const path = join(folderOf(home.path), "0.jsonl");
  for (let cut = 0; cut <= (whole[0]?.length ?? 0); cut++) {
    writeFileSync(path, whole[0]?.subarray(0, cut) ?? "");
    const { store } = opened(home.path);
    assert.deepEqual(await all(store), RECORDS);
    const { cwd, created, title } = await store.get(REF);
    assert.deepEqual([cwd, created, title], [CWD, 5, "line 1"]);
  }
  assert.ok(!existsSync(join(folderOf(home.path), "0.corrupt")));
});
