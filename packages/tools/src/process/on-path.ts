/** Where a program is found, told before it is started: a process that was just forked pays many times more for each folder that it looks in. */
import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** `path`: of the program's own environment. The bare name where the system must look for itself: a relative folder, nothing found, Windows. */
export function onPath(name: string, path: string | undefined): string {
  if (path === undefined || name.includes("/") || process.platform === "win32") return name;
  for (const folder of path.split(":")) {
    if (!isAbsolute(folder)) return name;
    const file = join(folder, name);
    if (isProgram(file)) return file;
  }
  return name;
}

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
