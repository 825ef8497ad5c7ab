/** The `paths` of rules and skills: which files they speak of. Rule: a pattern that can't be read matches nothing, and none costs more than its bound. */
import { isAbsolute, relative, sep } from "node:path";

const MOST_PATTERNS = 1000;
const LONGEST = 4096;
const MOST_BRACES = 10;

/** A test of absolute paths against patterns that start at `base`, as in `src/**` + `/*.{ts,tsx}`; a name without a slash fits at any depth. */
export async function matchPaths(patterns: readonly string[], base: string): Promise<(path: string) => boolean> {
  if (patterns.length === 0) return () => false;
  const { default: picomatch } = await import("picomatch"); // a session without such patterns doesn't pay for it
  const tests = patterns.slice(0, MOST_PATTERNS).flatMap((pattern) => {
    const plain = pattern.replace(/^\.?\//, "");
    if (plain === "" || plain.length > LONGEST || (plain.match(/\{/g)?.length ?? 0) > MOST_BRACES) return [];
    try {
      return [picomatch(plain.includes("/") ? plain : `**/${plain}`, { dot: true })];
    } catch {
      return []; // not a pattern
    }
  });
  return (path) => {
    const step = relative(base, path).split(sep).join("/");
    return step !== "" && !step.startsWith("../") && !isAbsolute(step) && tests.some((test) => test(step));
  };
}
