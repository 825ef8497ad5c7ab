/** Reads a file of a plugin. Rule: what leaves the plugin's directory, by name or by link, is refused and not read. */
import { realpathSync } from "node:fs";
import { isAbsolute, join, relative, sep } from "node:path";
import { failure, readText, refused, type TextRead } from "./text.ts";

const LEAVES = "leaves the plugin's directory. Only files inside it are read";

export async function readInside(root: string, path: string, limitBytes: number): Promise<TextRead> {
  if (isAbsolute(path) || path.split(/[\\/]/).includes("..")) return refused(LEAVES);
  const whole = join(root, path);
  try {
    const [home, target] = [realpathSync(root), realpathSync(whole)];
    const step = relative(home, target);
    if (step === ".." || step.startsWith(`..${sep}`) || isAbsolute(step)) return refused(LEAVES);
    return await readText(target, limitBytes);
  } catch (error) {
    return failure(whole, error);
  }
}
