// Does a deny or ask rule hold for a call? `maybe`: it could, and what is known doesn't rule it out. Nobody lifts a maybe but the user.
export const MATCHES = ["no", "maybe", "yes"] as const;
export type Match = (typeof MATCHES)[number];

export const strongest = (matches: readonly Match[]): Match =>
  matches.reduce((all, one) => (MATCHES.indexOf(one) > MATCHES.indexOf(all) ? one : all), "no");
