import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { Ref } from "@keelson/protocol";
import { blobsIn, dropShared, sweepShared } from "./blobs.ts";
import { seize, type Desk } from "./claim.ts";
import { bestEffort, ifThere } from "./disk.ts";
import { FORKING } from "./fork.ts";
import { lockPath, segmentPath, sessionsOf } from "./layout.ts";
import { dropLock } from "./lock.ts";

const GOING = ".gone-";

/** Takes the pen, so that nobody else has it, then the folder out of its place, then what was in it. What is cut off in between is nobody's, and swept. */
export function removeSession(desk: Desk, folder: string, ref: Ref): void {
  const { disk, root } = desk;
  const { epoch, fd } = seize(desk, folder, ref, { owner: "a removal", takeOver: false });
  bestEffort(() => disk.close(fd));
  const away = join(dirname(folder), `${GOING}${randomBytes(6).toString("hex")}`);
  try {
    disk.rename(folder, away);
  } catch (error) {
    bestEffort(() => disk.remove(segmentPath(folder, epoch)));
    dropLock(desk, lockPath(folder, epoch));
    throw error;
  }
  const digests = blobsIn(disk, away);
  disk.removeTree(away);
  dropShared(disk, root, digests);
}

/** Somebody may be at it. */
const YOUNG_MS = 60 * 60 * 1_000;

/** What processes left behind that died while they made or removed a session. */
export function sweep({ disk, root, now }: Desk): void {
  const sessions = sessionsOf(root);
  for (const slug of ifThere(() => disk.names(sessions)) ?? [])
    bestEffort(() => {
      for (const name of disk.names(join(sessions, slug))) {
        const path = join(sessions, slug, name);
        const isLeft = name.startsWith(GOING) || (name.startsWith(FORKING) && now() - (disk.stat(path)?.mtimeMs ?? 0) > YOUNG_MS);
        if (isLeft) disk.removeTree(path);
      }
    });
  bestEffort(() => sweepShared(disk, root));
}
