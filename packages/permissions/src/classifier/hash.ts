// Where a feature's weight stands. FNV-1a with a last stir, so that few features share a place.

/** Signs have the first half of the weights, grams the second. */
export const WEIGHTS_EACH = 2 ** 16;

export const signPlace = (sign: string): number => hash(sign) % WEIGHTS_EACH;
export const gramPlace = (gram: string): number => WEIGHTS_EACH + (hash(gram) % WEIGHTS_EACH);

function hash(text: string): number {
  let mixed = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) mixed = Math.imul(mixed ^ text.charCodeAt(at), 0x01000193);
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 13)) >>> 0;
}
