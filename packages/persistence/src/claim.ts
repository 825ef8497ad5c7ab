import { dirname, join } from "node:path";
import { NO_OUTLINE, type Ref } from "@keelson/protocol";
import { markChanged } from "./changed.ts";
import { bestEffort, writeWhole, type Disk } from "./disk.ts";
import { held } from "./failure.ts";
import { epochsOf, lockPath, segmentPath } from "./layout.ts";
import { dropLock, holderOf, openNew, takeLock, type Holder, type LockRoom } from "./lock.ts";
import { Pen } from "./pen.ts";
import type { Report } from "./read.ts";
import { encode, FORMAT, type Header } from "./record.ts";
import { segmentsOf } from "./segment.ts";
import { birthOf } from "./summary.ts";
import { survey, type Surveyed } from "./survey.ts";
import type { Trace } from "./trace.ts";

/** What taking a pen needs of the house. `root`: the folder that holds `sessions/`. */
export type Desk = LockRoom & { readonly root: string; readonly report: Report };
/** What is remembered of a session elsewhere: how far its log went, and its folder. Asked only where its own files don't tell. */
export type Memory = Partial<Trace> & { readonly cwd?: string; readonly created?: number };
export type Recall = (session: string) => Promise<Memory | undefined>;
/** What a session begins with. */
export type Birth = Pick<Header, "parent" | "cwd" | "created">;
/** `takeOver`: from a living owner too. `born`: where this process has just made the session. */
export type Claimant = { readonly owner: string; readonly takeOver: boolean; readonly recall: Recall; readonly born?: Birth };

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
    const born = epoch === 1 ? claimant.born : undefined; // else somebody has had it meanwhile
    const { start, birth, older } = born ? newborn(folder, born) : await lookBack(desk, folder, ref, { epoch, recall: claimant.recall });
    const line = encode({ keel: FORMAT, session: ref.session, epoch, base: start.head, ...birth });
    writeWhole(disk, fd, line);
    if (!born) clearAway(desk, folder, epoch);
    const drop = (): void => dropLock(desk, lock);
    const shelf = { disk, root, folder, unsynced: new Set<string>() };
    const site = { disk, report, path, next: segmentPath(folder, epoch + 1), drop, older, folders: foldersAbove(folder), shelf };
    return new Pen(site, { epoch, owner }, fd, { ...start, size: line.length });
  } catch (error) {
    bestEffort(() => disk.close(fd));
    bestEffort(() => disk.remove(path));
    dropLock(desk, lock);
    throw error;
  }
}

/** What stands in a session's folder before the new segment. `older`: the segments' files. */
type Past = { readonly start: Surveyed; readonly birth: Birth; readonly older: readonly string[] };

/** There is its birth, and nothing more. */
function newborn(folder: string, birth: Birth): Past {
  const ahead = { from: 0, records: [] };
  return { start: { head: 0, outline: NO_OUTLINE, ahead, isWhole: true }, birth, older: [segmentPath(folder, 0)] };
}

async function lookBack(
  desk: Desk,
  folder: string,
  { session }: Ref,
  claim: { readonly epoch: number; readonly recall: Recall },
): Promise<Past> {
  const { disk } = desk;
  const memory = hasBlank(disk, folder, claim.epoch) ? await claim.recall(session) : undefined;
  const start = await survey(desk, folder, session, traceOf(memory));
  const before = segmentsOf(disk, folder);
  const { header, cwd } = birthOf(disk, before, { folder, session });
  const { created = memory?.created ?? desk.now(), parent } = header ?? {};
  const birth = { ...(parent !== undefined && { parent }), cwd: cwd || (memory?.cwd ?? ""), created };
  return { start, birth, older: before.map((one) => one.path) };
}

/** What claims before this one have left: the locks, and what a writer that was killed had put beside its place. */
function clearAway(desk: Desk, folder: string, epoch: number): void {
  const { disk } = desk;
  const names = disk.names(folder);
  for (const name of names) if (name.startsWith(".")) bestEffort(() => disk.remove(join(folder, name)));
  for (const stale of epochsOf(names, ".lock").filter((number) => number < epoch)) dropLock(desk, lockPath(folder, stale));
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
