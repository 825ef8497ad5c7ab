import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { Ref } from "@keelson/protocol";
import { blobsIn, dropShared, sweepShared } from "./blobs.ts";
import { markChanged } from "./changed.ts";
import { seize, type Desk } from "./claim.ts";
import { bestEffort, ifThere, isErrno } from "./disk.ts";
import { held, OUT_OF_ROOM } from "./failure.ts";
import { FORKING } from "./fork.ts";
import { lockPath, segmentPath, sessionsOf } from "./layout.ts";
import { dropLock, holderIn } from "./lock.ts";

const GOING = ".gone-";

/**
 * Takes the pen, so that nobody else has it, then the folder out of its place, then what was in it. What is cut off in between is nobody's, and swept.
 * On a full disk there is no room for a lock, and yet this is what makes room: see putAway.
 */
export function removeSession(desk: Desk, folder: string, ref: Ref): void {
  const { disk, root } = desk;
  const away = join(dirname(folder), `${GOING}${randomBytes(6).toString("hex")}`);
  const marked = roomFor(() => markChanged(disk, root, folder)) !== NO_ROOM;
  const pen = roomFor(() => seize(desk, folder, ref, { owner: "a removal", takeOver: false }));
  if (pen === NO_ROOM) putAway(desk, folder, away, ref);
  else takeAway(desk, folder, away, pen);
  const digests = blobsIn(disk, away);
  disk.removeTree(away);
  dropShared(disk, root, digests);
  if (!marked) bestEffort(() => markChanged(disk, root, folder)); // now there is room
}

const NO_ROOM = Symbol("no room");

function roomFor<T>(act: () => T): T | typeof NO_ROOM {
  try {
    return act();
  } catch (error) {
    if (isErrno(error) && OUT_OF_ROOM.includes(error.code)) return NO_ROOM;
    throw error;
  }
}

type Taken = { readonly epoch: number; readonly fd: number };

function takeAway(desk: Desk, folder: string, away: string, { epoch, fd }: Taken): void {
  const { disk } = desk;
  bestEffort(() => disk.close(fd));
  try {
    disk.rename(folder, away);
  } catch (error) {
    bestEffort(() => disk.remove(segmentPath(folder, epoch)));
    dropLock(desk, lockPath(folder, epoch));
    throw error;
  }
}

/** Without a lock of its own: one who got his in between stands in the folder that was put away, which then goes back. */
function putAway(desk: Desk, folder: string, away: string, { session }: Ref): void {
  const { disk } = desk;
  const before = holderIn(desk, folder);
  if (before !== undefined) throw held(session, before);
  disk.rename(folder, away);
  const holder = holderIn(desk, away);
  if (holder === undefined) return;
  disk.rename(away, folder);
  throw held(session, holder);
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
