/** Paths that are absolute and without `.` and `..`. By itself, since what starts processes must not load zod. */
import { sep } from "node:path";

export function isWithin(folder: string, path: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
