import { isStoreError, storeError, type StoreError } from "@keelson/protocol";
import { isErrno } from "./disk.ts";

/** What the disk says, in one line that ends with what to do. Anything that isn't the disk's (a bug) passes unchanged. */
const REASONS: Readonly<Record<string, string>> = {
  ENOSPC: "the disk is full. Make room, and it is written again",
  EDQUOT: "your disk quota is used up. Make room, and it is written again",
  EFBIG: "a file may not grow further. Raise the limit (ulimit -f), and it is written again",
  EROFS: "the file system is read-only. Remount it, or set KEEL_HOME to a folder that can be written",
  EIO: "the disk reports an error. Look at its health, or set KEEL_HOME to another disk",
  EACCES: "permission is missing. Change the folder's owner or mode, or set KEEL_HOME to another folder",
  EPERM: "it isn't permitted. Change the folder's owner or mode, or set KEEL_HOME to another folder",
  ENOTDIR: "a part of the path isn't a folder. Move that file away, or set KEEL_HOME to another folder",
  ENOENT: "the folder is gone. Put it back, or begin a new session",
  EMFILE: "too many files are open. Raise the limit (ulimit -n) or close something",
  ENFILE: "too many files are open on this machine. Close something",
};

export function unwritable(path: string, cause: unknown): unknown {
  return asFailure("unwritable", `Can't write ${path}`, cause);
}

export function unreadable(path: string, cause: unknown): unknown {
  return asFailure("unreadable", `Can't read ${path}`, cause);
}

function asFailure(code: "unwritable" | "unreadable", what: string, cause: unknown): unknown {
  if (!isErrno(cause) || isStoreError(cause)) return cause;
  const reason = REASONS[cause.code] ?? "the system refused. Look at the folder, or set KEEL_HOME to another one";
  return storeError(code, `${what}: ${reason} (${cause.code}).`, cause);
}

/** The disk, or what one may have of it, is used up: what needs no room can still be done. */
export const OUT_OF_ROOM = ["ENOSPC", "EDQUOT", "EFBIG"];

export function held(session: string, { where, next }: { readonly where: string; readonly next: string }): StoreError {
  return storeError("held", `The session ${session} is open in ${where}. ${next}`);
}

export function notFound(session: string): StoreError {
  return storeError("not_found", `There is no session ${JSON.stringify(session)}. Look at the list of sessions, or begin a new one.`);
}
