import assert from "node:assert/strict";
import { test } from "vitest";
import { Group } from "./group.ts";

test("all who ask while one runs share the next, and the one after that is another", async () => {
  const opens: (() => void)[] = [];
  const group = new Group(() => new Promise((done) => opens.push(done)));
  const first = group.ask();
  const second = group.ask();
  assert.equal(group.ask(), second);
  assert.equal(group.last, second);
  opens[0]?.();
  await first;
  const third = group.ask();
  assert.notEqual(third, second);
  assert.equal(opens.length, 2);
  opens[1]?.();
  await second;
  opens[2]?.();
  await third;
  assert.equal(group.last, undefined);
});

test("a failure is that of all who asked before it, and of nobody who asks after it, however soon", async () => {
  let fails = true;
  const group = new Group(async () => {
    if (fails) throw new Error("no");
  });
  const first = group.ask();
  const second = group.ask();
  const soon = [first, second].map((one) =>
    one.catch(() => {
      fails = false;
      return group.ask();
    }),
  );
  await assert.rejects(second, /no/);
  await Promise.all(soon);
});
