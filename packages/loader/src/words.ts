/** Names from other people's files, fit to be shown: quoted, without control characters, never long. */

const SHOWN = 60;

export function quote(name: string): string {
  const short = name.length > SHOWN ? `${name.slice(0, SHOWN)}…` : name;
  return JSON.stringify(short).replace(/[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069]/g, "?"); // JSON leaves these as they are; terminals obey them
}

/** The name that was probably meant: at most a third of its letters differ. */
export function nearest(name: string, known: readonly string[]): string | undefined {
  const ranked = known.map((one) => ({ one, far: distance(name.slice(0, SHOWN).toLowerCase(), one.toLowerCase()) }));
  const best = ranked.toSorted((a, b) => a.far - b.far)[0];
  return best && best.far <= Math.max(1, Math.floor(best.one.length / 3)) ? best.one : undefined;
}

/** ` (did you mean …?)`, or the whole choice when nothing is near. */
export function suggest(name: string, known: readonly string[]): string {
  const meant = nearest(name, known);
  return meant ? `did you mean ${quote(meant)}?` : `known are ${known.map(quote).join(", ")}.`;
}

/** Levenshtein: letters to insert, remove or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [at, letter] of Array.from(a).entries()) {
    const next = [at + 1];
    for (const [to, other] of Array.from(b).entries())
      next.push(Math.min((next[to] ?? 0) + 1, (row[to + 1] ?? 0) + 1, (row[to] ?? 0) + (letter === other ? 0 : 1)));
    row = next;
  }
  return row.at(-1) ?? 0;
}
