/**
 * Glob patterns as file tools know them: `*`, `?`, `[ab]`, `{a,b}` within a name, `**` over folders.
 * A pattern without a slash fits at any depth; names that begin with a dot are names like others.
 */

/** Undefined for a pattern that can't be understood. `path`: relative, with slashes. */
export function globMatcher(pattern: string): ((path: string) => boolean) | undefined {
  const bare = pattern.replace(/^(\.\/)+/, "").replace(/\/$/, "/**");
  const anywhere = bare.includes("/") ? bare : `**/${bare}`;
  try {
    const expression = new RegExp(`^${expressionOf(anywhere)}$`, "su");
    return (path) => expression.test(path);
  } catch {
    return undefined; // a range that runs backwards, a brace that is never closed
  }
}

/** A pattern stands under a folder: the names before its first wildcard, or all but the last when there is none. */
export function splitPattern(pattern: string): { readonly folder: string; readonly rest: string } {
  const parts = pattern.split("/");
  const magic = parts.findIndex((part) => /[*?[{\\]/.test(part));
  const literal = magic < 0 ? parts.length - 1 : magic;
  return { folder: parts.slice(0, literal).join("/") || (pattern.startsWith("/") ? "/" : "."), rest: parts.slice(literal).join("/") };
}

const TOKENS = /^\*\*\/|(?<=\/)\*\*\/|\/\*\*$|\*+|\?|\[[!^]?\]?[^\]/]*\]|\\.|[^]/gu;
const MEANING: Readonly<Record<string, string>> = {
  "**/": "(?:[^/]+/)*",
  "/**": "/.+",
  "*": "[^/]*",
  "**": ".*",
  "?": "[^/]",
  "{": "(?:",
  "}": ")",
};

function expressionOf(pattern: string): string {
  let depth = 0;
  return (pattern.match(TOKENS) ?? [])
    .map((token) => {
      if (token === "{") depth++;
      if (token === "}") depth--;
      if (token === "," && depth > 0) return "|";
      if (token.startsWith("[") && token.length > 1) return setOf(token);
      return MEANING[token] ?? literally(token.startsWith("\\") ? token.slice(1) : token);
    })
    .join("");
}

function setOf(token: string): string {
  const inner = token.slice(1, -1);
  const not = /^[!^]/.test(inner);
  return `[${not ? "^/" : ""}${(not ? inner.slice(1) : inner).replaceAll(/[\\[\]^]/g, "\\$&")}]`;
}

function literally(words: string): string {
  return words.replaceAll(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
