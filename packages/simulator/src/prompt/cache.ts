import type { Clock, JsonObject } from "@keelson/protocol";
import { breakpointsOf, type Breakpoint } from "./breakpoints.ts";
import { digestsAt, settingsOf } from "./fingerprint.ts";
import { minimumFor } from "./minimums.ts";
import { tokensUpTo, type Lifetime, type Prompt, type Unit } from "./prompt.ts";

/**
 * The prompt cache, by the rules of the prompt-caching page of platform.claude.com:
 * an entry is written at a breakpoint and nowhere else; a read looks back for what an earlier request wrote.
 */
export type Cache = (model: string, prompt: Prompt, body: JsonObject) => InputUsage;
/** Tokens; the four add up to the prompt. */
export type InputUsage = { readonly read: number; readonly written5m: number; readonly written1h: number; readonly rest: number };

const LIFETIME_MS: Readonly<Record<Lifetime, number>> = { "5m": 5 * 60_000, "1h": 60 * 60_000 };
const POSITIONS = 20; // that a breakpoint looks at, itself included
/** A run of these counts as one position: calls side by side don't push the last entry out of sight. */
const RUNS = ["tool_use", "tool_result"];

export const uncached = ({ tokens }: Prompt): InputUsage => ({ read: 0, written5m: 0, written1h: 0, rest: tokens });

/** A cache that counts time from the start of each request that writes or reads. */
export function openCache(clock: Pick<Clock, "now">): Cache {
  const entries = new Map<string, { readonly lifetime: Lifetime; usedAt: number }>();
  return (model, prompt, body) => {
    const { units, tokens } = prompt;
    const points = breakpointsOf(prompt, body).filter(({ index }) => tokensUpTo(units, index + 1) >= minimumFor(model));
    const last = points.at(-1);
    if (!last) return uncached(prompt);
    const now = clock.now();
    const windows = points.map(({ index }) => lookBack(units, index));
    const digests = digestsAt(units, settingsOf(body, units), new Set(windows.flat()));
    const keyAt = (index: number): string => `${model} ${digests.get(index)}`;
    const isAlive = (index: number): boolean => {
      const entry = entries.get(keyAt(index));
      return entry !== undefined && now - entry.usedAt < LIFETIME_MS[entry.lifetime];
    };
    const hit = windows.toReversed().flat().find(isAlive) ?? -1;
    for (const { index, lifetime } of [...points, ...(hit < 0 ? [] : [{ index: hit, lifetime: "5m" as const }])]) {
      const entry = isAlive(index) ? entries.get(keyAt(index)) : undefined;
      entries.set(keyAt(index), { lifetime: entry?.lifetime ?? lifetime, usedAt: now });
    }
    const read = tokensUpTo(units, hit + 1);
    const hour = Math.max(read, tokensUpTo(units, lastHour(points) + 1));
    const all = tokensUpTo(units, last.index + 1);
    return { read, written1h: hour - read, written5m: all - hour, rest: tokens - all };
  };
}

const lastHour = (points: readonly Breakpoint[]): number => points.findLast(({ lifetime }) => lifetime === "1h")?.index ?? -1;

/** The units a breakpoint looks at, nearest first. */
function lookBack(units: readonly Unit[], from: number): readonly number[] {
  const seen: number[] = [];
  let positions = 0;
  for (let index = from; index >= 0; index--) {
    const { kind = "" } = units[index] ?? {};
    const continues = index < from && RUNS.includes(kind) && units[index + 1]?.kind === kind;
    if (!continues) positions++;
    if (positions > POSITIONS) break;
    seen.push(index);
  }
  return seen;
}
