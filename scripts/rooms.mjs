// Which rooms there are. Read before anything is installed: Node 20, no dependency.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";

/** Folders with a package.json, such as `packages/core`, in alphabetical order. */
export function roomsOf(root) {
  return ["apps", "packages", "plugins"].flatMap((place) => {
    const names = existsSync(join(root, place)) ? readdirSync(join(root, place)).toSorted() : [];
    return names.map((name) => `${place}/${name}`).filter((room) => existsSync(join(root, room, "package.json")));
  });
}
