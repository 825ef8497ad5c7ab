// What the disk has for a path with wildcards. Every sign of a wildcard is taken for `*`, so that more may be found than bash finds, and never less;
// bounded, and what couldn't be looked at is said to be so.
import { MARK } from "../shell/marks.ts";
import type { Entry } from "./links.ts";

/**
 * `paths`: what stands there, and for each folder that was looked in what may come to stand there, still marked.
 * `known: false`: it may stand for more.
 */
export type Expanded = { readonly paths: readonly string[]; readonly known: boolean };

const MOST_ENTRIES = 2_000; // of all the folders that one path leads through

/** `list`: rejects when a folder can't be read. */
export async function expand(path: string, list: (folder: string, most: number) => Promise<readonly Entry[]>): Promise<Expanded> {
  if (!path.includes(MARK.glob)) return { paths: [path], known: true };
  const names = path.split("/");
  const marked: string[] = [];
  let heads: readonly string[] = [""];
  let left = MOST_ENTRIES;
  let known = true;
  for (const [at, name] of names.entries()) {
    if (at === 0) continue;
    if (!name.includes(MARK.glob)) {
      heads = heads.map((head) => `${head}/${name}`);
      continue;
    }
    const next: string[] = [];
    for (const head of heads) {
      marked.push([head, ...names.slice(at)].join("/"));
      const entries = left < 0 ? [] : await list(head === "" ? "/" : head, left + 1).catch(() => undefined);
      left -= entries?.length ?? 0;
      known &&= entries !== undefined && left >= 0;
      next.push(...[...(entries ?? []).map((entry) => entry.name), ".."].filter((one) => fits(name, one)).map((one) => `${head}/${one}`));
    }
    heads = next;
  }
  return { paths: [...marked, ...heads], known };
}

/** Could a name with wildcards stand for this one? A dot that begins a name must be spelled out; bash before 5.2 then finds `..` too. */
export function fits(name: string, literal: string): boolean {
  const [first = "", ...others] = name.split(MARK.glob);
  if (others.length === 0) return name === literal;
  const last = others.at(-1) ?? "";
  return (
    literal.length >= first.length + last.length &&
    literal.startsWith(first) &&
    literal.endsWith(last) &&
    !(literal.startsWith(".") && first === "")
  );
}

/** The literal folder before a path's first wildcard. */
export function folderOf(path: string): string {
  const wild = path.indexOf(MARK.glob);
  if (wild === -1) return path;
  const folder = path.slice(0, path.lastIndexOf("/", wild));
  return folder === "" ? "/" : folder;
}
