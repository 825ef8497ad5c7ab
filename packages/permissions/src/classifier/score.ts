// From features to a number: the worst unit's sum of weights, made a probability of being risky.
import { featuresOf, type Features } from "./features.ts";
import { gramPlace, signPlace } from "./hash.ts";

/** Whole weights with the size of one step for each half; `slope` and `offset` make the sum a log-odds. */
export type Model = {
  readonly weights: Int8Array;
  readonly signStep: number;
  readonly gramStep: number;
  readonly bias: number;
  readonly slope: number;
  readonly offset: number;
};

/** `alarmed`: a shape was seen that speaks for itself. `broken`: not all could be read. */
export type Scored = { readonly score: number; readonly alarmed: boolean; readonly broken: boolean };

export function scoreOf(text: string, model: Model): Scored {
  const { units, broken } = featuresOf(text);
  const margin = units.reduce((worst, unit) => Math.max(worst, sum(unit, model)), units.length === 0 ? model.bias : -Infinity);
  return { score: 1 / (1 + Math.exp(-(model.slope * margin + model.offset))), alarmed: units.some((unit) => unit.alarmed), broken };
}

function sum({ signs, grams }: Features, { weights, signStep, gramStep, bias }: Model): number {
  let signed = 0;
  let ran = 0;
  for (const sign of signs) signed += weights[signPlace(sign)] ?? 0;
  for (const gram of grams) ran += weights[gramPlace(gram)] ?? 0;
  return bias + signed * signStep + gramShare(grams.size) * ran * gramStep;
}

/** Many grams say no more than few: a long text isn't riskier for its length. */
export const gramShare = (count: number): number => 1.5 / Math.sqrt(1 + count);
