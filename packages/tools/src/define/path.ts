/** Paths as models write them. */
import { relative, resolve } from "node:path";
import * as z from "zod/mini";
import { isWithin } from "./within.ts";

export { isWithin };

/** Text that goes to the system: a NUL byte would end it there, and half of a character would become another one. */
export const systemText = (about: string) =>
  z.string().check(
    z.minLength(1),
    z.refine((words: string) => !words.includes("\0"), "It must not hold a NUL byte."),
    z.refine((words: string) => Buffer.from(words).toString() === words, "It holds half of a surrogate pair, which is no text."),
    z.describe(about),
  );

/** Absolute, without `.` and `..`; `~` is the home folder. */
export function absolutePath(path: string, cwd: string, home: string): string {
  if (path === "~") return home;
  return path.startsWith("~/") ? resolve(home, path.slice(2)) : resolve(cwd, path);
}

/** Shorter where it can be: relative to the folder when it stands beneath. */
export function shortPath(path: string, cwd: string): string {
  return isWithin(cwd, path) ? relative(cwd, path) || "." : path;
}
