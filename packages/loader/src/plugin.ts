/** Reads one plugin directory. Rule: reading runs nothing; what is wrong comes back as problems, and content never makes it throw. */
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { PluginDecl, PluginRead, Problem } from "@keelson/protocol";
import { FORMATS, type Format } from "./format.ts";
import { readInside } from "./inside.ts";
import { objectOf, parseDocument, type Document } from "./json.ts";
import { checkManifest } from "./manifest.ts";
import { readOurs } from "./ours.ts";
import { failure } from "./text.ts";
import { quote } from "./words.ts";

const MANIFEST_BYTES = 1024 * 1024;
const SYSTEM_BYTES = 256 * 1024;
const SYSTEM = "system.md";

type Found = { readonly format: Format; readonly document: Document; readonly repeated: readonly Problem[] };

/**
 * `root`: an absolute path. An error problem with a plugin means that something it asked for is missing;
 * without a plugin, that the directory or its manifest can't be used.
 */
export async function readPlugin(root: string): Promise<PluginRead> {
  const nowhere = await checkRoot(root);
  if (nowhere) return { plugin: undefined, problems: [nowhere] };
  const found = await findManifest(root);
  if ("severity" in found) return { plugin: undefined, problems: [found] };
  const { format, document } = found;
  const problems = [...found.repeated, ...checkManifest(document, format)];
  if (problems.some(({ severity }) => severity === "error")) return { plugin: undefined, problems };
  const ours = readOurs(document);
  const system = await readSystem(root, document.file, ours.system);
  return { plugin: declare(root, found, { ...ours, ...system }), problems: [...problems, ...ours.problems, ...system.problems] };
}

async function checkRoot(root: string): Promise<Problem | undefined> {
  try {
    if ((await stat(root)).isDirectory()) return undefined;
    return { severity: "error", file: root, text: "is not a directory. A plugin is a directory; name that." };
  } catch (error) {
    return { severity: "error", file: root, text: `${(await failure(root, error)).why}. Name the directory of a plugin.` };
  }
}

async function findManifest(root: string): Promise<Found | Problem> {
  for (const format of FORMATS) {
    const file = join(root, format.manifest ?? "");
    const read =
      format.manifest === undefined ? { ok: true as const, text: "{}" } : await readInside(root, format.manifest, MANIFEST_BYTES);
    if (!read.ok && read.missing) continue;
    const parsed = read.ok ? parseDocument(file, read.text, "json") : read;
    if (parsed.ok) return { format, document: parsed.document, repeated: parsed.repeated };
    return { severity: "error", file, ...("line" in parsed && { line: parsed.line }), text: `${parsed.why}. The plugin isn't loaded.` };
  }
  throw new Error("The last of FORMATS has no manifest and always fits."); // a bug in the list
}

/** The file that is named, else the one that stands in its place. An empty one says nothing. */
async function readSystem(
  root: string,
  manifest: string,
  named: string | undefined,
): Promise<{ readonly text?: string; readonly problems: readonly Problem[] }> {
  const read = await readInside(root, named ?? SYSTEM, SYSTEM_BYTES);
  if (read.ok) return { ...(read.text.trim() && { text: read.text }), problems: [] };
  if (named === undefined && read.missing) return { problems: [] };
  const text = `The system prompt ${quote(named ?? SYSTEM)} ${read.why}. The plugin has none now.`;
  return { problems: [{ severity: "error", file: named === undefined ? join(root, SYSTEM) : manifest, text }] };
}

function declare(
  root: string,
  { format, document }: Found,
  own: { readonly tools: readonly string[]; readonly text?: string },
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
  };
}
