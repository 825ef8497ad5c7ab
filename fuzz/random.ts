/** Numbers that look random and are the same for the same seed. */
export type Dice = {
  /** 0 up to, and without, `sides`. */
  roll(sides: number): number;
  pick<T>(of: readonly [T, ...T[]]): T;
};

/** xorshift32: small, and good enough to wander. */
export function dice(seed: number): Dice {
  let state = (Math.imul(seed, 2_654_435_761) ^ 0x9e3779b9) >>> 0 || 1;
  const next = (): number => {
    state ^= state << 13;
    state ^= state >>> 17;
    state = (state ^ (state << 5)) >>> 0;
    return state;
  };
  return {
    roll: (sides) => next() % sides,
    pick: (of) => of[next() % of.length] ?? of[0],
  };
}
