/** What a language server has found, as the model reads it: one line a place, with the line of the file that stands there. */
import type { BlockKit } from "../blocks/kit.ts";
import { isWithin, shortPath } from "../define/path.ts";
import { clean, cut } from "../output/clean.ts";
import { linesOf } from "../text/lines.ts";
import type { Found, Place } from "./inquire.ts";
import { pathOf } from "./uri.ts";

const MOST_PLACES = 100;
const MOST_WORDS = 6_000; // characters
const LONGEST_LINE = 160;
const MOST_READ = 4 * 1024 * 1024; // bytes

type Site = Pick<BlockKit, "files" | "hidden" | "roots"> & { readonly cwd: string };

/** Undefined where nothing was found. */
export async function showFound(found: Found, site: Site): Promise<string | undefined> {
  if (found.is === "words") return found.words === "" ? undefined : clean(cut(found.words, MOST_WORDS));
  const isHidden = site.hidden?.();
  const texts = new Map<string, readonly string[]>();
  const lines: string[] = [];
  let left = 0;
  for (const place of found.places) {
    const path = pathOf(place.uri);
    if (path !== undefined && (await isHidden?.(path)) === true) continue;
    if (lines.length >= MOST_PLACES) left++;
    else lines.push(lineOf(place, path, await textOf(path, place, site, texts), site.cwd));
  }
  if (lines.length === 0) return undefined;
  return [...lines, ...(left > 0 ? [`[… ${left} more]`] : [])].join("\n");
}

type Shown = Place & { readonly about?: string; readonly depth?: number };

function lineOf({ uri, line, character, about, depth = 0 }: Shown, path: string | undefined, words: string, cwd: string): string {
  const where = `${path === undefined ? uri : shortPath(path, cwd)}:${line + 1}:${character + 1}`;
  const what = about ?? words;
  return clean(`${where}${what === "" ? "" : `  ${"  ".repeat(depth)}${what}`}`).replaceAll("\n", " ");
}

/** The line that stands there. Of a file outside of the session's folders only the place is told. */
async function textOf(
  path: string | undefined,
  { line, about }: Shown,
  { files, roots }: Site,
  texts: Map<string, readonly string[]>,
): Promise<string> {
  if (path === undefined || about !== undefined || !roots().some((root) => isWithin(root, path))) return "";
  const known = texts.get(path) ?? (await linesIn(path, files));
  texts.set(path, known);
  return cut((known[line] ?? "").trim(), LONGEST_LINE);
}

async function linesIn(path: string, files: Site["files"]): Promise<readonly string[]> {
  const read = await files.read(path, MOST_READ).catch(() => undefined); // gone since, or too large: the place is told without it
  return read ? linesOf(new TextDecoder().decode(read.bytes)) : [];
}
