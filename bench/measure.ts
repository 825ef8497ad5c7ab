/** One line of the table: what was measured, beside the same-run baseline that gives it meaning. Times in ms. */
export type Row = {
  readonly what: string;
  readonly measured: number;
  readonly baseline: number;
  readonly of: string;
  readonly target: string;
};
export type Bench = (short: boolean) => Promise<readonly Row[]>;

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

export function table(rows: readonly Row[]): string {
  const lines = [["what", "measured", "baseline", "ratio", "target"], ...rows.map(cells)];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  return lines
    .map((line) =>
      line
        .map((cell, column) => cell.padEnd(widths[column]!))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function cells({ what, measured, baseline, of, target }: Row): string[] {
  return [what, show(measured), `${show(baseline)} (${of})`, (measured / baseline).toFixed(2), target];
}

const show = (value: number): string => (value < 100 ? value.toFixed(1) : value.toFixed(0));
