// Where a path leads. Symbolic links are followed one by one, so that a link to nothing and a missing leaf resolve too:
// a write would create the target. What can't be known (a loop, an unreadable folder) is undefined, never a guess.
import { lstatSync, opendirSync, readlinkSync } from "node:fs";
import { posix } from "node:path";
import { hasCode } from "@keelson/protocol";
import { ofWindows } from "./canonical.ts";
import { MOST_LISTED } from "./wildcard.ts";

/** What stands in a folder. `folder: false`: it surely is none. */
export type Entry = { readonly name: string; readonly link: boolean; readonly folder?: boolean };
export type Links = {
  /** The text of the link at an absolute path; undefined when there is none or no link. Rejects when that can't be known. */
  readonly readlink: (path: string) => Promise<string | undefined>;
  /** Does anything stand at an absolute path? Without it, or when it can't be known, a repository may start anywhere. */
  readonly has?: (path: string) => Promise<boolean>;
  /**
   * The first entries of a folder; none where there is no folder. Rejects when that can't be known. Without it, what a wildcard
   * stands for can't be told.
   */
  readonly list?: (folder: string, most: number) => Promise<readonly Entry[]>;
  /** Does the disk find a file whatever the case of its name? Then restrictions compare without it; allowances never do. */
  readonly caseless?: boolean;
  /** Paths may have the forms of Windows; the others are handed `/c/a` for `C:\a`, and links are told as that. */
  readonly windows?: boolean;
};

/** Of a path: as it is written, and all that it leads to. `known` is false when a part can't be resolved. */
export type Spelled = { readonly all: readonly string[]; readonly known: boolean };

const ofThisDisk: Links = {
  caseless: process.platform === "darwin",
  async readlink(path) {
    try {
      return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined;
    } catch (error) {
      if (hasCode(error, ["EINVAL", "ENOENT", "ENOTDIR"])) return undefined;
      throw error;
    }
  },
  async has(path) {
    try {
      lstatSync(path);
      return true;
    } catch (error) {
      if (hasCode(error, ["ENOENT", "ENOTDIR"])) return false;
      throw error;
    }
  },
  async list(folder, most) {
    try {
      return entriesOf(folder, most);
    } catch (error) {
      if (hasCode(error, ["ENOENT", "ENOTDIR"])) return [];
      throw error;
    }
  },
};

function entriesOf(folder: string, most: number): readonly Entry[] {
  const opened = opendirSync(folder);
  try {
    const entries: Entry[] = [];
    for (let one = opened.readSync(); one && entries.length < most; one = opened.readSync())
      entries.push({ name: one.name, link: one.isSymbolicLink(), folder: !one.isFile() });
    return entries;
  } finally {
    opened.closeSync();
  }
}

/** A disk of Windows, which is told `c:/a` and tells `C:\a`. */
export function onWindows({ readlink, has, list }: Links): Links {
  const native = (path: string): string => path.replace(/^\/([a-z])(?=\/|$)/, (_, drive: string) => `${drive}:`).replace(/:$/, ":/");
  return {
    caseless: true,
    windows: true,
    async readlink(path) {
      const target = await readlink(native(path));
      const plain = target === undefined ? undefined : ofWindows(target.replace(/^\\\\\?\\(?=[A-Za-z]:)/, ""));
      if (target !== undefined && plain === undefined) throw new Error(`${path} leads to a share or a device: ${target}`);
      return plain;
    },
    ...(has && { has: (path) => has(native(path)) }),
    ...(list && { list: (folder, most) => list(native(folder), most) }),
  };
}

export const nodeLinks: Links = process.platform === "win32" ? onWindows(ofThisDisk) : ofThisDisk;

/** Where the beginnings of paths lead, as far as it was looked for. */
export type Known = Map<string, Reached | undefined>;
type Reached = { readonly at: string; /** Links on the way. */ readonly hops: number };

