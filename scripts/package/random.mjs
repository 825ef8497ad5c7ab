// A stand-in for the one thing of `node:crypto` that every start asks for: loading all of it takes 4 ms.
// Rule: the numbers are the system's own, as there; where it keeps them elsewhere, that module is asked after all.

const BYTES = 16;
/** Drawn for several ids at once, as there; what is given out is taken from it. */
let drawn = Buffer.alloc(0);

/** As `randomUUID` of node:crypto. */
export function randomUUID() {
  if (drawn.length < BYTES) drawn = draw() ?? drawn;
  if (drawn.length < BYTES) return process.getBuiltinModule("node:crypto").randomUUID();
  const bytes = drawn.subarray(0, BYTES);
  drawn = drawn.subarray(BYTES);
  bytes[6] = (bytes[6] & 0x0f) | 0x40; // version 4
  bytes[8] = (bytes[8] & 0x3f) | 0x80; // the variant of RFC 9562
  const hex = bytes.toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function draw() {
  const { closeSync, openSync, readSync } = process.getBuiltinModule("node:fs");
  try {
    const source = openSync("/dev/urandom", "r");
    try {
      const bytes = Buffer.alloc(BYTES * 32);
      return readSync(source, bytes) === bytes.length ? bytes : undefined;
    } finally {
      closeSync(source);
    }
  } catch {
    return undefined;
  }
}
