// Logistic regression over hashed features where a text is as risky as its worst unit. Plain AdaGrad in a seeded order: the same weights
// on every machine.
import { ALARM, featuresOf, type Features } from "../../packages/permissions/src/classifier/features.ts";
import { gramPlace, signPlace, WEIGHTS_EACH } from "../../packages/permissions/src/classifier/hash.ts";
import { gramShare } from "../../packages/permissions/src/classifier/score.ts";
import { chanceOf, shuffled } from "./random.ts";
import type { Example } from "./vary.ts";

export type Learned = { readonly weights: Float64Array; readonly bias: number };
type Placed = { readonly signs: Int32Array; readonly grams: Int32Array; readonly share: number };
export type Sample = { readonly units: readonly Placed[]; readonly risky: boolean; readonly line: number };

const EPOCHS = 8;
const RATE = 0.12;
const DECAY = 0.02; // of every weight, after each epoch
const LEAST_ALARM = 1.2; // an alarm's weight is never below

export function sampleOf({ text, risky, line }: Example): Sample {
  return { units: featuresOf(text).units.map(place), risky, line };
}

const place = ({ signs, grams }: Features): Placed => ({
  signs: Int32Array.from(signs, signPlace),
  grams: Int32Array.from(grams, gramPlace),
  share: gramShare(grams.size),
});

export function learn(samples: readonly Sample[], alarms: readonly string[]): Learned {
  const weights = new Float64Array(2 * WEIGHTS_EACH);
  const pushed = new Float64Array(2 * WEIGHTS_EACH).fill(1e-2);
  const floors = alarms.map((alarm) => signPlace(ALARM + alarm));
  for (const floor of floors) weights[floor] = LEAST_ALARM;
  let bias = 0;
  const chance = chanceOf("order");
  for (let epoch = 0; epoch < EPOCHS; epoch += 1) {
    for (const sample of shuffled(chance, samples)) {
      for (const unit of taught(sample, weights)) {
        const off = logistic(bias + sum(unit, weights)) - (sample.risky ? 1 : 0);
        const by = sample.risky ? off : off / Math.sqrt(sample.units.length);
        bias -= 0.002 * by;
        push(unit.signs, by, weights, pushed);
        push(unit.grams, by * unit.share, weights, pushed);
      }
    }
    for (let at = 0; at < weights.length; at += 1) weights[at]! *= 1 - DECAY;
    for (const floor of floors) weights[floor] = Math.max(weights[floor]!, LEAST_ALARM);
  }
  return { weights, bias };
}

/** All units of a safe text, but of a risky one only what looks worst. */
function taught({ units, risky }: Sample, weights: Float64Array): readonly Placed[] {
  if (!risky || units.length < 2) return units;
  return [units.reduce((worst, unit) => (sum(unit, weights) > sum(worst, weights) ? unit : worst))];
}

function push(places: Int32Array, by: number, weights: Float64Array, pushed: Float64Array): void {
  for (const at of places) {
    pushed[at]! += by * by;
    weights[at]! -= (RATE * by) / Math.sqrt(pushed[at]!);
  }
}

function sum({ signs, grams, share }: Placed, weights: Float64Array): number {
  let signed = 0;
  let ran = 0;
  for (const at of signs) signed += weights[at]!;
  for (const at of grams) ran += weights[at]!;
  return signed + share * ran;
}

/** The worst unit's, before it is made a probability. */
export const marginOf = ({ units }: Sample, { weights, bias }: Learned): number =>
  units.length === 0 ? bias : Math.max(...units.map((unit) => bias + sum(unit, weights)));

export const logistic = (margin: number): number => 1 / (1 + Math.exp(-margin));
