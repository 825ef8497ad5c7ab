/** What a marketplace in a directory says about the plugins that stand beside it. Rule: only those; nothing is fetched. */
import { isAbsolute, join, normalize } from "node:path";
import type { Json, Problem } from "@keelson/protocol";
import { readJsonFile } from "../data-file.ts";
import { openDisk } from "../disk.ts";
import { isObject, lineAt, nodeAt, objectOf, type Document } from "../json.ts";
import { fail, warn } from "../problem.ts";
import { Witness } from "../witness.ts";
import { quote } from "../words.ts";

/** `entry`: its part of the file, lines kept. */
export type LocalEntry = { readonly name: string; readonly root: string; readonly entry: Document };
export type Marketplace = {
  readonly name: string;
  readonly file: string;
  readonly entries: readonly LocalEntry[];
  readonly problems: readonly Problem[];
};

const PLACES = [
  ".claude-plugin/marketplace.json",
  ".agents/plugins/marketplace.json",
  ".cursor-plugin/marketplace.json",
  ".github/plugin/marketplace.json",
];

/** The first that is there. */
export function readMarketplace(dir: string, within: string): Marketplace | undefined {
  const problems: Problem[] = [];
  const disk = openDisk({ root: dir, within, problems, witness: new Witness(dir, false) });
  const place = PLACES.map((path) => disk.at(join(dir, path))).find((entry) => entry?.kind === "file");
  if (!place) return undefined;
  const file = place.path;
  const document = readJsonFile(file, disk.report);
  const none = { name: "", file, entries: [], problems };
  if (!document) return none;
  const { name, plugins, metadata } = objectOf(document);
  const base = isObject(metadata) && typeof metadata["pluginRoot"] === "string" ? metadata["pluginRoot"] : "";
  if (!Array.isArray(plugins)) {
    problems.push(
      fail(
        { file, line: 1 },
        { code: "marketplace_shape", what: `"plugins" must be a list; no plugin is found by it.`, hint: `Write "plugins": [ … ].` },
      ),
    );
    return none;
  }
  const entries = plugins.flatMap((value: Json, index: number): readonly LocalEntry[] => {
    const at = { file, line: lineAt(document, ["plugins", index]) ?? 1 };
    const node = nodeAt(document, ["plugins", index]);
    const path = isObject(value) ? localPath(value["source"] ?? value["path"], base) : undefined;
    if (!isObject(value) || path === undefined || !node) return [];
    const found = disk.find(path);
    const called = typeof value["name"] === "string" ? value["name"] : path;
    if ("why" in found || found.kind !== "directory") {
      const what = `The plugin ${quote(called)} can't be found: ${quote(path)} ${"why" in found ? found.why : "is a file."}`;
      problems.push(warn(at, { code: "source_missing", what, hint: "Correct its source or take it out." }));
      return [];
    }
    return [{ name: called, root: found.path, entry: { ...document, root: node } }];
  });
  return { name: typeof name === "string" ? name : "", file, entries, problems };
}

function localPath(source: Json | undefined, base: string): string | undefined {
  const path = isObject(source) && source["source"] === "local" ? source["path"] : source;
  if (typeof path !== "string" || /^[a-z+]+:|^git@/i.test(path)) return undefined;
  const whole = path.startsWith(".") || base === "" ? path : `${base}/${path}`;
  return isAbsolute(whole) || whole.includes("..") ? whole : normalize(whole);
}
