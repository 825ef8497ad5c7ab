import { modelNames } from "./catalog.ts";

/** The known name that a mistyped one most likely means; undefined when none is close. */
export function nearest(model: string): string | undefined {
  const ranked = modelNames().map((name) => ({ name, steps: distance(model.toLowerCase(), name) }));
  const best = ranked.toSorted((a, b) => a.steps - b.steps)[0];
  return best && best.steps > 0 && best.steps <= Math.max(1, best.name.length / 4) ? best.name : undefined;
}

/** Levenshtein's: letters put in, left out or changed. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [above, letter] of Array.from(a).entries()) {
    const next = [above + 1];
    for (const [at, other] of Array.from(b).entries())
      next.push(Math.min((row[at] ?? 0) + (letter === other ? 0 : 1), (row[at + 1] ?? 0) + 1, (next[at] ?? 0) + 1));
    row = next;
  }
  return row.at(-1) ?? 0;
}
