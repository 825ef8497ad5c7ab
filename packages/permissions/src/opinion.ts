// Verdicts form a ladder: nobody spoke < allow < ask < deny. A default ask says nothing, so it stands below an allow.
// Joining only climbs; of two on the same rung the first stays, so that the earlier stage is the one named.
import { BEHAVIORS, type Behavior, type Opinion, type Rule } from "@keelson/protocol";

export const nobodySpoke = (opinion: Opinion): boolean => opinion.behavior === "ask" && !opinion.explicit;

export function join<A extends Opinion, B extends Opinion>(first: A, second: B): A | B {
  return rung(second) > rung(first) ? second : first;
}

/** The strongest of all; undefined when nobody has an opinion. */
export function joinAll(opinions: readonly (Opinion | undefined)[]): Opinion | undefined {
  return opinions.reduce((all, one) => (all && one ? join(all, one) : (all ?? one)), undefined);
}

export const say = (behavior: Behavior, reason: string, rule?: Rule): Opinion => ({
  behavior,
  reason,
  explicit: true,
  ...(rule && { rule }),
});

const rung = (opinion: Opinion): number => (nobodySpoke(opinion) ? -1 : BEHAVIORS.indexOf(opinion.behavior));
