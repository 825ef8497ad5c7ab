/** A file of JSON inside a plugin. Rule: one that can't be read costs its parts and one problem. */
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs";
import type { Problem } from "@keelson/protocol";
import { LINK_FLAGS } from "./disk.ts";
import { nodeAt, parseDocument, type Document } from "./json.ts";
import { fail } from "./problem.ts";

const BYTES = 2 * 1024 * 1024;

/** The caller has looked where the path leads. The root is an object or a list. */
export function readJsonFile(file: string, report: (problem: Problem) => void, limitBytes = BYTES): Document | undefined {
  const lost = (line: number, why: string): undefined =>
    void report(fail({ file, line }, { code: "json_invalid", what: `${why}.`, hint: "Nothing in it is used until that is put right." }));
  const read = textOf(file, limitBytes);
  if ("why" in read) return lost(1, read.why);
  const list = /^\s*\[/.test(read.text);
  const parsed = parseDocument(file, list ? `{"":${read.text}}` : read.text, "json"); // on one line: the lines of a list stay true
  if (!parsed.ok) return lost(parsed.line ?? 1, parsed.why);
  for (const problem of parsed.repeated) report(problem);
  const { document } = parsed;
  return list ? { ...document, root: nodeAt(document, [""]) ?? document.root } : document;
}

function textOf(file: string, limitBytes: number): { readonly text: string } | { readonly why: string } {
  try {
    const open = openSync(file, LINK_FLAGS);
    try {
      const stat = fstatSync(open);
      if (!stat.isFile()) return { why: "is not a regular file" };
      if (stat.size > limitBytes) return { why: `has ${stat.size} bytes; at most ${limitBytes} are read` };
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
