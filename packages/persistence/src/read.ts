import { setImmediate as breathe } from "node:timers/promises";
import type { Problem } from "@keelson/protocol";
import type { Disk } from "./disk.ts";
import { segmentPath } from "./layout.ts";
import { batches } from "./lines.ts";
import { Chain } from "./chain.ts";
import type { Found } from "./record.ts";
import { seek } from "./seek.ts";
import { segmentsOf, type Segment } from "./segment.ts";
import { isOf, traceIn, type Trace } from "./trace.ts";

/** Reads a session's records over its segments. The rule: never a silent gap. A line that is no record is passed over; when numbers are missing it is said which, a record that says so stands in their place, and what is whole behind them is read. */

/** `size`: of the spoiled stretch, 0 for a gap. `torn`: the file ends within a line, perhaps because it is being written. `lost`: the last number that is missing. */
export type Finding = {
  readonly problem: Problem;
  readonly segment: Segment | undefined;
  readonly at: number;
  readonly size: number;
  readonly torn: boolean;
  readonly lost: number | undefined;
};
export type Report = (problem: Problem) => void;
/** `segments`: where they are known already. */
export type Source = {
  readonly disk: Disk;
  readonly folder: string;
  readonly segments?: readonly Segment[];
  /** What is known of how far the log went, beside what its snapshot says. */
  readonly trace?: Trace | undefined;
  readonly found: (finding: Finding) => void;
};

/** Records numbered over `after`, one by one. */
export async function* records(source: Source, after: number): AsyncGenerator<Found> {
  for await (const portion of portions(source, after)) for (const record of portion) yield record;
}

/** The same, as many at once as a read of the disk brings. Holds one chunk of one file at a time; what comes in while it reads is read too. */
export async function* portions(source: Source, after: number): AsyncGenerator<readonly Found[]> {
  const { disk, folder } = source;
  const segments = [...(source.segments ?? segmentsOf(disk, folder))];
  const traces = [traceIn(disk, folder), source.trace];
  const known = segments.findLastIndex(({ base }) => base <= after);
  const chain = new Chain(source, segments[known]?.base ?? after, after);
  for (const [at, segment] of segments.entries()) {
    if (at < known) continue;
    const seal = (): number => {
      if (at === segments.length - 1 && disk.stat(segmentPath(folder, segment.epoch + 1)))
        segments.push(...segmentsOf(disk, folder, segment.epoch)); // taken over meanwhile
      return Math.min(Infinity, ...segments.slice(at + 1).map(({ base }) => base));
    };
    for await (const portion of within(disk, segment, chain, seal)) {
      const first = portion.findIndex(({ seq }) => seq > after);
      if (first >= 0) yield first === 0 ? portion : portion.slice(first);
    }
  }
  for (const trace of traces)
    if (trace && isOf(trace, segments)) yield chain.miss(trace.seq, segmentPath(folder, trace.epoch)).filter(({ seq }) => seq > after);
}

/** `seal` is asked after each read of the disk: what was there before the next segment began is within that one's base. */
async function* within(disk: Disk, segment: Segment, chain: Chain, seal: () => number): AsyncGenerator<readonly Found[]> {
  if (chain.last >= seal()) return;
  chain.enter(segment);
  const fd = disk.open(segment.path, "read");
  try {
    const from = seek(disk, fd, disk.stat(segment.path)?.size ?? 0, chain.wanted);
    chain.jump(from);
    for (const batch of batches(disk, fd, from)) {
      yield chain.pass(segment, batch, seal());
      if (chain.astray || chain.last >= seal()) break;
      if (batch.more) await breathe();
    }
    if (!chain.astray) return yield chain.leave(segment);
  } finally {
    disk.close(fd);
  }
  yield* within(disk, segment, chain.back(segment), seal);
}
