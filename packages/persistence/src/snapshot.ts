import { join } from "node:path";
import type { Json, Outline, Snapshot } from "@keelson/protocol";
import { digestOf, getBlob, putBlob, readWhole, write, type Shelf } from "./blobs.ts";
import { ifThere, type Disk } from "./disk.ts";
import { pack, unpack } from "./pack.ts";
import { holds, placeOf, type Place } from "./place.ts";

/**
 * The one snapshot of a session: a line that says of what, behind its own sha256, and a line with the state.
 * A cache: whatever is odd about it, there is none. `body`: the sha256 of the state's line. `mark`: as in a packed record.
 */
type Cover = {
  readonly keel: 1;
  readonly kind: string;
  readonly seq: number;
  readonly place: Place;
  readonly outline: Outline;
  readonly body: string;
  readonly mark?: string;
};
/** What is known of a log up to `seq` without reading it. */
export type Known = { readonly seq: number; readonly outline: Outline };

export const snapshotPath = (folder: string): string => join(folder, "snapshot");

/** False when the log has no such record, so that there is nothing to stand on. */
export function keepSnapshot(shelf: Shelf, { seq, kind, state }: Snapshot, outline: Outline): boolean {
  const { disk, folder } = shelf;
  const place = placeOf(disk, folder, seq);
  if (!place) return false;
  const json = JSON.stringify(state);
  const packed = pack(state, json, (bytes) => putBlob(shelf, bytes));
  const body = Buffer.from(packed?.json ?? json);
  const cover: Cover = { keel: 1, kind, seq, place, outline, body: digestOf(body), ...(packed && { mark: packed.mark }) };
  const first = Buffer.from(JSON.stringify(cover));
  write(disk, snapshotPath(folder), Buffer.concat([Buffer.from(`${digestOf(first)} `), first, NEWLINE, body, NEWLINE]));
  return true;
}

/** Undefined when it isn't whole, or the log isn't the one it was made of. */
export function snapshotIn(disk: Disk, folder: string, session: string, kind: string): Snapshot | undefined {
  const bytes = ifThere(() => readWhole(disk, snapshotPath(folder)));
  const end = bytes?.indexOf(10) ?? -1;
  const cover = bytes && coverOf(bytes.subarray(0, Math.max(0, end)));
  if (!bytes || !cover || cover.kind !== kind || !holds(disk, folder, session, cover.seq, cover.place)) return undefined;
  const body = bytes.subarray(end + 1, -1);
  if (digestOf(body) !== cover.body) return undefined;
  let isWhole = true;
  const get = (digest: string): Buffer | undefined => getBlob({ disk, folder }, digest);
  const json = body.toString();
  const state = cover.mark === undefined ? (JSON.parse(json) as Json) : (unpack(json, cover.mark, get, () => (isWhole = false)) as Json);
  return isWhole ? { seq: cover.seq, kind, state } : undefined;
}

const NEWLINE = Buffer.from("\n");
const COVER_LIMIT = 1024 * 1024;

export function knownOf(disk: Disk, folder: string, session: string): Known | undefined {
  const cover = coverIn(disk, folder);
  return cover && holds(disk, folder, session, cover.seq, cover.place) ? { seq: cover.seq, outline: cover.outline } : undefined;
}

/** Its first line alone, whatever became of the log. */
export function coverIn(disk: Disk, folder: string): Cover | undefined {
  const fd = ifThere(() => disk.open(snapshotPath(folder), "read"));
  if (fd === undefined) return undefined;
  try {
    for (let size = 16 * 1024; size <= COVER_LIMIT; size *= 8) {
      const bytes = Buffer.alloc(size);
      const read = bytes.subarray(0, disk.read(fd, bytes, 0));
      const end = read.indexOf(10);
      if (end < 0 && read.length === size) continue;
      return coverOf(read.subarray(0, Math.max(0, end)));
    }
    return undefined;
  } finally {
    disk.close(fd);
  }
}

function coverOf(line: Buffer): Cover | undefined {
  const space = line.indexOf(" ");
  const json = line.subarray(space + 1);
  if (space < 0 || line.toString("latin1", 0, space) !== digestOf(json)) return undefined;
  const cover = JSON.parse(json.toString()) as Cover;
  return cover.keel === 1 ? cover : undefined;
}
