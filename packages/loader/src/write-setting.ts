/** Writes one setting into a file of the user's. Rule: all else in it stays as it is, comments included; a file that can't be read isn't touched. */
import { mkdir, readFile, realpath, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { hasCode, type Json } from "@keelson/protocol";
import { applyEdits, modify } from "jsonc-parser";
import { parseDocument } from "./json.ts";

const STYLE = { formattingOptions: { insertSpaces: true, tabSize: 2, eol: "\n" } };

/** `value` undefined takes the key out. In words why nothing was written; undefined when it is done. */
export async function writeSetting(file: string, key: string, value: Json | undefined): Promise<string | undefined> {
  const before = await textOf(file);
  if (typeof before !== "string") return before.why;
  const parsed = parseDocument(file, before, "jsonc");
  if (!parsed.ok) return `${file} ${parsed.why}. Correct it first.`;
  const text = applyEdits(before, modify(before, [key], value, STYLE));
  try {
    await mkdir(dirname(file), { recursive: true });
    const real = await realpath(file).catch(() => file); // many keep their settings elsewhere, with a link to them
    const beside = `${real}.${process.pid}`;
    await writeFile(beside, text.endsWith("\n") ? text : `${text}\n`);
    await rename(beside, real); // never half a file
    return undefined;
  } catch (error) {
    return `${file} can't be written (${wordsOf(error)}).`;
  }
}

async function textOf(file: string): Promise<string | { readonly why: string }> {
  try {
    const text = await readFile(file, "utf8");
    return text.trim() === "" ? "{}\n" : text;
  } catch (error) {
    return hasCode(error, ["ENOENT"]) ? "{}\n" : { why: `${file} can't be read (${wordsOf(error)}).` };
  }
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
