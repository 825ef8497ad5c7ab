// Does a deny or ask rule hold for a call? `maybe`: it could, and what is known doesn't rule it out. Nobody lifts a maybe but the user.
export type Match = "no" | "maybe" | "yes";

export const stronger = (one: Match, other: Match): Match => (one === "yes" || other === "no" ? one : other);

export const strongest = (matches: readonly Match[]): Match => matches.reduce(stronger, "no");
