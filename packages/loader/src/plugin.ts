/** Reads one plugin directory. Rule: reading runs nothing; what is wrong comes back as problems, and content never makes it throw. */
import { readdirSync, realpathSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import type { PluginDecl, PluginParts, PluginRead, Problem } from "@keelson/protocol";
import { openDisk, type DiskOf } from "./disk.ts";
import { FORMATS, type Format, type Look } from "./format.ts";
import { readInside } from "./inside.ts";
import { objectOf, parseDocument, type Document } from "./json.ts";
import { checkManifest } from "./manifest.ts";
import { readOurs } from "./ours.ts";
import { createReadCache, turnOver, turnTo, type ReadCache } from "./part/keep.ts";
import { readParts } from "./part/parts.ts";
import { failure } from "./text.ts";
import { Witness } from "./witness.ts";
import { quote } from "./words.ts";

const MANIFEST_BYTES = 1024 * 1024;
const SYSTEM_BYTES = 256 * 1024;
const SYSTEM = "system.md";

type Place = Pick<DiskOf, "root" | "within" | "witness">;
type Found = { readonly format: Format; readonly document: Document; readonly repeated: readonly Problem[] };

/**
 * `within`: what links may not lead out of, when it isn't the root: the repository of a project's folder; "anywhere" for the user's own.
 * `format`: its name, where the folder doesn't tell. `more`: what a marketplace says of it, as a document of its own.
 */
export type ReadOptions = {
  readonly within?: string;
  readonly format?: string;
  readonly cache?: ReadCache;
  readonly more?: Document;
  /** False: what is no text alone (hooks, servers, programs). */
  readonly texts?: boolean;
  /** Files that are known to be as they were when `cache` saw them: someone watches them. */
  readonly unchanged?: (file: string) => boolean;
};

/**
 * `root`: an absolute path. An error problem with a plugin means that something it asked for is missing;
 * without a plugin, that the directory or its manifest can't be used.
 */
export async function readPlugin(root: string, options: ReadOptions = {}): Promise<PluginRead> {
  const nowhere = await checkRoot(root);
  if (nowhere) return { plugin: undefined, problems: [nowhere] };
  const within = options.within === "anywhere" ? undefined : realpathSync.native(options.within ?? root);
  const place = { root, within, witness: new Witness(root, options.format === undefined) };
  const found = await findManifest(place, options.format);
  if ("severity" in found) return { plugin: undefined, problems: [found] };
  const { format, document } = found;
  const problems = [...found.repeated, ...checkManifest(document, format)];
  if (problems.some(({ severity }) => severity === "error")) return { plugin: undefined, problems };
  const ours = readOurs(document);
  const system = await readSystem(place, { manifest: document.file, named: ours.system });
  const cache = options.cache ?? createReadCache();
  turnTo(cache, JSON.stringify([format.name, objectOf(document), options.more ? objectOf(options.more) : null]));
  const own: Problem[] = [];
  const parts = await readParts({
    disk: openDisk({ ...place, problems: own, unchanged: options.unchanged }),
    layout: format.layout,
    document,
    cache,
    ...(options.more && { more: options.more }),
    ...(options.texts !== undefined && { texts: options.texts }),
  });
  turnOver(cache);
  const read = {
    plugin: declare(root, found, { ...ours, ...system }, parts),
    problems: [...problems, ...ours.problems.map((problem) => ({ ...problem, code: "dev_keelson" })), ...system.problems, ...own],
  };
  const { facts } = place.witness;
  cache.whole = facts && { ...read, facts };
  return read;
}

async function checkRoot(root: string): Promise<Problem | undefined> {
  try {
    if (statSync(root).isDirectory()) return undefined;
    return { severity: "error", code: "no_folder", file: root, text: "is a file. A plugin is a directory; name that." };
  } catch (error) {
    return {
      severity: "error",
      code: "no_folder",
      file: root,
      text: `${(await failure(root, error)).why}. Name the directory of a plugin.`,
    };
  }
}

async function findManifest(place: Place, named: string | undefined): Promise<Found | Problem> {
  const { root } = place;
  const look = lookInto(place);
  const read = new Map<string, Awaited<ReturnType<typeof readInside>>>();
  for (const format of FORMATS.filter(({ name }) => named === undefined || name === named)) {
    const { manifest, folder, holds, fits } = format;
    if (manifest === undefined) {
      if (named === undefined && ((folder !== undefined && basename(root) !== folder) || (holds && !holds(look)))) continue;
      return { format, document: emptyDocument(root), repeated: [] };
    }
    const text = read.get(manifest) ?? (await readSeen(place, manifest, MANIFEST_BYTES));
    read.set(manifest, text);
    if (!text.ok && text.missing) continue;
    const file = join(root, manifest);
    const parsed = text.ok ? parseDocument(file, text.text, "json") : text;
    if (parsed.ok && fits && !fits(objectOf(parsed.document))) continue;
    if (parsed.ok) return { format, document: parsed.document, repeated: parsed.repeated };
    return unreadable(file, parsed.why, "line" in parsed ? parsed.line : undefined);
  }
  throw new Error(`There is no format ${named}, or the last of FORMATS doesn't always fit.`); // a bug in the list
}

/** True of one that is read for the first time. */
export const UNLOADED = "Until it is mended the plugin isn't loaded.";

function unreadable(file: string, why: string, line: number | undefined): Problem {
  const text = `${why}. ${UNLOADED}`;
  return { severity: "error", code: "manifest_unreadable", file, ...(line !== undefined && { line }), text, hint: UNLOADED };
}

async function readSeen({ root, within, witness }: Place, path: string, limitBytes: number): ReturnType<typeof readInside> {
  witness.saw(join(root, path));
  return await readInside(root, path, limitBytes, within);
}

function lookInto({ root, witness }: Place): Look {
  return {
    has: (path) => witness.look(join(root, path)) !== undefined,
    folders: () => {
      witness.saw(root);
      return readdirSync(root, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
    },
  };
}

function emptyDocument(file: string): Document {
  const parsed = parseDocument(file, "{}", "json");
  if (!parsed.ok) throw new Error(parsed.why); // an empty object is JSON
  return parsed.document;
}

/** The file that is named, else the one that stands in its place. An empty one says nothing. */
async function readSystem(
  place: Place,
  { manifest, named }: { readonly manifest: string; readonly named: string | undefined },
): Promise<{ readonly text?: string; readonly problems: readonly Problem[] }> {
  const read = await readSeen(place, named ?? SYSTEM, SYSTEM_BYTES);
  if (read.ok) return { ...(read.text.trim() && { text: read.text }), problems: [] };
  if (named === undefined && read.missing) return { problems: [] };
  const text = `The system prompt ${quote(named ?? SYSTEM)} ${read.why}. The plugin has none now.`;
  return {
    problems: [{ severity: "error", code: "system_prompt", file: named === undefined ? join(place.root, SYSTEM) : manifest, text }],
  };
}

function declare(
  root: string,
  { format, document }: Found,
  own: { readonly tools: readonly string[]; readonly text?: string },
  parts: PluginParts,
): PluginDecl {
  const manifest = objectOf(document);
  const { name, version, description } = manifest;
  return {
    name: typeof name === "string" ? name : basename(root),
    root,
    format: format.name,
    ...(typeof version === "string" && { version }),
    ...(typeof description === "string" && { description }),
    tools: own.tools,
    ...(own.text !== undefined && { system: own.text }),
    manifest,
    ...parts,
  };
}
