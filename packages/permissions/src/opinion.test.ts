import { BEHAVIORS, type Opinion } from "@keelson/protocol";
import { expect, it } from "vitest";
import { join, joinAll, nobodySpoke } from "./opinion.ts";

const ALL: readonly Opinion[] = BEHAVIORS.flatMap((behavior) =>
  [true, false].map((explicit) => ({ behavior, explicit, reason: `${behavior} ${explicit}` })),
);
/** Weakest first; equal ones share a rung. */
const LADDER = [["ask false"], ["allow true", "allow false"], ["ask true"], ["deny true", "deny false"]];
const rung = ({ reason }: Opinion): number => LADDER.findIndex((names) => names.includes(reason));

it("joins any two opinions on the stronger: deny, then a spoken ask, then allow, then silence", () => {
  for (const first of ALL) for (const second of ALL) expect(rung(join(first, second))).toBe(Math.max(rung(first), rung(second)));
});

it("keeps the first of two that are equally strong, so that the earlier stage is named", () => {
  const pairs = ALL.flatMap((first) => ALL.filter((second) => rung(second) === rung(first)).map((second) => [first, second] as const));
  for (const [first, second] of pairs) expect(join(first, second)).toBe(first);
});

it("only ever climbs, however many are joined and in whatever order", () => {
  for (const a of ALL)
    for (const b of ALL)
      for (const c of ALL) {
        expect(rung(join(join(a, b), c))).toBe(rung(join(a, join(b, c))));
        expect(rung(join(join(a, b), c))).toBeGreaterThanOrEqual(rung(join(a, b)));
      }
});

it("has no opinion where nobody has one", () => {
  expect(joinAll([undefined, undefined])).toBeUndefined();
  expect(ALL.filter(nobodySpoke).map(({ reason }) => reason)).toEqual(["ask false"]);
});
