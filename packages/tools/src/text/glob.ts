/**
 * Glob patterns as file tools know them: `*`, `?`, `[ab]`, `{a,b}` within a name, `**` over folders.
 * A pattern without a slash fits at any depth; names that begin with a dot are names like others.
 */
import picomatch from "picomatch";

/** Undefined for a pattern that can't be understood. `path`: relative, with slashes. */
export function globMatcher(pattern: string): ((path: string) => boolean) | undefined {
  const bare = pattern.replace(/^(\.\/)+/, "").replace(/\/$/, "/**");
  try {
    const fits = picomatch(plainly(bare.includes("/") ? bare : `**/${bare}`), { dot: true, strictBrackets: true });
    return (path) => fits(path);
  } catch {
    return undefined; // a bracket or a brace that is never closed
  }
}

/** Parentheses and other signs of regular expressions are letters of a name, as in `app/(group)/page.tsx`; `[!a]` is `[^a]`. */
const plainly = (pattern: string): string =>
  pattern.replaceAll(/\\.|\[!|[()|+$]/gs, (sign) => (sign.startsWith("\\") ? sign : sign === "[!" ? "[^" : `\\${sign}`));

/** A pattern stands under a folder: the names before its first wildcard, or all but the last when there is none. */
export function splitPattern(pattern: string): { readonly folder: string; readonly rest: string } {
  const parts = pattern.split("/");
  const magic = parts.findIndex((part) => /[*?[{\\]/.test(part));
  const literal = magic < 0 ? parts.length - 1 : magic;
  return { folder: parts.slice(0, literal).join("/") || (pattern.startsWith("/") ? "/" : "."), rest: parts.slice(literal).join("/") };
}
