import { holds, type Row } from "./row.ts";

/** The rows as text, one a line. */
export function table(rows: readonly Row[]): string {
  const lines = [["what", "value", "target", "", "rounds", "beside"], ...rows.map(cells)];
  const widths = lines[0]!.map((_, column) => Math.max(...lines.map((line) => line[column]!.length)));
  const padded = lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column]!)).join("  "));
  return padded.map((line) => line.trimEnd()).join("\n");
}

function cells(row: Row): string[] {
  const { name, unit, value, samples, beside } = row;
  const beneath = beside ? `${show(beside.measured)} ${beside.unit} to ${show(beside.baseline)} (${beside.of})` : "";
  return [name, `${show(value)} ${unit}`, targetOf(row), holds(row) ? "✓" : "✗", String(samples.length), beneath];
}

export function targetOf({ target, unit }: Row): string {
  return "atMost" in target ? `≤ ${target.atMost} ${unit}` : `≥ ${target.atLeast} ${unit}`;
}

/** Three figures are all that a machine with neighbours gives. */
export function show(value: number): string {
  return value < 10 ? value.toFixed(2) : value < 100 ? value.toFixed(1) : value.toFixed(0);
}
