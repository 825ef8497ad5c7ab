import { split } from "./split.js";

/** What each guest pays, in cents, by name. */
export function bill(items, guests) {
  const total = items.reduce((sum, item) => sum + item.cents, 0);
  const shares = split(total, guests.length);
  return Object.fromEntries(guests.map((guest, at) => [guest, shares[at]]));
}
