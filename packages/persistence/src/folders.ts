import { join } from "node:path";
import { storeError } from "@keelson/protocol";
import { bestEffort, isErrno, writeWhole, type Disk } from "./disk.ts";
import { epochsOf, isSessionId, segmentPath, sessionsOf, slugOf } from "./layout.ts";
import { openNew } from "./lock.ts";
import { encode, FORMAT, type Header } from "./record.ts";

/** Where the sessions of a root stand: `sessions/<slug of the cwd>/<session>/`. A folder without a segment is no session. */
export type Place = { readonly session: string; readonly folder: string };

/** Its slug isn't known, so all are looked into. */
export function findFolder(disk: Disk, root: string, session: string): string | undefined {
  const sessions = sessionsOf(root);
  return namesIn(disk, sessions)
    .map((slug) => join(sessions, slug, session))
    .find((folder) => disk.stat(folder) && isSession(disk, folder));
}

export function isSession(disk: Disk, folder: string): boolean {
  return epochsOf(namesIn(disk, folder), ".jsonl").length > 0;
}

/** Every session of a root, as `<slug>/<id>`; its folder isn't looked into. */
export function namesOf(disk: Disk, root: string): readonly string[] {
  const sessions = sessionsOf(root);
  return namesIn(disk, sessions).flatMap((slug) =>
    namesIn(disk, join(sessions, slug))
      .filter(isSessionId)
      .map((session) => `${slug}/${session}`),
  );
}

export function placesIn(disk: Disk, root: string, cwd: string | undefined): readonly Place[] {
  const sessions = sessionsOf(root);
  const slugs = cwd === undefined ? namesIn(disk, sessions) : [slugOf(cwd)];
  return slugs.flatMap((slug) =>
    namesIn(disk, join(sessions, slug))
      .filter(isSessionId)
      .map((session) => ({ session, folder: join(sessions, slug, session) }))
      .filter(({ folder }) => isSession(disk, folder)),
  );
}

/** Epoch 0 is the birth: a header and no records, for each claim begins a segment of its own. */
export function makeSession(disk: Disk, folder: string, birth: Omit<Header, "keel" | "epoch" | "base">): void {
  disk.makeFolder(folder);
  const path = segmentPath(folder, 0);
  const fd = openNew(disk, path);
  if (fd === undefined) throw taken(birth.session);
  try {
    writeWhole(disk, fd, encode({ keel: FORMAT, epoch: 0, base: 0, ...birth }));
  } catch (error) {
    bestEffort(() => disk.remove(path));
    throw error;
  } finally {
    bestEffort(() => disk.close(fd));
  }
}

export const taken = (session: string): Error =>
  storeError("exists", `There is a session ${session} already. Open that one, or take another id.`);

/** None where no folder is. */
export function namesIn(disk: Disk, path: string): readonly string[] {
  try {
    return disk.names(path);
  } catch (error) {
    if (isErrno(error) && (error.code === "ENOENT" || error.code === "ENOTDIR")) return [];
    throw error;
  }
}
