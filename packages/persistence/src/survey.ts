import { bestEffort, writeWhole, type Disk } from "./disk.ts";
import { corruptPath } from "./layout.ts";
import { openNew } from "./lock.ts";
import { records, type Finding, type Report } from "./read.ts";
import { withFile } from "./segment.ts";

const CHUNK = 256 * 1024;

/**
 * Reads a whole log before something is added to it: the head is the last record that a reader gets to, so nothing new ever stands behind a gap.
 * What is spoiled is told, and copied to `<epoch>.corrupt` once, for people; the segment itself stays as it is.
 */
export async function survey(disk: Disk, folder: string, report: Report): Promise<number> {
  const findings: Finding[] = [];
  let head = 0;
  for await (const { seq } of records({ disk, folder, found: (finding) => findings.push(finding) }, 0)) head = seq;
  const spoiled = findings.filter(({ size }) => size > 0);
  for (const epoch of new Set(spoiled.map(({ segment }) => segment.epoch)))
    bestEffort(() => {
      const those = spoiled.filter(({ segment }) => segment.epoch === epoch);
      setAside(disk, corruptPath(folder, epoch), those);
    });
  for (const { problem } of findings) report(problem);
  return head;
}

function setAside(disk: Disk, path: string, findings: readonly Finding[]): void {
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
