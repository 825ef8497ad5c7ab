/** Reads a file of a plugin. Rule: what leaves the plugin's bounds, by name or by link, is refused and not read. */
import { lstatSync, realpathSync } from "node:fs";
import { isAbsolute, join } from "node:path";
import { isInside } from "./link.ts";
import { failure, readText, refused, type TextRead } from "./text.ts";

const LEAVES = "leaves the plugin's directory. Only files inside it are read";

/** `within`: a real path that links may not lead out of; undefined: they may go anywhere. */
export async function readInside(root: string, path: string, limitBytes: number, within: string | undefined): Promise<TextRead> {
  if (isAbsolute(path) || path.split(/[\\/]/).includes("..")) return refused(LEAVES);
  const whole = join(root, path);
  try {
    if (!lstatSync(whole, { throwIfNoEntry: false })) return { ok: false, missing: true, why: "doesn't exist" }; // most aren't there: no error is made for them
    const target = realpathSync.native(whole);
    return within === undefined || isInside(within, target) ? await readText(target, limitBytes) : refused(LEAVES);
  } catch (error) {
    return failure(whole, error);
  }
}
