import { createHash, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { bestEffort, ifThere, isErrno, writeWhole, type Disk } from "./disk.ts";
import { withFile } from "./segment.ts";

/**
 * Blobs stand in their session's folder, and under `blobs/<aa>/` as a second name of the same file, by which other sessions find them.
 * So the file system counts who uses one, and a session that goes takes nothing from another.
 */
export type Shelf = {
  readonly disk: Disk;
  readonly root: string;
  readonly folder: string;
  /** Paths that the next barrier has to keep. */
  readonly unsynced: Set<string>;
};

const DIGEST = /^[0-9a-f]{64}$/;

export const digestOf = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");
export const shelfOf = (folder: string): string => join(folder, "blobs");
const shared = (root: string, digest: string): string => join(root, "blobs", digest.slice(0, 2), digest);

/** Its name. Written beside its place and put there, so that a name never stands for half of it. */
export function putBlob({ disk, root, folder, unsynced }: Shelf, bytes: Uint8Array): string {
  const digest = digestOf(bytes);
  const path = join(shelfOf(folder), digest);
  if (disk.stat(path)?.size === bytes.length) return digest;
  disk.makeFolder(dirname(path));
  const common = shared(root, digest);
  if (!adopt(disk, common, path, digest)) {
    write(disk, path, bytes);
    bestEffort(() => disk.makeFolder(dirname(common)));
    bestEffort(() => disk.link(path, common)); // taken meanwhile, or no such links here: the session has its own
  }
  unsynced.add(path);
  return digest;
}

/** Undefined for one that isn't there, or isn't what its name says. */
export function getBlob({ disk, folder }: Pick<Shelf, "disk" | "folder">, digest: string): Buffer | undefined {
  if (!DIGEST.test(digest)) return undefined;
  const bytes = ifThere(() => readWhole(disk, join(shelfOf(folder), digest)));
  return bytes && digestOf(bytes) === digest ? bytes : undefined;
}

/** Another session's; undefined names and damaged ones are written anew. */
function adopt(disk: Disk, common: string, path: string, digest: string): boolean {
  try {
    disk.link(common, path);
  } catch (error) {
    if (!isErrno(error)) throw error;
    if (error.code !== "EEXIST") return false;
  }
  if (digestOf(readWhole(disk, path)) === digest) return true;
  bestEffort(() => disk.remove(common));
  return false;
}

export function write(disk: Disk, path: string, bytes: Uint8Array): void {
  const beside = join(dirname(path), `.${randomBytes(6).toString("hex")}`);
  const fd = disk.open(beside, "create");
  try {
    try {
      writeWhole(disk, fd, bytes);
    } finally {
      bestEffort(() => disk.close(fd));
    }
    disk.rename(beside, path);
  } catch (error) {
    bestEffort(() => disk.remove(beside));
    throw error;
  }
}

export function readWhole(disk: Disk, path: string): Buffer {
  return withFile(disk, path, (fd) => {
    const bytes = Buffer.allocUnsafe(disk.stat(path)?.size ?? 0);
    for (let done = 0; done < bytes.length;) {
      const count = disk.read(fd, bytes.subarray(done), done);
      if (count === 0) return bytes.subarray(0, done);
      done += count;
    }
    return bytes;
  });
}

/** The names of a session's, to be given to `dropShared` once its folder is gone. */
export const blobsIn = (disk: Disk, folder: string): readonly string[] =>
  (ifThere(() => disk.names(shelfOf(folder))) ?? []).filter((name) => DIGEST.test(name));

/** Takes away the second names of those that no session has any more. */
export function dropShared(disk: Disk, root: string, digests: readonly string[]): void {
  for (const digest of digests)
    bestEffort(() => {
      const path = shared(root, digest);
      if (disk.stat(path)?.nlink === 1) disk.remove(path);
    });
}

/** The same for all that there are: a process may have died between a session and its blobs. */
export function sweepShared(disk: Disk, root: string): void {
  const all = join(root, "blobs");
  for (const part of ifThere(() => disk.names(all)) ?? [])
    dropShared(
      disk,
      root,
      (ifThere(() => disk.names(join(all, part))) ?? []).filter((name) => DIGEST.test(name)),
    );
}
