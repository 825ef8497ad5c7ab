/** Helpers by absolute path: the first on PATH that no project could have put there. */
import { accessSync, constants, realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { isWithin } from "../define/within.ts";

const USUAL = ["/usr/bin", "/bin", "/usr/local/bin"];

/** `outside`: folders in which it must not stand, nor what it is a link to. */
export function findProgram(name: string, path: string | undefined, outside: readonly string[]): string | undefined {
  const folders = [...(path ?? "").split(":").filter((folder) => isAbsolute(folder)), ...USUAL];
  const forbidden = outside.flatMap((folder) => [folder, realOf(folder) ?? folder]);
  for (const file of folders.map((folder) => join(folder, name))) {
    const real = realOf(file);
    if (real === undefined || [file, real].some((one) => forbidden.some((folder) => isWithin(folder, one)))) continue;
    return real;
  }
  return undefined;
}

/** Of what may be run, or entered; undefined where there is no such thing. */
export function realOf(path: string): string | undefined {
  try {
    const real = realpathSync(path);
    accessSync(real, constants.X_OK);
    return real;
  } catch {
    return undefined;
  }
}
