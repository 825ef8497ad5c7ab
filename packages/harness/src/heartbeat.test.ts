import assert from "node:assert/strict";
import type { Clock, Event } from "@keelson/protocol";
import { test } from "vitest";
import { withHeartbeats } from "./heartbeat.ts";

/** A clock whose sleeps end when the test says so. */
function handClock(): { readonly clock: Clock; pass(): void } {
  const sleeping = new Set<() => void>();
  return {
    clock: {
      now: () => 0,
      random: () => 0,
      sleep: (_, signal) =>
        new Promise((done) => {
          sleeping.add(done);
          signal.addEventListener("abort", () => (sleeping.delete(done), done()));
        }),
    },
    pass: () => sleeping.forEach((done) => done()),
  };
}

test("while nothing comes there is a sign of life every 30 s, and nothing is lost or asked for twice", async () => {
  const { clock, pass } = handClock();
  let release = (): void => {};
  let pulls = 0;
  async function* slow(): AsyncGenerator<Event> {
    pulls++;
    yield { type: "turn.started", turn: 0, because: "prompt" };
    pulls++;
    await new Promise<void>((done) => (release = done));
    yield { type: "run.ended", reason: "completed", totals: {} };
  }
  const seen: string[] = [];
  const running = withHeartbeats(slow(), clock);
  seen.push((await running.next()).value?.type ?? "");
  for (let beats = 0; beats < 2; beats++) {
    const next = running.next();
    await new Promise((done) => setImmediate(done));
    pass();
    seen.push((await next).value?.type ?? "");
  }
  const last = running.next();
  release();
  seen.push((await last).value?.type ?? "");
  assert.deepEqual(seen, ["turn.started", "heartbeat", "heartbeat", "run.ended"]);
  assert.equal(pulls, 2);
  assert.equal((await running.next()).done, true);
});

test("who leaves it leaves the source", async () => {
  let left = false;
  async function* endless(): AsyncGenerator<Event> {
    try {
      for (;;) yield { type: "heartbeat" };
    } finally {
      left = true;
    }
  }
  for await (const _ of withHeartbeats(endless(), handClock().clock)) break;
  assert.ok(left);
});
