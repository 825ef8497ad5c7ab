import assert from "node:assert/strict";
import { test } from "vitest";
import { Ledger, type Reservation } from "./ledger.ts";

const still = (): number => 0;
const signal = new AbortController().signal;

async function held(ledger: Ledger, usd: number): Promise<Reservation> {
  const reserved = await ledger.reserve({ usd }, signal);
  assert.ok(typeof reserved === "function", "refused");
  return reserved;
}

test("what is covered in the worst case goes at once, beside others", async () => {
  const ledger = new Ledger({ usd: 1 }, still);
  const first = await held(ledger, 0.4);
  const second = await held(ledger, 0.4);
  first({ usd: 0.1 });
  second({ usd: 0.2 });
  assert.ok(Math.abs(ledger.spent.usd - 0.3) < 1e-9);
});

test("what isn't covered waits until it is alone, so that twenty at once overrun a bound by one request at most", async () => {
  const ledger = new Ledger({ usd: 1 }, still);
  const worst = 0.3;
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, async () => {
      const reserved = await ledger.reserve({ usd: worst }, signal);
      if (typeof reserved !== "function") return reserved;
      await Promise.resolve();
      reserved({ usd: worst });
      return "spent";
    }),
  );
  assert.ok(ledger.spent.usd >= 1, "it was used up");
  assert.ok(ledger.spent.usd <= 1 + worst, `it was overrun by ${ledger.spent.usd - 1}`);
  assert.ok(outcomes.includes("usd"), "the others are told which bound it was");
});

test("a child spends its share, and its parent's ledger counts it", async () => {
  const parent = new Ledger({ usd: 1 }, still);
  const child = parent.share({ usd: 0.5 });
  (await held(child, 0.5))({ usd: 0.5 });
  assert.equal(child.exceeded(), "usd");
  assert.equal(parent.exceeded(), undefined);
  assert.equal(parent.spent.usd, 0.5);
});

test("a child without a bound of its own is held by its parent's", async () => {
  const parent = new Ledger({ tokens: 100 }, still);
  const child = parent.share({});
  parent.add({ tokens: 100 });
  assert.equal(await child.reserve({ tokens: 1 }, signal), "tokens");
});

test("siblings wait for one another at the parent's bound", async () => {
  const parent = new Ledger({ usd: 1 }, still);
  const [one, other] = [parent.share({}), parent.share({})];
  const first = await held(one, 0.8);
  const waiting = other.reserve({ usd: 0.8 }, signal);
  first({ usd: 0.1 });
  const second = await waiting;
  assert.ok(typeof second === "function");
  second({ usd: 0.1 });
  assert.equal(parent.spent.usd, 0.2);
});

test("an abort ends the waiting", async () => {
  const ledger = new Ledger({ usd: 1 }, still);
  await held(ledger, 0.8);
  const leaving = new AbortController();
  const waiting = ledger.reserve({ usd: 0.8 }, leaving.signal);
  leaving.abort();
  assert.equal(await waiting, undefined);
});

test("a reservation counts once, however often it is given back", async () => {
  const ledger = new Ledger({ usd: 1 }, still);
  const reserved = await held(ledger, 0.2);
  reserved({ usd: 0.2 });
  reserved({ usd: 0.2 });
  assert.equal(ledger.spent.usd, 0.2);
});

test("at four fifths of a bound there is one warning, for a child's parent too", () => {
  const parent = new Ledger({ usd: 1, calls: 10 }, still);
  const child = parent.share({ usd: 0.9 });
  child.add({ usd: 0.8, calls: 8 });
  assert.deepEqual(
    [...child.warnings()].map(({ bound, limit }) => [bound, limit]),
    [
      ["usd", 0.9],
      ["usd", 1],
      ["calls", 10],
    ],
  );
  assert.deepEqual([...child.warnings()], []);
});

test("time counts by itself, on top of what earlier runs took", () => {
  let now = 1000;
  const ledger = new Ledger({ ms: 500 }, () => now, { before: { usd: 0, tokens: 0, calls: 0, ms: 300 } });
  assert.equal(ledger.exceeded(), undefined);
  now += 200;
  assert.equal(ledger.exceeded(), "ms");
});