/** Both readings of `..` count: tools take the text away first, the kernel follows the link first. */
export async function spell(written: string, links: Links, known: Known = new Map()): Promise<Spelled> {
  const path = links.windows ? ofWindows(written) : written;
  if (path === undefined) return { all: [tidy(written.replaceAll("\\", "/"))], known: false };
  const lexical = tidy(path);
  const real = [await follow(lexical, links, known), ...(path === lexical ? [] : [await follow(path, links, known)])];
  const found = real.filter((one) => one !== undefined);
  return { all: [...new Set([lexical, ...found])], known: found.length === real.length };
}

/** One spelling for all that such a disk takes for the same name. */
export const foldCase = (path: string): string => path.normalize("NFC").toLowerCase();

/** Normal form of an absolute path: no `.`, `..`, doubled or trailing slash. */
export const tidy = (path: string): string => (isTidy(path) ? path : `/${posix.normalize(path).split("/").filter(Boolean).join("/")}`);

const isTidy = (path: string): boolean => path.startsWith("/") && !UNTIDY.test(path);
/** An empty name, one dot or two, within or at the end. */
const UNTIDY = /\/\.{0,2}(?:\/|$)/;

export const isWithin = (path: string, folder: string): boolean =>
  folder === "/" || (path.startsWith(folder) && (path.length === folder.length || path[folder.length] === "/"));

const NO_LINK = Promise.resolve(undefined);

export type Remembered = Omit<Links, "list"> & { readonly list?: (folder: string) => Promise<readonly Entry[]> };

/** Each question is asked of the disk once. A folder that was listed tells of all its entries that they are no links. */
export function remembering({ readlink, has, list, ...kind }: Links): Remembered {
  const known = new Map<string, Promise<string | undefined>>();
  return {
    ...kind,
    readlink: once(readlink, known),
    ...(has && { has: once(has) }),
    ...(list && {
      list: once(async (folder: string) => {
        const entries = await list(folder, MOST_LISTED);
        for (const { name, link } of entries) if (!link) known.set(folder === "/" ? `/${name}` : `${folder}/${name}`, NO_LINK);
        return entries;
      }),
    }),
  };
}

export function once<T>(ask: (path: string) => Promise<T>, known = new Map<string, Promise<T>>()): (path: string) => Promise<T> {
  return (path) => {
    const answer = known.get(path) ?? ask(path);
    known.set(path, answer);
    return answer;
  };
}

const HOPS = 40; // Linux gives up after as many

/** Another process finds another place there. */
const OF_PROCESS = /^\/proc\/(?:self|thread-self|\d+)(?:\/task\/\d+)?\/(?:cwd|root|fd|exe|map_files)$/;

/** A longer one names nothing on any disk that we know of. */
const LONGEST = 4_096;
const ROOT: Reached = { at: "/", hops: 0 };

/** Each beginning of a path is looked up once, however many paths share it. */
async function follow(given: string, links: Links, known: Known): Promise<string | undefined> {
  if (given.length > LONGEST) return undefined;
  const path = given.startsWith("/") ? given : `/${given}`;
  let end = path.length;
  while (end > 0 && !known.has(path.slice(0, end))) end = path.lastIndexOf("/", end - 1);
  let reached = end === 0 ? ROOT : known.get(path.slice(0, end));
  for (let start = end; start < path.length && reached; start = end) {
    const next = path.indexOf("/", start + 1);
    end = next === -1 ? path.length : next;
    const name = path.slice(start + 1, end);
    if (name !== "") reached = await step(reached, name, links);
    known.set(path.slice(0, end), reached);
  }
  return reached?.at;
}

async function step({ at, hops }: Reached, name: string, links: Links): Promise<Reached | undefined> {
  if (name === ".") return { at, hops };
  if (name === "..") return { at: posix.dirname(at), hops };
  const next = at === "/" ? `/${name}` : `${at}/${name}`;
  let target: string | undefined;
  try {
    target = await links.readlink(next);
  } catch {
    return undefined; // it may lead anywhere
  }
  if (OF_PROCESS.test(next)) return undefined;
  if (target === undefined) return { at: next, hops };
  if (hops >= HOPS) return undefined;
  let reached: Reached | undefined = { at: target.startsWith("/") ? "/" : at, hops: hops + 1 };
  for (const one of target.split("/").filter(Boolean)) reached &&= await step(reached, one, links);
  return reached;
}
