/** One settings file, read and checked, not yet masked. Rule: a file that can't be used costs one problem line, and only itself. */
import type { Problem, SettingsSource } from "@keelson/protocol";
import { checkSettings, CLOSED } from "./check.ts";
import { parseDocument, type Document } from "./json.ts";
import { INLINE, isInline, SOURCES, type SettingsPlaces } from "./source.ts";
import { readText, type TextRead } from "./text.ts";

/** How the line ends where a file counts for nothing. */
export const UNUSED = "Nothing in it is used until that is put right.";
const RESTRICTS = /permission|deny|\bask\b/i;
const BYTES = 2 * 1024 * 1024;

export type Place = { readonly source: SettingsSource; readonly file: string };
/** `closed`: it can't be read, and may hold a restriction of a repository's. */
export type FileLayer = Place & { readonly document?: Document; readonly problems: readonly Problem[]; readonly closed?: true };

/** Without a document when the file isn't there or can't be used. */
export async function readLayer({ source, file }: Place, places: SettingsPlaces): Promise<FileLayer> {
  // What the owner wrote may hold a deny rule: going on without it is for the caller to decide, hence an error.
  const severity = SOURCES[source].from === "owner" ? "error" : "warning";
  const lost = (why: string, line?: number, text = ""): FileLayer => {
    const closed = SOURCES[source].from === "repository" && RESTRICTS.test(text);
    const said = `${why}. ${closed ? CLOSED : UNUSED}`;
    return {
      source,
      file,
      problems: [{ severity, file, ...(line !== undefined && { line }), text: said }],
      ...(closed && { closed }),
    };
  };
  const read = await textOf(source, file, places);
  if (!read.ok && read.missing && source !== "flag") return { source, file, problems: [] };
  if (!read.ok) return lost(read.why);
  const parsed = parseDocument(file, read.text, "jsonc");
  if (!parsed.ok) return lost(parsed.why, parsed.line, read.text);
  const { settingsSchema } = await import("@keelson/protocol/schemas"); // a start without settings files doesn't pay for zod
  const checked = checkSettings(parsed.document, settingsSchema, severity);
  if (!checked) return lost("holds too many wrong values", undefined, read.text);
  return { source, file, document: checked.document, problems: [...parsed.repeated, ...checked.problems] };
}

async function textOf(source: SettingsSource, file: string, { flag = "" }: SettingsPlaces): Promise<TextRead> {
  if (source !== "flag" || file !== INLINE || !isInline(flag)) return readText(file, BYTES);
  const fits = Buffer.byteLength(flag) <= BYTES;
  return fits ? { ok: true, text: flag } : { ok: false, missing: false, why: `is longer than ${BYTES} bytes. Put it in a file` };
}
