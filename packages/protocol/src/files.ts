import { hasCode } from "./coded.ts";

/** What a file was when someone looked: enough to notice that it changed since. `hash`: sha256 in hex of the whole content. */
export type FileState = { readonly mtimeMs: number; readonly size: number; readonly hash: string };
export type FileKind = "file" | "directory" | "link" | "other";
export type FileStat = { readonly kind: FileKind; readonly size: number; readonly mtimeMs: number };
export type FileRead = { readonly bytes: Uint8Array; readonly state: FileState };

export const FILE_ERROR_CODES = ["missing", "directory", "not_a_file", "changed", "exists", "too_large", "denied", "full", "io"] as const;
export type FileErrorCode = (typeof FILE_ERROR_CODES)[number];
/** `message` says what to do next, in words for the model and for people. */
export type FileError = Error & { readonly code: FileErrorCode; readonly path: string };

export function fileError(code: FileErrorCode, path: string, message: string, cause?: unknown): FileError {
  return Object.assign(new Error(message, { cause }), { code, path });
}

export function isFileError(error: unknown): error is FileError {
  return hasCode(error, FILE_ERROR_CODES) && "path" in error;
}

/** What a write expects to find: the state it saw, nothing at all, or whatever is there. */
export type Expected = FileState | "absent" | "any";

/** The files a session works on. Absolute paths only. All reject with a `FileError`. */
export type FileStore = {
  /** Follows links. `missing`, `directory`, `not_a_file` (a pipe, a device), `too_large` over `limitBytes`. */
  read(path: string, limitBytes: number): Promise<FileRead>;
  /** Doesn't follow a link at the end of the path; undefined where nothing is. */
  stat(path: string): Promise<FileStat | undefined>;
  /** All or nothing: the content is written beside the file, then put in its place, with its mode kept. Makes missing folders. Rejects with `changed` or `exists` when it finds something else than expected. */
  write(path: string, bytes: Uint8Array, expected: Expected): Promise<FileState>;
};
