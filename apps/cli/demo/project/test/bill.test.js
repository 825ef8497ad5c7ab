import assert from "node:assert/strict";
import { test } from "node:test";
import { bill } from "../src/bill.js";

const guests = ["Ada", "Grace", "Linus"];

test("an even bill is split evenly", () => {
  assert.deepEqual(bill([{ name: "pasta", cents: 3_000 }], guests), { Ada: 1_000, Grace: 1_000, Linus: 1_000 });
});

test("the shares add up to the bill", () => {
  const shares = Object.values(bill([{ name: "pizza", cents: 10_000 }], guests));
  const paid = shares.reduce((sum, share) => sum + share, 0);
  assert.equal(paid, 10_000);
});
