/** A file of JSON inside a plugin. Rule: one that can't be read costs its parts and one problem. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import type { Json, Problem } from "@keelson/protocol";
import { LINK_FLAGS } from "./disk.ts";
import { parseDocument, type Document } from "./json.ts";
import { fail } from "./problem.ts";

const BYTES = 2 * 1024 * 1024;

/** The caller has looked where the path leads. `value`: an empty list, which some write for "none". */
export function readJsonFile(
  file: string,
  report: (problem: Problem) => void,
): { readonly document: Document } | { readonly value: Json } | undefined {
  const lost = (line: number, why: string): undefined => {
    report(fail({ file, line }, { code: "json_invalid", what: `${why}.`, hint: "Nothing in it is used until that is put right." }));
  };
  const text = textOf(file);
  if ("why" in text) return lost(1, text.why);
  if (/^\s*\[\s*\]\s*$/.test(text.text)) return { value: [] };
  if (/^\s*\[/.test(text.text)) return listOf(text.text) ?? lost(1, "is not JSON");
  const parsed = parseDocument(file, text.text, "json");
  if (!parsed.ok) return lost(parsed.line ?? 1, parsed.why);
  for (const problem of parsed.repeated) report(problem);
  return { document: parsed.document };
}

function listOf(text: string): { readonly value: Json } | undefined {
  try {
    const value: Json = JSON.parse(text);
    return { value };
  } catch {
    return undefined; // the caller says so
  }
}

function textOf(file: string): { readonly text: string } | { readonly why: string } {
  try {
    const open = openSync(file, LINK_FLAGS);
    try {
      const stat = fstatSync(open);
      if (!stat.isFile()) return { why: "is not a regular file" };
      if (stat.size > BYTES) return { why: `has ${stat.size} bytes; at most ${BYTES} are read` };
      return {
        text: readFileSync(open, "utf8")
          .replace(/^\ufeff/, "")
          .replaceAll("\r\n", "\n"),
      };
    } finally {
      closeSync(open);
    }
  } catch (error) {
    return { why: `can't be read (${error instanceof Error && "code" in error ? String(error.code) : "unknown error"})` };
  }
}
