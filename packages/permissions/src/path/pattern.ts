// The specifier of `Read(…)` and `Edit(…)`: a gitignore pattern behind one of four anchors. What matches a folder matches all beneath it.
// Where the reference is silent an allow rule reads narrower than a deny or ask rule; a pattern that isn't understood is said to be so.
import picomatch from "picomatch";
import type { Behavior } from "@keelson/protocol";

/** `//x` from the file system's root, `~/x` and `$HOME/x` from home, `/x` from the rule's own base, `x` and `./x` from the working directory. */
export type Anchor = "root" | "home" | "base" | "cwd";

export type PathPattern = {
  readonly anchor: Anchor;
  /** Folders to climb from the anchor. */
  readonly up: number;
  /** Literal names up to the first wildcard. */
  readonly head: readonly string[];
  /** Of the path behind the head; undefined when the head is all. */
  readonly tail: ((path: string) => boolean) | undefined;
  readonly anyDepth: boolean;
  /** `x/**`: what is in x, but not x. */
  readonly beneathOnly: boolean;
  /** Matches every name there is. */
  readonly total: boolean;
  /** It holds for what doesn't match. */
  readonly negated?: true;
};
export type ReadPattern =
  | { readonly ok: true; readonly pattern: PathPattern }
  | { readonly ok: false; readonly why: string; readonly malformed?: true };

/** `caseless`: see Links. */
export function readPattern(written: string, behavior: Behavior, caseless: boolean): ReadPattern {
  const negated = written.trim().startsWith("!");
  const restricts = behavior !== "allow" && !negated; // what is let out of a restriction reads narrowly
  const specifier = negated ? written.trim().slice(1).trim() : written.trim();
  if (negated && behavior === "allow") return unread("a pattern that begins with ! can only ask or deny");
  if (specifier === "" || specifier.startsWith("!")) return unread("nothing stands behind its !");
  if (/^~[^/]/.test(specifier)) return unread("only ~/ stands for a home directory");
  if (/^\$(?!(?:HOME|\{HOME\})(?:\/|$))/.test(specifier))
    return { ...unread("of variables it may begin with $HOME alone"), malformed: true };
  const [anchor, rest] = splitAnchor(specifier.replace(/^\$(?:HOME|\{HOME\})/, "~"));
  const { segments, up } = tidySegments(rest);
  if (segments.includes("..")) return unread(".. behind a wildcard can't be followed");
  const inside = segments.at(-1) === "**";
  while (segments.at(-1) === "**") segments.pop();
  if (tooWild(segments)) return unread("it has too many wildcards");

  const floating = anchor === "cwd" && up === 0 && segments.length === 1 && !specifier.startsWith("./");
  const anyDepth = floating && (restricts || !(inside || specifier.endsWith("/")));
  const wild = anyDepth ? 0 : segments.findIndex((one) => isWild(one, restricts));
  const head = wild === -1 ? segments : segments.slice(0, wild);
  const behind = segments.slice(head.length);
  const glob = [...(anyDepth ? ["**"] : []), ...behind];
  return {
    ok: true,
    pattern: {
      anchor,
      up,
      head: head.map((name) => name.replaceAll(/\\(.)/g, "$1")),
      tail: glob.length === 0 ? undefined : compile(glob, restricts, caseless),
      anyDepth,
      beneathOnly: inside || segments.length === 0,
      total: !negated && head.length === 0 && behind.every((one) => one === "*" || one === "**"),
      ...(negated && { negated }),
    },
  };
}

const unread = (why: string): Extract<ReadPattern, { ok: false }> => ({ ok: false, why });

function splitAnchor(specifier: string): [Anchor, string] {
  if (specifier.startsWith("//")) return ["root", specifier];
  if (specifier.startsWith("/")) return ["base", specifier];
  if (specifier === "~" || specifier.startsWith("~/")) return ["home", specifier.slice(1)];
  return ["cwd", specifier];
}

/** `..` takes a literal name away, or climbs from the anchor; behind a wildcard it stays. */
function tidySegments(text: string): { segments: string[]; up: number } {
  const segments: string[] = [];
  let up = 0;
  for (const segment of text.split("/")) {
    const last = segments.at(-1);
    if (segment === "" || segment === ".") continue;
    if (segment !== ".." || last === ".." || (last !== undefined && isWild(last, true))) segments.push(segment);
    else if (last === undefined) up += 1;
    else segments.pop();
  }
  return { segments, up };
}

const isWild = (segment: string, braces: boolean): boolean => (braces ? /[*?[{]/ : /[*?[]/).test(segment.replaceAll(/\\./g, ""));

// Backtracking grows with the number of stars, and a repository may write rules.
const MOST_STARS = 3;
function tooWild(segments: readonly string[]): boolean {
  const stars = (text: string): number => text.split(/\*+/).length - 1;
  return segments.filter((one) => one === "**").length > MOST_STARS || segments.some((one) => stars(one) > MOST_STARS);
}

function compile(segments: readonly string[], restricts: boolean, caseless: boolean): (path: string) => boolean {
  const flags = restricts && caseless ? "si" : "s"; // s: a name may hold a newline
  const options = { dot: true, nonegate: true, noextglob: true, flags };
  const literal = picomatch(segments.map((one) => translate(one, true)).join("/"), { ...options, nobrace: true });
  if (!restricts || !segments.some((one) => one.includes("{"))) return (path) => literal(path);
  const braces = picomatch(segments.map((one) => translate(one, false)).join("/"), options); // not gitignore, but often meant
  return (path) => literal(path) || braces(path);
}

/** From gitignore to picomatch: its other signs are letters here, and `[!a]` is its `[^a]`. */
function translate(segment: string, braces: boolean): string {
  return segment.replaceAll(/\\.|\[!|[(){}|+@!$^"'`,]/gs, (sign) => {
    if (sign === "[!") return "[^";
    if (sign.startsWith("\\") || (!braces && /[{},]/.test(sign))) return sign;
    return `\\${sign}`;
  });
}
