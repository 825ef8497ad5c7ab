import assert from "node:assert/strict";
import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { EMPTY, remember, text, type Block, type Event, type Json } from "@keelson/protocol";
import { temporaryHome } from "@keelson/testing";
import { test } from "vitest";
import { CWD, opened, REF } from "./fixtures/scene.ts";

const image = (seed: number): Block => ({
  type: "image",
  source: { type: "base64", media_type: "image/png", data: Buffer.from(`${seed} `.repeat(9_000)).toString("base64") },
});
const words = (seed: number, length: number): string =>
  Array.from({ length: length / 8 }, (_, at) => ((seed * 7919 + at * 104_729) % 9_999_999).toString().padStart(7)).join(" ");

/** Without the index, which can be made anew; a file with several names counts once. */
function sizeOf(root: string): number {
  const files = readdirSync(root, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && !entry.name.startsWith("index.db"),
  );
  const sizes = new Map(files.map((entry) => statSync(join(entry.parentPath, entry.name))).map(({ ino, size }) => [ino, size]));
  return [...sizes.values()].reduce((sum, size) => sum + size, 0);
}

test("what was said once is stored once, over compactions, pictures that come again and snapshots", async () => {
  await using home = await temporaryHome();
  const { store } = opened(home.path);
  await store.create(REF, { cwd: CWD });
  await using claim = await store.claim(REF, "me");
  let view = EMPTY;
  let head = 0;
  let distinct = 0;
  for (let turn = 0; turn < 100; turn++) {
    const picture = turn % 5 === 0 ? [image(turn % 25)] : []; // each comes four times
    const said = words(turn, 8_000);
    distinct += said.length + (turn < 25 && turn % 5 === 0 ? `${turn} `.length * 9_000 : 0);
    const compaction = { op: "fold", from: 0, to: view.messages.length, summary: words(turn + 0.5, 800) } as const;
    const events: Event[] = [
      { type: "context.added", from: "user", content: [text(said), ...picture] },
      ...(turn % 10 === 9 ? [{ type: "context.edited", tier: "autocompact", edits: [compaction] } as const] : []),
      { type: "run.ended", reason: "completed", totals: {} },
    ];
    for (const event of events) view = remember(view, event);
    const envelopes = events.map(
      (event, at) => ({ v: 1, seq: head + at + 1, at: 1, session: "s", run: `${turn}`, path: [], event }) as const,
    );
    ({ head } = await store.append(REF, claim.fence, head, envelopes));
    await store.putSnapshot(REF, claim.fence, { seq: head, kind: "view/1", state: JSON.parse(JSON.stringify(view)) as Json });
  }
  const stored = sizeOf(home.path);
  assert.ok(stored < 1.1 * distinct, `${stored} bytes for ${distinct}`);
});
