/** Where a path leads, link by link. What is held is the place itself, and each link on the way that somebody could turn elsewhere. */
import { lstatSync, readlinkSync, type Stats } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { hasCode } from "@keelson/protocol";

export type Trace = {
  /** No link in it. For a path that isn't there, where it would be. */
  readonly real: string;
  /** The places of the links that were followed. */
  readonly links: readonly string[];
  /** The first part of `real` that isn't there. */
  readonly missing?: string;
};

const MOST_LINKS = 40; // what Linux follows too

/** `path`: absolute. Throws where it can't be looked at, and on links that lead back to themselves. */
export function traceOf(path: string): Trace {
  const links: string[] = [];
  const ahead = partsOf(path);
  let real = "/";
  for (let part = ahead.shift(); part !== undefined; part = ahead.shift()) {
    if (part === "..") {
      real = dirname(real);
      continue;
    }
    const next = join(real, part);
    const stats = look(next);
    if (stats === "closed") return { real, links }; // a file, or a folder that may not be entered, stands for what would be beneath
    if (stats === undefined) return { real: resolve(next, ...ahead), links, missing: next };
    if (!stats.isSymbolicLink()) {
      real = next;
      continue;
    }
    links.push(next);
    if (links.length > MOST_LINKS) throw new Error(`${path} is a link that leads back to itself`);
    const target = readlinkSync(next);
    if (target.startsWith("/")) real = "/";
    ahead.unshift(...partsOf(target));
  }
  return { real, links };
}

const partsOf = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");

function look(path: string): Stats | "closed" | undefined {
  try {
    return lstatSync(path);
  } catch (error) {
    if (hasCode(error, ["ENOENT"])) return undefined;
    if (hasCode(error, ["ENOTDIR", "EACCES"])) return "closed";
    throw error;
  }
}
