/** Makes a problem: what it is, where, and what to do about it. Rule: `text` is the whole, in one line; `hint` is its last part. */
import type { FileDecl, Problem } from "@keelson/protocol";

export type Said = { readonly code: string; readonly what: string; readonly hint: string };

export const warn = (at: FileDecl, said: Said): Problem => make("warning", at, said);
export const fail = (at: FileDecl, said: Said): Problem => make("error", at, said);

function make(severity: Problem["severity"], { file, line }: FileDecl, { code, what, hint }: Said): Problem {
  return { severity, code, file, ...(line !== undefined && { line }), text: `${what} ${hint}`, hint };
}
