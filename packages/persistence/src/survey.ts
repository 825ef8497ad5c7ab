import { NO_OUTLINE, type Outline } from "@keelson/protocol";
import { bestEffort, writeWhole, type Disk } from "./disk.ts";
import { corruptPath } from "./layout.ts";
import { openNew } from "./lock.ts";
import type { Finding, Report } from "./read.ts";
import type { Found } from "./record.ts";
import { withFile, type Segment } from "./segment.ts";
import { knownOf } from "./snapshot.ts";
import { outlineBehind } from "./summary.ts";
import type { Trace } from "./trace.ts";

const CHUNK = 256 * 1024;
/** Of so many reads of the disk what they brought is kept for who has claimed, and reads next: 8 MB. */
const MOST_KEPT = 32;

/** `head`: the last number that was given, so that none is given twice. `ahead`: the records behind `from`, all of them or none. `isWhole`: none is lost. */
export type Surveyed = { readonly head: number; readonly outline: Outline; readonly ahead: Ahead | undefined; readonly isWhole: boolean };
export type Ahead = { readonly from: number; readonly records: readonly Found[] };

/**
 * Reads a log before something is added to it, whole or from its snapshot on. What is lost or spoiled is told, and what is spoiled is copied
 * to `<epoch>.corrupt` once, for people; the segment stays as it is. `trace`: see Source.
 */
export async function survey({ disk, report }: Surveyor, folder: string, session: string, trace: Trace | undefined): Promise<Surveyed> {
  const findings: Finding[] = [];
  let kept: Found[] = [];
  let reads = 0;
  const keep = (portion: readonly Found[]): void => {
    if (++reads > MOST_KEPT) kept = [];
    else kept.push(...portion);
  };
  const known = knownOf(disk, folder, session) ?? { seq: 0, outline: NO_OUTLINE };
  const { seq: head, outline } = await outlineBehind({ disk, folder, trace, found: (finding) => findings.push(finding) }, known, keep);
  const spoiled = findings.flatMap(({ segment, at, size }) => (segment && size > 0 ? [{ segment, at, size }] : []));
  for (const epoch of new Set(spoiled.map(({ segment }) => segment.epoch)))
    bestEffort(() => {
      const those = spoiled.filter(({ segment }) => segment.epoch === epoch);
      setAside(disk, corruptPath(folder, epoch), those);
    });
  for (const { problem } of findings) report(problem);
  const ahead = reads > MOST_KEPT ? undefined : { from: known.seq, records: kept };
  return { head, outline, ahead, isWhole: findings.every(({ lost }) => lost === undefined) };
}

type Surveyor = { readonly disk: Disk; readonly report: Report };
type Spoiled = { readonly segment: Segment; readonly at: number; readonly size: number };

function setAside(disk: Disk, path: string, findings: readonly Spoiled[]): void {
  const to = openNew(disk, path);
  if (to === undefined) return;
  try {
    for (const { segment, at, size } of findings) withFile(disk, segment.path, (from) => copy(disk, from, to, { at, size }));
  } finally {
    disk.close(to);
  }
}

function copy(disk: Disk, from: number, to: number, { at, size }: { readonly at: number; readonly size: number }): void {
  const room = Buffer.allocUnsafe(Math.min(CHUNK, size));
  for (let done = 0; done < size;) {
    const chunk = room.subarray(0, disk.read(from, room.subarray(0, Math.min(room.length, size - done)), at + done));
    if (chunk.length === 0) return;
    writeWhole(disk, to, chunk);
    done += chunk.length;
  }
}
