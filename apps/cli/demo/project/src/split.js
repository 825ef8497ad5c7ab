/** Splits a total, in cents, into as many shares as there are people. */
export function split(total, people) {
  const share = Math.floor(total / people);
  return Array.from({ length: people }, () => share);
}
