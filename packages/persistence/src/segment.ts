import { ifThere, type Disk } from "./disk.ts";
import { epochsOf, segmentPath } from "./layout.ts";
import { batches, LINE_LIMIT } from "./lines.ts";
import { parseHeader, parseRecord, type Found, type Header } from "./record.ts";

/**
 * A session's log is its segments in the order of their epochs. Each says at which head it begins (`base`), and that seals the ones before:
 * what a writer adds to them later is numbered beyond that base and never read.
 */
export type Segment = { readonly epoch: number; readonly path: string; readonly base: number; readonly header: Header | undefined };

/** Those with an epoch over `above`. One that holds nothing readable yet (its writer is at it, or died there) doesn't count. */
export function segmentsOf(disk: Disk, folder: string, above = -1): readonly Segment[] {
  return epochsOf(disk.names(folder), ".jsonl")
    .filter((epoch) => epoch > above)
    .flatMap((epoch) => ifThere(() => segmentOf(disk, folder, epoch)) ?? []); // a claim that failed takes its own away
}

/** A header that is spoiled is replaced by what the first readable record says: it begins where that one stands. */
function segmentOf(disk: Disk, folder: string, epoch: number): Segment | undefined {
  const path = segmentPath(folder, epoch);
  return withFile(disk, path, (fd) => {
    for (const { lines } of batches(disk, fd)) {
      for (const { at, bytes } of lines) {
        const header = at === 0 ? parseHeader(bytes, path) : undefined;
        const base = header?.base ?? firstBefore(bytes);
        if (base !== undefined) return { epoch, path, base, header };
      }
    }
    return undefined;
  });
}

function firstBefore(bytes: Buffer | undefined): number | undefined {
  const record = parseRecord(bytes);
  return record && record.seq - 1;
}

/** The last segment's last record, looked for from its end: nothing else is read. */
export function headOf(disk: Disk, folder: string): { readonly head: number; readonly epoch: number } | undefined {
  for (const epoch of epochsOf(disk.names(folder), ".jsonl").toReversed()) {
    const segment = ifThere(() => segmentOf(disk, folder, epoch));
    if (segment) return { head: Math.max(segment.base, lastIn(disk, segment) ?? 0), epoch };
  }
  return undefined;
}

function lastIn(disk: Disk, segment: Segment): number | undefined {
  const last = lastOf(disk, segment.path);
  return last === "unknown" ? soundEnd(disk, segment.path, segment.base).head : last?.seq; // from the front, then
}

const FIRST_WINDOW = 64 * 1024;

/** The last whole record of a file, from its end. `unknown`: garbage for longer than any line. */
export function lastOf(disk: Disk, path: string): Found | "unknown" | undefined {
  return withFile(disk, path, (fd) => {
    const size = disk.stat(path)?.size ?? 0;
    for (let window = FIRST_WINDOW; window <= LINE_LIMIT; window *= 8) {
      const start = Math.max(0, size - window);
      const last = lastWithin(readFrom(disk, fd, start, size), start === 0);
      if (last !== undefined || start === 0) return last;
    }
    return "unknown";
  });
}

/** `first`: the bytes begin with a line, not within one. What has no newline behind it isn't stored. */
function lastWithin(bytes: Buffer, first: boolean): Found | undefined {
  for (let end = bytes.lastIndexOf(10); end >= 0;) {
    const before = bytes.subarray(0, end).lastIndexOf(10);
    if (before < 0 && !first) return undefined;
    const record = parseRecord(bytes.subarray(before + 1, end));
    if (record) return record;
    end = before;
  }
  return undefined;
}

export function readFrom(disk: Disk, fd: number, start: number, end: number): Buffer {
  const bytes = Buffer.allocUnsafe(end - start);
  for (let done = 0; done < bytes.length;) {
    const count = disk.read(fd, bytes.subarray(done), start + done);
    if (count === 0) return bytes.subarray(0, done);
    done += count;
  }
  return bytes;
}

/** How far a segment can be trusted: the last record that follows on the one before, and where it ends. */
export function soundEnd(disk: Disk, path: string, base: number): { readonly head: number; readonly size: number } {
  return withFile(disk, path, (fd) => {
    let end = { head: base, size: 0 };
    for (const { lines } of batches(disk, fd)) {
      for (const { at, size, bytes, ended } of lines) {
        if (!ended) return end;
        const seq = parseRecord(bytes)?.seq;
        if (at === 0 || seq === end.head + 1) end = { head: seq ?? base, size: at + size };
      }
    }
    return end;
  });
}

export function withFile<T>(disk: Disk, path: string, use: (fd: number) => T): T {
  const fd = disk.open(path, "read");
  try {
    return use(fd);
  } finally {
    disk.close(fd);
  }
}
