import { readFile } from "node:fs/promises";
import type { TextDecl } from "@keelson/protocol";

const HEAD = /^\uFEFF?---[ \t]*\r?\n[\s\S]*?\n---[ \t]*(?:\r?\n|$)/;

/** The text of a declared file, without its head. Rejects when it can't be read. */
export async function bodyOf({ file }: TextDecl): Promise<string> {
  return (await readFile(file, "utf8")).replace(HEAD, "").trim();
}
