/** The candidate that was probably meant: few letters differ, and less than half of them. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const [best] = candidates
    .map((candidate) => ({ candidate, apart: distance(word.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ candidate, apart }) => apart <= 3 && apart < Math.max(word.length, candidate.length) / 2)
    .toSorted((a, b) => a.apart - b.apart);
  return best?.candidate;
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
