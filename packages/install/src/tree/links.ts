/** Where a link of a tree leads, told from the names of its links alone. Rule: nothing is followed on the disk, so that nothing can be put in its way. */
import { posix } from "node:path";

const MOST_HOPS = 40; // as the kernel has it

export type Leads = "inside" | "out" | "round";

/** `links`: the targets of all links of the tree, by their paths in it. A name that isn't there leads inside, since nothing is made there later. */
export function leads(path: string, links: ReadonlyMap<string, string>): Leads {
  const target = links.get(path) ?? "";
  const here = parts(posix.dirname(path));
  const at = walk(target, here, links);
  if (!Array.isArray(at)) return at;
  // One to a folder that it stands in has no end for whoever walks along it.
  return at.every((part, index) => here[index] === part) ? "round" : "inside";
}

function walk(target: string, from: readonly string[], links: ReadonlyMap<string, string>): string[] | "out" | "round" {
  if (target.startsWith("/")) return "out";
  const at = [...from];
  const ahead = parts(target).toReversed();
  for (let hops = 0, part = ahead.pop(); part !== undefined; part = ahead.pop()) {
    if (part === "..") {
      if (at.pop() === undefined) return "out";
      continue;
    }
    const next = links.get([...at, part].join("/"));
    if (next === undefined) {
      at.push(part);
      continue;
    }
    if (next.startsWith("/")) return "out";
    if (++hops > MOST_HOPS) return "round";
    ahead.push(...parts(next).toReversed());
  }
  return at;
}

const parts = (path: string): string[] => path.split("/").filter((part) => part !== "" && part !== ".");
