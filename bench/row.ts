/**
 * One line of the table and one bar of the picture. A row of unit `×` is a ratio to a baseline of the same run, the median of the rounds' own ratios;
 * every other row is a plain value, the median of its samples. Benches make rows by `ratio` and `value` only.
 */
export type Row = {
  readonly name: string;
  readonly unit: Unit;
  readonly target: Target;
  readonly value: number;
  readonly samples: readonly number[];
  /** For ratios: medians of both sides. */
  readonly beside?: { readonly measured: number; readonly baseline: number; readonly unit: string; readonly of: string };
};
export type Unit = "×" | "ms" | "MB" | "packages";
export type Target = { readonly atMost: number } | { readonly atLeast: number };
/** `short`: few rounds, for a look whether all of it still runs. */
export type Bench = (short: boolean) => Promise<readonly Row[]>;

/** Samples of both sides, taken in turn: the n-th of one belongs to the n-th of the other. */
export type Pairs = {
  readonly measured: readonly number[];
  readonly baseline: readonly number[];
  readonly unit: string;
  readonly of: string;
};

export function ratio(name: string, target: Target, { measured, baseline, unit, of }: Pairs): Row {
  const samples = measured.map((each, at) => each / (baseline[at] ?? Number.NaN));
  const beside = { measured: median(measured), baseline: median(baseline), unit, of };
  return { name, unit: "×", target, value: median(samples), samples, beside };
}

export function value(name: string, target: Target, unit: Exclude<Unit, "×">, samples: readonly number[]): Row {
  return { name, unit, target, value: median(samples), samples };
}

/** The middle one; of an even count the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

export const holds = ({ value, target }: Row): boolean => ("atMost" in target ? value <= target.atMost : value >= target.atLeast);
