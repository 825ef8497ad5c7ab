/** The paths that a manifest names for a kind of part. Rule: each is looked at on its own; one that can't be used is one problem. */
import type { Json } from "@keelson/protocol";
import type { Disk, Entry } from "../disk.ts";
import { itemsAt, lineAt, nodeAt, valueOf, type Document } from "../json.ts";
import { fail, warn } from "../problem.ts";
import { quote } from "../words.ts";

/** What stands in a field: its items, each with its place. A value that is no list is its only item. */
export function itemsOf(
  document: Document,
  path: readonly string[],
): readonly { readonly value: Json; readonly path: readonly (string | number)[]; readonly line: number }[] {
  const node = nodeAt(document, path);
  if (!node) return [];
  if (node.type === "array") return itemsAt(document, path).map(({ value, line }, index) => ({ value, path: [...path, index], line }));
  return [{ value: valueOf({ root: node, gone: document.gone }), path, line: lineAt(document, path) ?? 1 }];
}

export function entryAt(disk: Disk, document: Document, item: { readonly value: string; readonly line: number }): Entry | undefined {
  const found = disk.find(item.value);
  if (!("why" in found)) return found;
  const at = { file: document.file, line: item.line };
  const said = { code: found.missing ? "path_missing" : "path_escapes", what: `The path ${quote(item.value)} ${found.why}` };
  disk.report(
    found.missing
      ? warn(at, { ...said, hint: "Correct the path or take it out." })
      : fail(at, { ...said, hint: "Name a path inside the plugin." }),
  );
  return undefined;
}
