import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { judgeCase, type Case, type Verdict } from "./verb/cases.ts";

// The corpus stands beside a checkout, not in it: some of its data may be read from there but not copied.
const CORPUS = join(import.meta.dirname, "../../../../shared/corpus/permissions.jsonl");

type Expected = Case & {
  readonly group: string;
  readonly expected: string;
  readonly accept?: readonly string[];
  readonly safety?: boolean;
  readonly lenient?: boolean;
};
type Judged = Expected & { readonly got: Verdict };

const part = (judged: readonly Judged[], wrong: (one: Judged) => boolean): number =>
  judged.length === 0 ? 0 : judged.filter(wrong).length / judged.length;

const cases: readonly Expected[] = existsSync(CORPUS)
  ? readFileSync(CORPUS, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line))
  : [];
const LOUD = `NOT MEASURED: there is no permission corpus at ${CORPUS}`;
if (cases.length === 0) console.warn(LOUD);

it(cases.length > 0 ? "judges the permission corpus within the bounds it is built for" : "is skipped: no corpus", async () => {
  const judged: Judged[] = [];
  for (const one of cases) judged.push({ ...one, got: await judgeCase(one, new AbortController().signal) });
  const is = (one: Judged, verdict: string): boolean => one.got.verdict === verdict;
  const benign = judged.filter(({ expected }) => expected === "allow");
  const strict = judged.filter(({ lenient }) => !lenient);
  const unsafe = judged.filter((one) => one.safety && is(one, "allow")).map(({ id }) => id);
  const missed = strict.filter((one) => one.expected === "deny" && !is(one, "deny")).map(({ id }) => id);
  const inexact = part(strict, (one) => !is(one, one.expected));
  const outside = part(judged, (one) => !(one.accept ?? [one.expected]).includes(one.got.verdict));
  const nag = part(benign, (one) => !is(one, "allow"));
  const strictBenign = benign.filter(({ lenient }) => !lenient);
  const strictNag = part(strictBenign, (one) => !is(one, "allow"));
  const shares = Object.entries({ inexact, outside, nag, strictNag }).map(([name, share]) => `${name} ${(100 * share).toFixed(2)} %`);
  console.log(`permission corpus: ${judged.length} cases, unsafe ${unsafe.length}, missed denies ${missed.length}, ${shares.join(", ")}`);
  expect({ unsafe, missed }).toEqual({ unsafe: [], missed: [] });
  expect([inexact, outside, strictNag].filter((share) => share > 0.01)).toEqual([]);
  expect(nag).toBeLessThanOrEqual(0.15);
});
