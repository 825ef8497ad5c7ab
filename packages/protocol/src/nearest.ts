const LONGEST = 60; // letters that are looked at

/** The known word that a mistyped one most likely means: at most a third of its letters differ. Undefined when none is that close. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const typed = word.slice(0, LONGEST).toLowerCase();
  const [best] = known
    .map((name) => ({ name, apart: distance(typed, name.toLowerCase()) }))
    .filter(({ name, apart }) => apart <= Math.max(1, Math.floor(name.length / 3)))
    .toSorted((a, b) => a.apart - b.apart);
  return best?.name;
}

/** Letters added, removed, changed, or swapped with their neighbour (optimal string alignment). */
function distance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, at) => at)];
  const cell = (row: number, at: number): number => rows[row]?.[at] ?? Infinity;
  for (let row = 1; row <= from.length; row++) {
    rows[row] = [row];
    for (let at = 1; at <= to.length; at++) {
      const changed = cell(row - 1, at - 1) + (from[row - 1] === to[at - 1] ? 0 : 1);
      const swapped = from[row - 1] === to[at - 2] && from[row - 2] === to[at - 1] ? cell(row - 2, at - 2) + 1 : Infinity;
      rows[row]?.push(Math.min(cell(row - 1, at) + 1, cell(row, at - 1) + 1, changed, swapped));
    }
  }
  return cell(from.length, to.length);
}
