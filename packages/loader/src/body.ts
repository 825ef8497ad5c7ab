/** Reads the body of a text when it is needed. Rule: what the catalog read its head from, and nothing else: the same bounds hold. */
import { realpath } from "node:fs/promises";
import type { TextDecl } from "@keelson/protocol";
import { findHead } from "./front/head.ts";
import { promptOf } from "./part/toml.ts";
import { isInside } from "./link.ts";
import { failure, readText, refused, type TextRead } from "./text.ts";

const BYTES = 4 * 1024 * 1024;

export type Body = Pick<TextDecl, "file"> & { readonly content?: string; readonly dialect?: "dollar" | "braces" };

/**
 * The text below the head, without it. A file that changed since is read as it is now. `within`: of the part's layer; a file that has become
 * a link out of it is refused. Never rejects.
 */
export async function readBody({ file, content, dialect }: Body, within: string): Promise<TextRead> {
  if (content !== undefined) return { ok: true, text: content };
  const left = within === "anywhere" ? undefined : await leaves(file, within);
  if (left) return left;
  const read = await readText(file, BYTES, "lossy");
  if (!read.ok) return read;
  if (dialect === "braces") return { ok: true, text: promptOf(read.text) ?? "" };
  const head = findHead(read.text.replace(/^\ufeff/, ""));
  return head === "read on" ? read : { ok: true, text: head.body };
}

async function leaves(file: string, within: string): Promise<TextRead | undefined> {
  try {
    const [bounds, real] = await Promise.all([realpath(within), realpath(file)]);
    return isInside(bounds, real) ? undefined : refused("leads out of the plugin's directory and isn't read");
  } catch (error) {
    return failure(file, error);
  }
}
