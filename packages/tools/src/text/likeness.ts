/** How alike two short texts are, from 0 to 1: twice the shared pairs of neighbouring letters over all pairs (Dice). */
export function likeness(one: string, other: string): number {
  const a = pairsOf(one);
  const b = pairsOf(other);
  if (a.length + b.length === 0) return one === other ? 1 : 0;
  const left = new Map<string, number>();
  for (const pair of a) left.set(pair, (left.get(pair) ?? 0) + 1);
  let shared = 0;
  for (const pair of b) {
    const count = left.get(pair) ?? 0;
    if (count > 0) shared++;
    left.set(pair, count - 1);
  }
  return (2 * shared) / (a.length + b.length);
}

/** The best first; only those that are alike enough. */
export function mostAlike(wanted: string, candidates: readonly string[], enough: number): readonly string[] {
  return candidates
    .map((candidate) => ({ candidate, score: likeness(wanted.toLowerCase(), candidate.toLowerCase()) }))
    .filter(({ score }) => score >= enough)
    .toSorted((a, b) => b.score - a.score)
    .map(({ candidate }) => candidate);
}

function pairsOf(words: string): readonly string[] {
  return Array.from({ length: Math.max(words.length - 1, 0) }, (_, at) => words.slice(at, at + 2));
}
