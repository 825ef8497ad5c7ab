// Random choices that can be repeated: one seed, one run.

export type Random = {
  readonly below: (count: number) => number;
  readonly pick: <T>(from: readonly T[]) => T;
  readonly some: <T>(from: readonly T[], most: number) => readonly T[];
};

/** Mulberry32. */
export function seeded(seed: number): Random {
  let state = seed;
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
  const below = (count: number): number => Math.floor(next() * count);
  const pick = <T>(from: readonly T[]): T => {
    const [chosen] = from.slice(below(from.length));
    if (chosen === undefined) throw new Error("nothing to pick from");
    return chosen;
  };
  return { below, pick, some: (from, most) => Array.from({ length: below(most + 1) }, () => pick(from)) };
}
