/** LS: what stands in a folder and beneath it, as a tree. Broad before deep: a long listing still shows the whole of the top. */
import { join, relative } from "node:path";
import * as z from "zod/mini";
import { isFileError, type Tool } from "@keelson/protocol";
import { defineTool } from "../define/define.ts";
import { absolutePath, systemText } from "../define/path.ts";
import { failed, said } from "../define/said.ts";
import type { Entry } from "../files/disk.ts";
import { globMatcher } from "../text/glob.ts";
import type { BlockKit } from "./kit.ts";
import { searched } from "./ripgrep.ts";

const MOST_SHOWN = 500; // entries of an answer
const MOST_BENEATH = 50; // of a folder below the one that was asked for
const MOST_READ = 20_000; // entries of a folder
const CLOSED = [".git"]; // shown, not looked into

const DESCRIPTION = `Lists a folder and what is beneath it as a tree, at most ${MOST_SHOWN} entries.
- What .gitignore names is listed too. To find files by name use Glob.`;

const input = z.object({
  path: systemText("The folder to list; best as an absolute path"),
  ignore: z.optional(z.array(systemText("A glob")).check(z.describe("Leave out what fits these globs"))),
});
type Input = z.infer<typeof input>;
type Leaf = Entry & { readonly path: string };
/** `left`: how many of its entries aren't shown. */
type Listing = { readonly shown: readonly Leaf[]; readonly left: number; readonly trouble?: string };
type Tree = ReadonlyMap<string, Listing>;

export function lsBlock({ files, home, hidden }: BlockKit): Tool {
  return defineTool<Input>({
    name: "LS",
    description: DESCRIPTION,
    input,
    settle: (asked, cwd) => ({ ...asked, path: absolutePath(asked.path, cwd, home) }),
    effects: ({ path }) => [searched(path, hidden)],
    readOnly: true,
    concurrencySafe: true,
    replay: "safe",
    async *run({ path, ignore = [] }, { signal }) {
      const matchers = ignore.map((glob) => ({ glob, fits: globMatcher(glob) }));
      const wrong = matchers.find(({ fits }) => !fits);
      if (wrong) return failed(`${wrong.glob} isn't a glob pattern: look at its brackets and braces.`);
      const isHidden = hidden?.();
      const leaves = async (leaf: Leaf): Promise<boolean> =>
        matchers.some(({ fits }) => fits?.(relative(path, leaf.path))) || ((await isHidden?.(leaf.path)) ?? false);
      const { tree, count, more } = await grow(path, { files, leaves, signal });
      const notes = [
        ...(more ? [`[Only ${count} entries are shown. List a folder of it, or use Glob.]`] : []),
        ...(tree.get(path)?.shown.some(({ name }) => name === ".gitignore")
          ? ["[.gitignore isn't applied: Glob leaves out what it names.]"]
          : []),
      ];
      const words = [path.endsWith("/") ? path : `${path}/`, ...linesOf(tree, path, 1), ...notes].join("\n");
      return said(words, { display: { kind: "tree", path, entries: count, more } });
    },
  });
}

type Ground = { readonly files: BlockKit["files"]; readonly leaves: (leaf: Leaf) => Promise<boolean>; readonly signal: AbortSignal };

async function grow(path: string, ground: Ground): Promise<{ readonly tree: Tree; readonly count: number; readonly more: boolean }> {
  const tree = new Map([[path, await list(path, MOST_SHOWN, ground)]]);
  const folders = [...foldersIn(tree.get(path))];
  let count = tree.get(path)?.shown.length ?? 0;
  for (let at = 0; at < folders.length && count < MOST_SHOWN; at++) {
    ground.signal.throwIfAborted();
    const folder = folders[at] ?? path;
    const listing = await listBeneath(folder, Math.min(MOST_BENEATH, MOST_SHOWN - count), ground);
    tree.set(folder, listing);
    count += listing.shown.length;
    folders.push(...foldersIn(listing));
  }
  const more = folders.some((folder) => !tree.has(folder)) || [...tree.values()].some(({ left }) => left > 0);
  return { tree, count, more };
}

function foldersIn(listing: Listing | undefined): readonly string[] {
  const folders = listing?.shown.filter(({ kind, name }) => kind === "directory" && !CLOSED.includes(name)) ?? [];
  return folders.map(({ path }) => path);
}

async function list(folder: string, most: number, { files, leaves }: Ground): Promise<Listing> {
  const shown: Leaf[] = [];
  let left = 0;
  for (const entry of await files.entries(folder, MOST_READ)) {
    const leaf = { ...entry, path: join(folder, entry.name) };
    if (await leaves(leaf)) continue;
    if (shown.length < most) shown.push(leaf);
    else left++;
  }
  return { shown, left };
}

async function listBeneath(folder: string, most: number, ground: Ground): Promise<Listing> {
  try {
    return await list(folder, most, ground);
  } catch (error) {
    if (!isFileError(error)) throw error;
    return { shown: [], left: 0, trouble: error.code };
  }
}

const SIGN: Readonly<Record<Entry["kind"], string>> = { file: "", directory: "/", link: "@", other: "?" };

function* linesOf(tree: Tree, folder: string, depth: number): Generator<string> {
  const listing = tree.get(folder);
  const indent = "  ".repeat(depth);
  for (const { name, kind, path } of listing?.shown ?? []) {
    const beneath = tree.get(path);
    const closed = kind === "directory" && !beneath ? " …" : beneath?.trouble === undefined ? "" : ` [${beneath.trouble}]`;
    yield `${indent}${name}${SIGN[kind]}${closed}`;
    yield* linesOf(tree, path, depth + 1);
  }
  if (listing && listing.left > 0) yield `${indent}… ${listing.left} more`;
}
