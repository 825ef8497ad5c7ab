import { digestOf } from "./blobs.ts";
import type { Disk } from "./disk.ts";
import { batches } from "./lines.ts";
import { parseRecord } from "./record.ts";
import { seek } from "./seek.ts";
import { readFrom, segmentsOf, withFile, type Segment } from "./segment.ts";

/**
 * Where a record stands, and what stood before it: so that what was made of a log up to there can be used as long as that is so.
 * `line`: its sha256. `ground`: every segment up to its own, as it was.
 */
export type Place = {
  readonly epoch: number;
  readonly at: number;
  readonly size: number;
  readonly line: string;
  readonly ground: readonly Ground[];
};
type Ground = { readonly epoch: number; readonly size: number; readonly mtimeMs: number };

/** Undefined where there is no such record. */
export function placeOf(disk: Disk, folder: string, seq: number, segments = segmentsOf(disk, folder)): Place | undefined {
  const segment = segments.findLast(({ base }) => base < seq);
  const line = segment && lineOf(disk, segment, seq);
  if (!line) return undefined;
  return {
    epoch: segment.epoch,
    ...line,
    ground: segments.filter(({ epoch }) => epoch <= segment.epoch).map((one) => groundOf(disk, one)),
  };
}

function lineOf(disk: Disk, { path }: Segment, seq: number): Pick<Place, "at" | "size" | "line"> | undefined {
  return withFile(disk, path, (fd) => {
    for (const { lines } of batches(disk, fd, seek(disk, fd, disk.stat(path)?.size ?? 0, seq - 1)))
      for (const { at, size, bytes, ended } of lines)
        if (ended && bytes && parseRecord(bytes)?.seq === seq) return { at, size, line: digestOf(bytes) };
    return undefined;
  });
}

function groundOf(disk: Disk, { epoch, path }: Segment): Ground {
  const { size = -1, mtimeMs = -1 } = disk.stat(path) ?? {};
  return { epoch, size, mtimeMs };
}

/** True when the record is still part of the log, and nothing before it was touched. */
export function holds(disk: Disk, folder: string, session: string, seq: number, place: Place): boolean {
  const segments = segmentsOf(disk, folder);
  const own = segments.find(({ epoch }) => epoch === place.epoch);
  if (!own || segments.some(({ epoch, base }) => epoch > place.epoch && base < seq)) return false;
  const before = segments.filter(({ epoch }) => epoch <= place.epoch);
  if (before.length !== place.ground.length) return false;
  const isUntouched = before.every((segment, at) => {
    const was = place.ground[at];
    const is = groundOf(disk, segment);
    if (!was || was.epoch !== is.epoch) return false;
    // what is still written to, here or by the session that this one was forked from, may have grown
    const mayGrow = segment === own || (segment.header !== undefined && segment.header.session !== session);
    return (was.size === is.size && was.mtimeMs === is.mtimeMs) || (mayGrow && is.size > was.size);
  });
  return (
    isUntouched &&
    withFile(disk, own.path, (fd) => digestOf(withoutNewline(readFrom(disk, fd, place.at, place.at + place.size)))) === place.line
  );
}

const withoutNewline = (line: Buffer): Buffer => (line.at(-1) === 10 ? line.subarray(0, -1) : line);
