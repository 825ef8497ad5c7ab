import { ifThere, type Disk } from "./disk.ts";
import type { Segment } from "./segment.ts";
import { coverIn } from "./snapshot.ts";

/** What tells how far a log went, when its own files no longer do. `epoch`: the segment in which the record `seq` stood. `created`: of the session, where it is known. */
export type Trace = { readonly seq: number; readonly epoch: number; readonly created?: number | undefined };

/** Its snapshot's, whether that can still be used or not. */
export function traceIn(disk: Disk, folder: string): Trace | undefined {
  const cover = ifThere(() => coverIn(disk, folder));
  return cover && { seq: cover.seq, epoch: cover.place.epoch };
}

/** A log that went another way since, as a fork does, never had that record; nor did one that was made anew under the same id. */
export function isOf({ seq, epoch, created }: Trace, segments: readonly Segment[]): boolean {
  const header = segments.findLast((one) => one.header)?.header;
  if (header && created !== undefined && header.created !== created) return false;
  return !segments.some((one) => one.epoch > epoch && one.base < seq);
}
