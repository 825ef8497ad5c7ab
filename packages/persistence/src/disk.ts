import {
  closeSync,
  constants,
  fdatasync,
  fsync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statfsSync,
  statSync,
  unlinkSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { promisify } from "node:util";

/** `append` and `update` want the file to be there, `create` (which appends too) wants that it isn't. */
export type OpenFor = "read" | "append" | "create" | "update";

/**
 * Every touch of the disk goes through here, so that a test can fail the n-th one.
 * Throws or rejects with what Node says (`code`: ENOSPC, EEXIST, …).
 */
export type Disk = {
  open(path: string, what: OpenFor): number;
  close(fd: number): void;
  /** Fills `bytes` from `position` of the file; how many came, 0 at its end. */
  read(fd: number, bytes: Uint8Array, position: number): number;
  /** How many bytes were taken: on a full disk fewer than given, without an error. `position` counts in a file opened for update only. */
  write(fd: number, bytes: Uint8Array, position?: number): number;
  truncate(fd: number, size: number): void;
  /** Resolves when what was written would survive a loss of power. */
  sync(fd: number): Promise<void>;
  /** The same for the names in a folder. */
  syncFolder(path: string): Promise<void>;
  /** With its parents; one that is there already is fine. */
  makeFolder(path: string): void;
  names(path: string): readonly string[];
  /** Undefined where nothing is. */
  stat(path: string): FileFacts | undefined;
  remove(path: string): void;
  /** A folder with all that is in it; nothing there is fine. Links are removed, not followed. */
  removeTree(path: string): void;
  /** What stands in the new place is replaced, but for a folder with something in it. */
  rename(from: string, to: string): void;
  /** A second name for the same file; `to` must not be there. */
  link(from: string, to: string): void;
  /** On a file system of another machine, where a database's locks don't hold. */
  isRemote(path: string): boolean;
};
/** `nlink`: how many names the file has. `ino`: which file it is. */
export type FileFacts = { readonly size: number; readonly mtimeMs: number; readonly nlink: number; readonly ino: number };

const FLAGS: Readonly<Record<OpenFor, number>> = {
  read: constants.O_RDONLY,
  append: constants.O_WRONLY | constants.O_APPEND,
  create: constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL,
  update: constants.O_RDWR,
};
/** What file systems answer that can't sync a folder; there is nothing to be done about those. */
const NO_FOLDER_SYNC = ["EINVAL", "ENOTSUP", "EOPNOTSUPP", "EBADF", "EISDIR", "EPERM"];

const syncData = promisify(fdatasync);
const syncAll = promisify(fsync);

/** The calls are synchronous, apart from the syncs: for what a log does they cost less than a turn of the event loop. */
export const nodeDisk: Disk = {
  open: (path, what) => openSync(path, FLAGS[what], 0o600),
  close: (fd) => closeSync(fd),
  read: (fd, bytes, position) => readSync(fd, bytes, 0, bytes.length, position),
  write: (fd, bytes, position) => writeSync(fd, bytes, 0, bytes.length, position ?? null),
  truncate: (fd, size) => ftruncateSync(fd, size),
  sync: (fd) => syncData(fd),
  syncFolder: async (path) => {
    const fd = openSync(path, constants.O_RDONLY);
    try {
      await syncAll(fd);
    } catch (error) {
      if (!isErrno(error) || !NO_FOLDER_SYNC.includes(error.code)) throw error;
    } finally {
      closeSync(fd);
    }
  },
  makeFolder,
  names: (path) => readdirSync(path),
  stat: (path) => statSync(path, { throwIfNoEntry: false }),
  remove: (path) => unlinkSync(path),
  removeTree: (path) => rmSync(path, { recursive: true, force: true }),
  rename: (from, to) => renameSync(from, to),
  link: (from, to) => linkSync(from, to),
  isRemote: (path) => REMOTE.includes(statfsSync(path).type),
};

/** statfs(2): NFS, SMB, SMB 2, CIFS, 9P, Ceph, AFS, Coda. */
const REMOTE = [0x6969, 0x517b, 0xfe534d42, 0xff534d42, 0x01021997, 0x00c36400, 0x5346414f, 0x73757245];

/** Not by `recursive`: that says ENOENT on a read-only file system. */
function makeFolder(path: string): void {
  try {
    mkdirSync(path, { mode: 0o700 });
  } catch (error) {
    if (isErrno(error) && error.code === "EEXIST") return;
    if (!isErrno(error) || error.code !== "ENOENT" || dirname(path) === path) throw error;
    makeFolder(dirname(path));
    mkdirSync(path, { mode: 0o700 });
  }
}

/** Undefined where there is no file (any more). */
export function ifThere<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch (error) {
    if (isErrno(error) && error.code === "ENOENT") return undefined;
    throw error;
  }
}

/** True for an error of the operating system (`ENOSPC`, not `ERR_INVALID_ARG_TYPE`). */
export function isErrno(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && "code" in error && typeof error.code === "string" && /^E[A-Z0-9]+$/.test(error.code);
}

/** For tidying up: when it fails, what stays behind does no harm. */
export function bestEffort(act: () => void): void {
  try {
    act();
  } catch (error) {
    if (!isErrno(error)) throw error;
  }
}

/** Loops on short counts. A disk that takes nothing more is full, whatever it says. */
export function writeWhole(disk: Disk, fd: number, bytes: Uint8Array, position?: number): void {
  for (let done = 0; done < bytes.length;) {
    const count = disk.write(fd, bytes.subarray(done), position === undefined ? undefined : position + done);
    if (count === 0) throw Object.assign(new Error("nothing was written"), { code: "ENOSPC" });
    done += count;
  }
}
