import { basename, join } from "node:path";
import { crc32 } from "node:zlib";
import { storeError } from "@keelson/protocol";

/** Where things stand below the root. A session's id is a folder's name, so it is looked at before it touches a path. */
const SESSION_ID = /^(?!\.)[A-Za-z0-9._-]{1,128}$/;
export const isSessionId = (id: string): boolean => SESSION_ID.test(id);

export function checkSessionId(id: string): void {
  if (isSessionId(id)) return;
  const shown = JSON.stringify(id.slice(0, 40));
  throw storeError(
    "not_found",
    `${shown} is no session id. Take letters, digits, ".", "_" and "-", 128 at most, none of them a dot in front.`,
  );
}

/** Readable first, unique behind: the same folder always has the same slug. No hash of node:crypto, which takes a start 4 ms to load. */
export function slugOf(cwd: string): string {
  const words = basename(cwd)
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[.-]+/, "")
    .slice(0, 40);
  return `${words || "root"}-${crc32(cwd).toString(16).padStart(8, "0")}`;
}

export const sessionsOf = (root: string): string => join(root, "sessions");
export const segmentPath = (folder: string, epoch: number): string => join(folder, `${epoch}.jsonl`);
export const lockPath = (folder: string, epoch: number): string => join(folder, `${epoch}.lock`);
export const corruptPath = (folder: string, epoch: number): string => join(folder, `${epoch}.corrupt`);

/** The numbers of the files that end so, rising. */
export function epochsOf(names: readonly string[], ending: ".jsonl" | ".lock"): readonly number[] {
  return names
    .filter((name) => name.endsWith(ending) && /^(0|[1-9]\d{0,14})$/.test(name.slice(0, -ending.length)))
    .map((name) => Number(name.slice(0, -ending.length)))
    .toSorted((one, other) => one - other);
}
