/** What is changing just now. Rule: a directory is settled when two looks, QUIET_MS apart, at all of it that changed saw the same. */
import { printUnit } from "./print.ts";

const QUIET_MS = 250;

/** By directory: since when what changed in it is as it is. */
export type Restless = Map<string, { readonly since: number; readonly units: ReadonlyMap<string, number> }>;

export function stir(restless: Restless, key: string, units: readonly string[], now: number): void {
  const known = restless.get(key)?.units ?? new Map<string, number>();
  const seen = new Map([...known, ...units.map((unit): [string, number] => [unit, printUnit(unit)])]);
  restless.set(key, { since: now, units: seen });
}

/** The directories that came to rest, each with what changed in it; they are no longer restless. */
export function settle(restless: Restless, now: number): ReadonlyMap<string, readonly string[]> {
  const rested = [...restless].flatMap(([key, { since, units }]): readonly (readonly [string, readonly string[]])[] => {
    if (now - since < QUIET_MS) return [];
    const seen = new Map([...units.keys()].map((unit): [string, number] => [unit, printUnit(unit)]));
    if ([...seen].every(([unit, print]) => units.get(unit) === print)) {
      restless.delete(key);
      return [[key, [...units.keys()]]];
    }
    restless.set(key, { since: now, units: seen });
    return [];
  });
  return new Map(rested);
}

/** Milliseconds until the next one may come to rest. */
export function untilQuiet(restless: Restless, now: number): number {
  return Math.max(1, Math.min(...[...restless.values()].map(({ since }) => since + QUIET_MS - now)));
}
