import type { Disk } from "./disk.ts";
import { batches } from "./lines.ts";
import { parseRecord } from "./record.ts";

/** In a smaller stretch lines are read one by one: about as many as are looked at on the way there. */
const NEAR = 128 * 1024;
/** How a row begins; a long line is none, and isn't parsed to be seen. */
const ROW = 0x5b;

/**
 * Where in a long segment to begin, so that every record behind `after` stands behind it: by halves, for numbers rise.
 * The beginning of a long line; 0 where there is nothing to be gained. In a spoiled file it may be wrong: the reader sees that by the first number.
 */
export function seek(disk: Disk, fd: number, size: number, after: number): number {
  if (after === 0) return 0;
  let low = 0;
  for (let high = size; high - low > NEAR;) {
    const middle = low + Math.floor((high - low) / 2);
    const met = firstBehind(disk, fd, middle, high);
    if (met !== undefined && met.seq <= after) low = met.at;
    else high = middle;
  }
  return low;
}

/** The first long line that begins behind a place that is anywhere in a line. */
function firstBehind(disk: Disk, fd: number, place: number, until: number): { readonly seq: number; readonly at: number } | undefined {
  for (const { lines } of batches(disk, fd, place))
    for (const { at, bytes, ended } of lines) {
      if (at === place) continue;
      if (at >= until) return undefined;
      const record = ended && bytes?.[0] !== ROW ? parseRecord(bytes) : undefined;
      if (record?.isLong) return { seq: record.seq, at };
    }
  return undefined;
}
