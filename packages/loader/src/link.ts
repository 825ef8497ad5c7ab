/** Links inside a plugin. Rule: one is followed when what it names is inside the bounds and isn't a folder around it; else it is one problem. */
import { realpathSync, statSync, type Stats } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import type { Problem } from "@keelson/protocol";
import type { Entry } from "./disk.ts";
import { warn, type Said } from "./problem.ts";

export type Target = { readonly real: string; readonly stat: Stats };
type Report = (problem: Problem) => void;

export const LEAVES = "leads out of the plugin's directory and isn't read.";
const ESCAPES: Said = { code: "link_escapes", what: `is a link that ${LEAVES}`, hint: "Put a copy of the file in its place." };
const LOOPS: Said = { code: "link_loop", what: "is a link to a folder that it stands in itself.", hint: "Remove the link." };
const ODD: Said = { code: "not_a_file", what: "is neither a file nor a folder and isn't read.", hint: "Remove it." };

/** A follower of one reading: it remembers the folders it was led to, and goes into each by one way. */
export function createFollow(within: string | undefined, report: Report): (path: string, name: string) => Entry | undefined {
  const been = new Map<string, string>();
  return (path, name) => {
    const target = targetOf(path);
    const refuse = (said: Said): undefined => void report(warn({ file: path, line: 1 }, said));
    if (typeof target === "string")
      return refuse({ code: "link_broken", what: `is a link that ${target}.`, hint: "Remove the link or restore what it names." });
    const { real, stat } = target;
    if (within !== undefined && !isInside(within, real)) return refuse(ESCAPES);
    if (stat.isFile()) return { name, path, kind: "file", linked: true };
    if (!stat.isDirectory()) return refuse(ODD);
    if (isInside(real, realOf(path))) return refuse(LOOPS);
    if ((been.get(real) ?? path) !== path) return undefined;
    been.set(real, path);
    return { name, path, kind: "directory", linked: true };
  };
}

export const odd = (path: string): Problem => warn({ file: path, line: 1 }, ODD);

/** True for the folder itself, too. */
export function isInside(folder: string, path: string): boolean {
  const step = relative(folder, path);
  return step === "" || (step !== ".." && !step.startsWith(`..${sep}`) && !isAbsolute(step));
}

/** What a path leads to in the end, or why it leads nowhere. */
export function targetOf(path: string): Target | string {
  try {
    const real = realpathSync.native(path);
    return { real, stat: statSync(real) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    return code === "ELOOP" ? "leads back to itself" : code === "EACCES" ? "may not be followed" : "names nothing";
  }
}

/** Where a name stands, its own link not followed. */
export function realOf(path: string): string {
  const at = path.lastIndexOf(sep);
  try {
    return join(realpathSync.native(path.slice(0, at) || sep), path.slice(at + 1));
  } catch {
    return path; // it went away meanwhile: the next look says so
  }
}
