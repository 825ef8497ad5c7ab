import assert from "node:assert/strict";
import { join } from "node:path";
import { openStore } from "@keelson/persistence";
import { fold, text, type Envelope } from "@keelson/protocol";
import { test } from "vitest";
import { call, ended, messagesIn, run, world } from "../test/world.ts";

const replies = [
  { blocks: [call("Read", { file_path: "a.txt" })] },
  { blocks: [{ text: "and once more" }, call("Read", { file_path: "a.txt" })] },
  { blocks: [{ text: "done" }] },
];

test("a reader may leave at any event: the next prompt of the same session is sent behind what the log holds", async () => {
  let left = true;
  for (let at = 1; left; at++) {
    await using w = await world({ replies: (_, at) => replies[Math.min(at, 2)] ?? { blocks: [] } }, { "a.txt": "a\n" });
    await using session = await w.open();
    left = await leaveAt(session.run([text("go")], new AbortController().signal), at);
    const store = openStore({ root: join(w.home, ".keel", "var"), now: Date.now });
    const sent = w.server.requests.length;
    const again = await run(session, "again");
    assert.equal(ended(again), "completed");
    const [summary] = await store.list({ tenant: "local", cwd: w.cwd });
    assert.ok(summary);
    const log = await Array.fromAsync(store.read(summary.ref, 0));
    const began = log.findIndex(({ run, event }) => run === again[0]?.run && event.type === "turn.started");
    assert.deepEqual(messagesIn(w.server, sent), JSON.parse(JSON.stringify(fold(log.slice(0, began + 1)))), `left at event ${at}`);
  }
});

/** False when it ended by itself before. */
async function leaveAt(envelopes: AsyncIterable<Envelope>, at: number): Promise<boolean> {
  let seen = 0;
  for await (const _ of envelopes) if (++seen === at) return true;
  return false;
}
