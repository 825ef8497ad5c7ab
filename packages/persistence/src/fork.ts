import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { storeError } from "@keelson/protocol";
import { blobsIn, shelfOf } from "./blobs.ts";
import { bestEffort, ifThere, isErrno, writeWhole, type Disk } from "./disk.ts";
import { taken } from "./folders.ts";
import { segmentPath } from "./layout.ts";
import { placeOf, type Place } from "./place.ts";
import { encode, FORMAT, type Header } from "./record.ts";
import { readFrom, segmentsOf, withFile, type Segment } from "./segment.ts";
import { snapshotPath } from "./snapshot.ts";

/** `isSettled`: nobody will take back what the parent's last segment holds up to there. */
export type Forking = { readonly disk: Disk; readonly parent: string; readonly seq: number; readonly isSettled: boolean };
export type Birth = Pick<Header, "session" | "cwd" | "created"> & { readonly parent: string };

export const FORKING = ".fork-";

/**
 * Makes a session of another's first records. It gets second names of the same segments, and its own first one begins at `seq`:
 * that seals them for it, whatever its parent adds. The file system keeps them as long as one of the two is there.
 * Made beside its place and put there, for without its seal it would be its parent.
 */
export function forkSession(from: Forking, folder: string, birth: Birth): void {
  const { disk, parent, seq } = from;
  const place = seq === 0 ? undefined : placeOf(disk, parent, seq);
  if (seq > 0 && !place)
    throw storeError(
      "head_mismatch",
      `The session ${birth.parent} has no event ${seq} to go on from. Look at its head, and fork before it.`,
    );
  const beside = join(dirname(folder), `${FORKING}${randomBytes(6).toString("hex")}`);
  disk.makeFolder(beside);
  try {
    const shared = place ? segmentsOf(disk, parent).filter(({ base }) => base < seq) : [];
    for (const segment of shared) share(from, segment, beside, place);
    seal(disk, beside, { keel: FORMAT, epoch: (shared.at(-1)?.epoch ?? -1) + 1, base: seq, ...birth });
    shareBlobs(disk, parent, beside);
    put(disk, beside, folder, birth.session);
  } catch (error) {
    bestEffort(() => disk.removeTree(beside));
    throw error;
  }
}

function share({ disk, isSettled }: Forking, { epoch, path }: Segment, beside: string, place: Place | undefined): void {
  const to = segmentPath(beside, epoch);
  const isLast = epoch === place?.epoch;
  if ((isSettled || !isLast) && linked(disk, path, to)) return;
  copy(disk, path, to, isLast && place ? place.at + place.size : (disk.stat(path)?.size ?? 0));
}

/** False where the file system has no such links, or no more of them. */
function linked(disk: Disk, from: string, to: string): boolean {
  try {
    disk.link(from, to);
    return true;
  } catch (error) {
    if (!isErrno(error) || error.code === "ENOENT" || error.code === "ENOSPC") throw error;
    return false;
  }
}

const CHUNK = 1024 * 1024;

function copy(disk: Disk, from: string, to: string, size: number): void {
  const fd = disk.open(to, "create");
  try {
    withFile(disk, from, (source) => {
      for (let at = 0; at < size; at += CHUNK) writeWhole(disk, fd, readFrom(disk, source, at, Math.min(size, at + CHUNK)));
    });
  } finally {
    bestEffort(() => disk.close(fd));
  }
}

function seal(disk: Disk, beside: string, header: Header): void {
  const fd = disk.open(segmentPath(beside, header.epoch), "create");
  try {
    writeWhole(disk, fd, encode(header));
  } finally {
    bestEffort(() => disk.close(fd));
  }
}

function shareBlobs(disk: Disk, parent: string, beside: string): void {
  const digests = blobsIn(disk, parent);
  if (digests.length > 0) disk.makeFolder(shelfOf(beside));
  for (const digest of digests) {
    const from = join(shelfOf(parent), digest);
    const to = join(shelfOf(beside), digest);
    if (!linked(disk, from, to)) copy(disk, from, to, disk.stat(from)?.size ?? 0);
  }
  ifThere(() => linked(disk, snapshotPath(parent), snapshotPath(beside)));
}

function put(disk: Disk, beside: string, folder: string, session: string): void {
  try {
    disk.rename(beside, folder);
  } catch (error) {
    if (isErrno(error) && (error.code === "ENOTEMPTY" || error.code === "EEXIST")) throw taken(session);
    throw error;
  }
}
