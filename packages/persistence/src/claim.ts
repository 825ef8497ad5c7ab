import { dirname, join } from "node:path";
import type { Ref } from "@keelson/protocol";
import { markChanged } from "./changed.ts";
import { bestEffort, writeWhole, type Disk } from "./disk.ts";
import { held } from "./failure.ts";
import { epochsOf, lockPath, segmentPath } from "./layout.ts";
import { dropLock, holderOf, openNew, takeLock, type Holder, type LockRoom } from "./lock.ts";
import { Pen } from "./pen.ts";
import type { Report } from "./read.ts";
import { encode, type Header } from "./record.ts";
import { segmentsOf } from "./segment.ts";
import { birthOf } from "./summary.ts";
import { survey } from "./survey.ts";
import type { Trace } from "./trace.ts";

/** What taking a pen needs of the house. `root`: the folder that holds `sessions/`. */
export type Desk = LockRoom & { readonly root: string; readonly report: Report };
/** What is remembered of a session elsewhere: how far its log went, and its folder. Asked only where its own files don't tell. */
export type Memory = Partial<Trace> & { readonly cwd?: string; readonly created?: number };
export type Recall = (session: string) => Promise<Memory | undefined>;
/** `takeOver`: from a living owner too. */
export type Claimant = { readonly owner: string; readonly takeOver: boolean; readonly recall: Recall };

/**
 * Takes the pen of a session. The order is the fence: the lock, the new segment's empty file, the look at what there is, its header.
 * A writer that was taken for dead looks for the next segment behind each write, so what it gets acknowledged is within the new base.
 * The segment is begun at once, not at the first append: until then late lines would be read, and vanish later.
 */
export async function claimPen(desk: Desk, folder: string, ref: Ref, claimant: Claimant): Promise<Pen> {
  const { disk, report, root } = desk;
  const { owner } = claimant;
  const { epoch, fd } = seize(desk, folder, ref, claimant);
  const path = segmentPath(folder, epoch);
  const lock = lockPath(folder, epoch);
  try {
    markChanged(disk, root, folder);
    const memory = hasBlank(disk, folder, epoch) ? await claimant.recall(ref.session) : undefined;
    const { head: base, isWhole, ...surveyed } = await survey(desk, folder, ref.session, traceOf(memory));
    const before = segmentsOf(disk, folder);
    const { header: birth, cwd } = birthOf(disk, before, { folder, session: ref.session });
    const { created = memory?.created ?? desk.now(), parent } = birth ?? {};
    const header: Header = {
      keel: 1,
      session: ref.session,
      epoch,
      base,
      ...(parent !== undefined && { parent }),
      cwd: cwd || (memory?.cwd ?? ""),
      created,
    };
    const line = encode(header);
    writeWhole(disk, fd, line);
    dropPieces(disk, folder);
    for (const stale of epochsOf(disk.names(folder), ".lock").filter((number) => number < epoch)) dropLock(desk, lockPath(folder, stale));
    const older = before.map((one) => one.path);
    const drop = (): void => dropLock(desk, lock);
    const shelf = { disk, root, folder, unsynced: new Set<string>() };
    const site = { disk, report, path, next: segmentPath(folder, epoch + 1), drop, older, folders: foldersAbove(folder), shelf };
    return new Pen(site, { epoch, owner }, fd, { ...surveyed, head: base, size: line.length, isWhole });
  } catch (error) {
    bestEffort(() => disk.close(fd));
    bestEffort(() => disk.remove(path));
    dropLock(desk, lock);
    throw error;
  }
}

/** True when a segment before `epoch` holds nothing readable: a claim that died, or all of it is lost. */
export function hasBlank(disk: Disk, folder: string, epoch = Infinity): boolean {
  const readable = segmentsOf(disk, folder).map((segment) => segment.epoch);
  return epochsOf(disk.names(folder), ".jsonl").some((one) => one < epoch && !readable.includes(one));
}

export function traceOf(memory: Memory | undefined): Trace | undefined {
  return memory?.seq === undefined || memory.epoch === undefined
    ? undefined
    : { seq: memory.seq, epoch: memory.epoch, created: memory.created };
}

/** What a writer that was killed had put beside its place. */
function dropPieces(disk: Disk, folder: string): void {
  for (const name of disk.names(folder)) if (name.startsWith(".")) bestEffort(() => disk.remove(join(folder, name)));
}

/** From the session's own up to the root: in each one something may have been made. */
function foldersAbove(folder: string): readonly string[] {
  return [folder, dirname(folder), dirname(dirname(folder)), dirname(dirname(dirname(folder)))];
}

const TRIES = 100;

/** The lock and the new segment's empty file. Each further try means that somebody else got on in between. */
export function seize(
  desk: Desk,
  folder: string,
  { session }: Ref,
  claimant: Omit<Claimant, "recall">,
): { readonly epoch: number; readonly fd: number } {
  let holder: Holder | undefined;
  for (let tries = 0; tries < TRIES; tries++) {
    const names = desk.disk.names(folder);
    const lastSegment = epochsOf(names, ".jsonl").at(-1) ?? -1;
    const last = Math.max(lastSegment, epochsOf(names, ".lock").at(-1) ?? -1, 0);
    holder = holderOf(desk, lockPath(folder, last));
    if (holder !== undefined && !claimant.takeOver) break;
    const epoch = last + 1;
    const lock = lockPath(folder, epoch);
    if (!takeLock(desk, lock, claimant.owner)) continue;
    const fd = begin(desk, folder, lastSegment + 1, epoch);
    if (fd !== undefined) return { epoch, fd };
  }
  throw held(session, holder ?? { where: "several processes at once", next: "Try again in a few seconds." });
}

/**
 * Makes the segment `epoch`, and those that a crash left out before it: the successor of any epoch has its very next number.
 * Undefined when one of them is there: another was faster. Without the segment the lock is given back.
 */
function begin(desk: Desk, folder: string, first: number, epoch: number): number | undefined {
  const { disk } = desk;
  let fd: number | undefined;
  try {
    for (let number = first; number < epoch; number++) {
      const filler = openNew(disk, segmentPath(folder, number));
      if (filler === undefined) return undefined;
      disk.close(filler);
    }
    fd = openNew(disk, segmentPath(folder, epoch));
    return fd;
  } finally {
    if (fd === undefined) dropLock(desk, lockPath(folder, epoch));
  }
}
