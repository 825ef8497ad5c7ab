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
/** Of a folder, so that it can be told whether there are more. */
export const MOST_LISTED = MOST_ENTRIES + 1;

/** What all paths of a call may take together: names held against wildcards, and paths found. Below zero nothing more is looked for. */
export type Room = { names: number; paths: number };
export const roomForAll = (): Room => ({ names: 20 * MOST_ENTRIES, paths: 2 * MOST_ENTRIES });
const isSpent = ({ names, paths }: Room): boolean => names < 0 || paths < 0;

/** `list`: up to `MOST_LISTED` entries; rejects when a folder can't be read. Takes from the room. */
export async function expand(path: string, list: (folder: string) => Promise<readonly Entry[]>, room: Room): Promise<Expanded> {
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
    const fitting = fits(name);
    const next: string[] = [];
    for (const head of heads) {
      marked.push([head, ...names.slice(at)].join("/"));
      room.paths -= 1;
      if (isSpent(room)) return { paths: [...marked, ...next], known: false };
      const entries = left < 0 ? [] : await list(head === "" ? "/" : head).catch(() => undefined);
      const seen = Math.min(entries?.length ?? 0, left + 1);
      left -= seen;
      room.names -= seen;
      known &&= entries !== undefined && left >= 0;
      const before = next.length;
      for (let one = 0; one < seen; one += 1) {
        const literal = entries?.[one]?.name ?? "";
        if (fitting(literal)) next.push(`${head}/${literal}`);
      }
      if (fitting("..")) next.push(`${head}/..`);
      room.paths -= next.length - before;
    }
    heads = next;
  }
  return { paths: [...marked, ...heads], known };
}

/** Could a name with wildcards stand for another? A dot that begins a name must be spelled out; bash before 5.2 then finds `..` too. */
export function fits(name: string): (literal: string) => boolean {
  const [first = "", ...others] = name.split(MARK.glob);
  const last = others.at(-1) ?? "";
  if (others.length === 0) return (literal) => literal === name;
  return (literal) =>
    literal.length >= first.length + last.length &&
    literal.startsWith(first) &&
    literal.endsWith(last) &&
    !(literal.startsWith(".") && first === "");
}

/** The literal folder before a path's first wildcard. */
export function folderOf(path: string): string {
  const wild = path.indexOf(MARK.glob);
  if (wild === -1) return path;
  const folder = path.slice(0, path.lastIndexOf("/", wild));
  return folder === "" ? "/" : folder;
}
