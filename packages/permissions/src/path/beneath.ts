// What a folder would bring along when it is copied or moved: names beneath it, as the disk has them now. Bounded, and what couldn't be looked at is said.
import { MOST_LISTED } from "./wildcard.ts";
import type { Entry } from "./links.ts";

/** Entries of all folders that are looked at in a decision. */
const MOST = 10_000;
export type Room = { left: number };
export const roomBeneath = (): Room => ({ left: MOST });

/** Is there a name beneath, as a path from `folder`, for which it holds? Undefined: none was found, and there may be more. Links aren't followed. */
export async function someBeneath(
  folder: string,
  list: (folder: string) => Promise<readonly Entry[]>,
  holds: (rest: string) => boolean,
  room: Room,
): Promise<boolean | undefined> {
  const rests = [""];
  let known = true;
  for (const rest of rests) {
    const entries = room.left < 0 ? undefined : await list(folder + rest).catch(() => undefined);
    known &&= entries !== undefined && entries.length < MOST_LISTED;
    room.left -= entries?.length ?? 0;
    for (const { name, link, folder: isFolder = true } of entries ?? []) {
      if (holds(`${rest}/${name}`)) return true;
      if (isFolder && !link) rests.push(`${rest}/${name}`);
    }
    if (room.left < 0) return undefined;
  }
  return known ? false : undefined;
}
