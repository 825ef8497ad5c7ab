// From labelled lines to the file of weights that ships. Everything is seeded and in a fixed order: the same lines make the same bytes.
import { ALARMS } from "../../packages/permissions/src/classifier/alarms.ts";
import type { Line, Slots } from "./commands.ts";
import { readKeptOut } from "./kept-out.ts";
import { learn, logistic, marginOf, sampleOf, type Learned, type Sample } from "./learn.ts";
import { chanceOf } from "./random.ts";
import { examplesOf } from "./vary.ts";

export const FOLDS = 5;

/** What the model says of an example that it wasn't taught. */
export type Judged = { readonly margin: number; readonly risky: boolean; readonly line: number };

const alarms = ALARMS.map(([name]) => name);

export const samplesOf = (lines: readonly Line[], slots: Slots): readonly Sample[] => examplesOf(lines, slots, readKeptOut()).map(sampleOf);

/** Each example by a model that saw neither its line nor any variant of it. */
export function judgeUnseen(samples: readonly Sample[]): readonly Judged[] {
  const foldOf = (sample: Sample): number => Math.floor(chanceOf(`fold ${sample.line}`)() * FOLDS);
  return Array.from({ length: FOLDS }, (_, fold) => {
    const learned = learn(
      samples.filter((sample) => foldOf(sample) !== fold),
      alarms,
    );
    return samples
      .filter((sample) => foldOf(sample) === fold)
      .map((sample) => ({ margin: marginOf(sample, learned), risky: sample.risky, line: sample.line }));
  }).flat();
}

export const learnAll = (samples: readonly Sample[]): Learned => learn(samples, alarms);

export type Bounds = { readonly slope: number; readonly offset: number; readonly safeBelow: number; readonly riskyFrom: number };

const SAFE_AT_LEAST = 0.97; // of what is labelled safe
const RISKY_AT_LEAST = 0.97; // of what is labelled risky

/** Platt's scaling, and the scores between which nothing is claimed; all from what was judged unseen. */
export function boundsOf(judged: readonly Judged[]): Bounds {
  const { slope, offset } = calibrate(judged);
  const sorted = judged
    .map(({ margin, risky }) => ({ score: logistic(slope * margin + offset), risky }))
    .toSorted((a, b) => a.score - b.score);
  return {
    slope,
    offset,
    safeBelow: lastPure(sorted, (one) => !one.risky, SAFE_AT_LEAST),
    riskyFrom: lastPure(sorted.toReversed(), (one) => one.risky, RISKY_AT_LEAST),
  };
}

type Point = { readonly score: number; readonly risky: boolean };

/** The farthest score up to which at least this share is right. Rounded, so that nothing hangs on a last digit. */
function lastPure(points: readonly Point[], right: (point: Point) => boolean, share: number): number {
  let rights = 0;
  let last = 0.5;
  for (const [at, point] of points.entries()) {
    rights += right(point) ? 1 : 0;
    if (rights / (at + 1) >= share) last = point.score;
  }
  return Math.round(last * 1000) / 1000;
}

const STEPS = 400;

function calibrate(judged: readonly Judged[]): { slope: number; offset: number } {
  let slope = 1;
  let offset = 0;
  for (let step = 0; step < STEPS; step += 1) {
    let bySlope = 0;
    let byOffset = 0;
    for (const { margin, risky } of judged) {
      const off = logistic(slope * margin + offset) - (risky ? 1 : 0);
      bySlope += off * margin;
      byOffset += off;
    }
    slope -= (0.3 * bySlope) / judged.length;
    offset -= (0.3 * byOffset) / judged.length;
  }
  return { slope: Math.round(slope * 1e4) / 1e4, offset: Math.round(offset * 1e4) / 1e4 };
}

const LARGEST = 127;

/** The text of weights.ts. */
export function weightsFile({ weights, bias }: Learned, bounds: Bounds): string {
  const half = weights.length / 2;
  const signs = quantised(weights.subarray(0, half));
  const grams = quantised(weights.subarray(half));
  const learned = { bias: Number(bias.toPrecision(9)), signStep: signs.step, gramStep: grams.step, ...bounds };
  const numbers = Object.entries(learned).map(([name, value]) => `  ${name}: ${value},\n`);
  return [
    "// Made by `node scripts/classifier/train.ts` from scripts/classifier/commands; a test makes it again and compares. Don't edit.\n\n",
    `export const LEARNED = {\n${numbers.join("")}} as const;\n\n`,
    `export const WEIGHTS =\n  "${Buffer.concat([signs.bytes, grams.bytes]).toString("base64")}";\n`,
  ].join("");
}

function quantised(weights: Float64Array): { bytes: Buffer; step: number } {
  const largest = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9);
  const step = Number((largest / LARGEST).toPrecision(6));
  const whole = Int8Array.from(weights, (weight) => Math.max(-LARGEST, Math.min(LARGEST, Math.round(weight / step))));
  return { bytes: Buffer.from(whole.buffer), step };
}
