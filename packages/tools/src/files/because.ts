/** What the system says about a file, in words that tell what to do next. */
import { fileError, isFileError, type FileError, type FileErrorCode } from "@keelson/protocol";

const MEANING: Readonly<Record<string, readonly [FileErrorCode, (path: string) => string]>> = {
  ENOENT: ["missing", (path) => `${path} doesn't exist.`],
  ENOTDIR: ["missing", (path) => `${path} doesn't exist: a part of its path is a file, not a folder.`],
  EISDIR: ["directory", (path) => `${path} is a folder, not a file.`],
  EEXIST: ["exists", (path) => `${path} exists already.`],
  EACCES: ["denied", (path) => `No permission for ${path}. Ask the user to change its mode or owner.`],
  EPERM: ["denied", (path) => `No permission for ${path}. Ask the user to change its mode or owner.`],
  EROFS: ["denied", (path) => `${path} is on a read-only file system. Choose another place.`],
  ENOSPC: ["full", (path) => `The disk is full: ${path} was not changed. Free some space and try again.`],
  EDQUOT: ["full", (path) => `The disk quota is used up: ${path} was not changed. Free some space and try again.`],
  EFBIG: ["too_large", (path) => `${path} would be larger than the system lets a file be. Write less, or in several files.`],
  ENXIO: ["not_a_file", (path) => `${path} is a pipe, a socket or a device, not a file.`],
  ELOOP: ["io", (path) => `${path} is a link that leads back to itself. Name the file it should lead to.`],
  ENAMETOOLONG: ["io", () => `The path is too long for the file system. Choose a shorter one.`],
  EMFILE: ["io", () => `Too many files are open. Try again when less is running.`],
  ENFILE: ["io", () => `Too many files are open. Try again when less is running.`],
};

export function because(cause: unknown, path: string): FileError {
  if (isFileError(cause)) return cause;
  const system = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  const [code, words] = MEANING[system] ?? ["io", () => `${path}: ${cause instanceof Error ? cause.message : String(cause)}`];
  return fileError(code, path, words(path), cause);
}

/** Bytes as people say them. */
export function sizeOf(bytes: number): string {
  if (bytes < 1024) return `${bytes} bytes`;
  return bytes < 1024 * 1024 ? `${(bytes / 1024).toFixed(1)} KiB` : `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
