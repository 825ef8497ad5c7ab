import { strict as assert } from "node:assert";
import { temporaryHome } from "@keelson/testing";
import type { ProcessEnd } from "@keelson/protocol";
import { test } from "vitest";
import { createFeed } from "../output/feed.ts";
import { createBackground } from "./background.ts";
import type { Begin } from "./job.ts";

const ENDED: ProcessEnd = { code: 0, signal: null, timedOut: false };
const nothing: Begin = async function* () {
  return ENDED;
};
const endless: Begin = async function* (signal) {
  await new Promise((resolve) => signal.addEventListener("abort", resolve));
  throw new Error("aborted");
};
const asked = { command: "true", timeoutMs: undefined };

test("the commands that are over are remembered as far as the last hundred; what runs is never forgotten", async () => {
  await using home = await temporaryHome();
  const background = createBackground();
  const first = await background.start(asked, home.path, endless);
  const old = await background.start(asked, home.path, nothing);
  assert.ok(typeof first !== "string" && typeof old !== "string");
  for (let count = 0; count < 100; count++) {
    const job = await background.start(asked, home.path, nothing);
    assert.ok(typeof job !== "string");
    await job.kill(); // it is over, or is now
  }
  assert.deepEqual([background.all().length, background.find(first.id), background.find(old.id)], [100, first, undefined]);
  await background.close();
  assert.notEqual(first.end, undefined);
});

test("a command whose start fails with an exception is over, and says why", async () => {
  await using home = await temporaryHome();
  const broken: Begin = async function* () {
    throw new Error("no room");
  };
  const job = await createBackground().start(asked, home.path, broken);
  assert.ok(typeof job !== "string");
  await job.kill();
  assert.deepEqual(job.end, { code: null, signal: null, timedOut: false, failed: "no room" });
});

test("what is new comes once, with characters whole wherever the pieces are cut, and names whole lines of the file", async () => {
  await using home = await temporaryHome();
  const words = Buffer.from("aä\n€😀\nz");
  for (let at = 0; at <= words.length; at++) {
    const feed = createFeed(home.path, "f");
    await feed.open();
    await feed.add({ from: "stdout", bytes: words.subarray(0, at) });
    const first = feed.take();
    await feed.add({ from: "stdout", bytes: words.subarray(at) });
    await feed.add({ from: "report", bytes: Buffer.from("not for people") });
    await feed.close();
    const last = feed.take();
    assert.equal(first.words + last.words, "aä\n€😀\nz");
    assert.deepEqual([first.from, first.to, last.to], [0, words.subarray(0, at).lastIndexOf(10) + 1, words.length]);
    assert.deepEqual([last.from, feed.take()], [first.to, { words: "", from: words.length, to: words.length }]);
  }
});
