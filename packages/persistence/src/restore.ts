import { bestEffort, writeWhole, type Disk } from "./disk.ts";
import { withFile } from "./segment.ts";

/** What a writer does to its own segment after a failure. All throw what the disk says, and can be tried again. */

/** CAN: with it behind, no torn piece can pass for a record, not even one that lacks its newline alone. */
const SPOIL = Buffer.from("\u0018\n");

/**
 * Takes away what stands behind `size`; the size afterwards. Where a file can't be cut (append-only ones), a torn piece is ended on a line of its own.
 * Whole records can't be taken back that way: then it throws.
 */
export function cutBack(disk: Disk, path: string, fd: number, size: number): number {
  try {
    disk.truncate(fd, size);
    return size;
  } catch (error) {
    const litter = (disk.stat(path)?.size ?? size) - size;
    if (litter <= 0) return size;
    if (hasNewline(disk, path, size, litter)) throw error;
    writeWhole(disk, fd, SPOIL);
    return size + litter + SPOIL.length;
  }
}

function hasNewline(disk: Disk, path: string, from: number, length: number): boolean {
  let found = false;
  chunks(disk, path, { from, to: from + length }, (chunk) => (found ||= chunk.includes(0x0a)));
  return found;
}

/**
 * Writes the same bytes in the same place. After a sync that failed Linux takes what wasn't written for written,
 * so the next sync would succeed without it (Rebello et al., "Can Applications Recover from fsync Failures?", ATC 2020).
 */
export function writeAgain(disk: Disk, path: string, from: number, to = disk.stat(path)?.size ?? 0): void {
  const fd = disk.open(path, "update");
  try {
    chunks(disk, path, { from, to }, (chunk, at) => writeWhole(disk, fd, chunk, at));
  } finally {
    bestEffort(() => disk.close(fd));
  }
}

const CHUNK = 256 * 1024;

type Range = { readonly from: number; readonly to: number };

function chunks(disk: Disk, path: string, { from, to }: Range, use: (chunk: Buffer, at: number) => void): void {
  withFile(disk, path, (fd) => {
    const room = Buffer.allocUnsafe(Math.min(CHUNK, to - from));
    for (let at = from; at < to;) {
      const chunk = room.subarray(0, disk.read(fd, room.subarray(0, Math.min(room.length, to - at)), at));
      if (chunk.length === 0) return;
      use(chunk, at);
      at += chunk.length;
    }
  });
}

/** Syncs what others have written, and the folders in which it was made. */
export async function syncEach(disk: Disk, files: readonly string[], folders: readonly string[]): Promise<void> {
  for (const path of files) {
    const fd = disk.open(path, "update");
    try {
      await disk.sync(fd);
    } finally {
      bestEffort(() => disk.close(fd));
    }
  }
  await Promise.all(folders.map((path) => disk.syncFolder(path)));
}
