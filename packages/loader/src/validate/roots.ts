/**
 * Finds the plugin directories below a folder. Rule: what has a manifest or is named by a marketplace is one, wherever it stands;
 * what only looks like one counts where no other holds it. Links aren't followed: what they name is found in its own place.
 */
import { lstatSync, readdirSync, readFileSync, realpathSync } from "node:fs";
import { join, relative, sep } from "node:path";
import type { Problem } from "@keelson/protocol";
import { FORMATS } from "../format.ts";
import { readMarketplace, type LocalEntry } from "./marketplace.ts";

/** `entries`: what marketplaces say about it. */
export type Root = { readonly root: string; readonly entries: readonly LocalEntry[]; readonly market?: string };
export type Roots = { readonly roots: readonly Root[]; readonly problems: readonly Problem[] };

const DEEPEST = 10;
const MOST_FOLDERS = 200_000;
/** The folders of manifests hold nothing but them. */
const NEVER = /^(?:\.git|node_modules|__pycache__|\.(?:[a-z]+-)?plugin)$/;
const MANIFESTS = FORMATS.flatMap(({ manifest, fits }) => (manifest === undefined || fits ? [] : [manifest]));
const FOLDERS = new Set(FORMATS.flatMap(({ folder }) => folder ?? []));
const BROUGHT = ["skills", "commands", "agents", "output-styles", "rules", "hooks.json", "prompts"];

/** The folder itself, with what its own marketplace says about it. */
export function onlyRoot(dir: string): Roots {
  const market = readMarketplace(dir, realpathSync.native(dir));
  const entries = market?.entries.filter(({ root }) => root === dir) ?? [];
  return { roots: [{ root: dir, entries, ...(market && entries.length > 1 && { market: market.name }) }], problems: [] };
}

export function findRoots(dir: string): Roots {
  const within = realpathSync.native(dir);
  const found = new Map<string, LocalEntry[]>();
  const markets = new Map<string, string>();
  const likely: string[] = [];
  const problems: Problem[] = [];
  let seen = 0;
  const look = (folder: string, depth: number, inSkill: boolean): void => {
    if ((seen += 1) > MOST_FOLDERS) return;
    const market = readMarketplace(folder, within);
    problems.push(...(market?.problems ?? []));
    for (const entry of market?.entries ?? []) {
      found.set(entry.root, [...(found.get(entry.root) ?? []), entry]);
      markets.set(entry.root, market?.name ?? "");
    }
    if (hasManifest(folder)) found.set(folder, found.get(folder) ?? []);
    else if (isHome(folder) ? BROUGHT.some((name) => has(folder, name)) : !inSkill && looksLikeOne(folder)) likely.push(folder);
    const deeper = inSkill || has(folder, "SKILL.md");
    if (depth < DEEPEST) for (const name of foldersIn(folder)) look(join(folder, name), depth + 1, deeper);
  };
  look(dir, 0, false);
  for (const folder of likely)
    if (!found.has(folder) && (isHome(folder) || !(isHeld(folder, [...found.keys()], dir) || isListed(folder, found))))
      found.set(folder, []);
  if (found.size === 0) found.set(dir, []);
  const sorted = [...found].toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    roots: sorted.map(([root, entries]) => ({ root, entries, ...(entries.length > 1 && { market: markets.get(root) ?? "" }) })),
    problems,
  };
}

const isHome = (folder: string): boolean => FOLDERS.has(folder.slice(folder.lastIndexOf(sep) + 1));

/** A plugin has what is below it; the folder that was asked about has its skills, and not the other plugins' beside it. */
function isHeld(folder: string, roots: readonly string[], dir: string): boolean {
  return roots.some((root) => folder.startsWith(`${root}${sep}`) && (root !== dir || relative(root, folder).split(sep)[0] === "skills"));
}

/** Every skill in it is a plugin of its own. */
function isListed(folder: string, found: ReadonlyMap<string, unknown>): boolean {
  const skills = foldersIn(folder).filter((name) => has(folder, join(name, "SKILL.md")));
  return skills.length > 0 && skills.every((name) => found.has(join(folder, name)));
}

function foldersIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .flatMap((entry) => (entry.isDirectory() && !NEVER.test(entry.name) ? [entry.name] : []))
      .toSorted();
  } catch {
    return []; // what can't be listed holds no plugin for us
  }
}

const has = (folder: string, path: string): boolean => lstatSync(join(folder, path), { throwIfNoEntry: false }) !== undefined;

function hasManifest(folder: string): boolean {
  return MANIFESTS.some((manifest) => has(folder, manifest)) || (has(folder, "plugin.json") && isPluginJson(join(folder, "plugin.json")));
}

/** Many programs have a plugin.json. */
function isPluginJson(file: string): boolean {
  try {
    if (lstatSync(file).size > 1024 * 1024) return false;
    const { $schema, name, ...rest } = JSON.parse(readFileSync(file, "utf8"));
    if (typeof $schema === "string" && $schema.includes("agent-plugins.org")) return true;
    return typeof name === "string" && ["skills", "commands", "agents", "hooks", "mcpServers"].some((key) => key in rest);
  } catch {
    return false; // no JSON object: not a manifest of ours
  }
}

/** Without a manifest: hooks, or skills in their place, also sorted into folders, or a folder of nothing but skills. */
function looksLikeOne(folder: string): boolean {
  if (has(folder, "hooks/hooks.json")) return true;
  const holdSkills = (path: string): boolean => foldersIn(join(folder, path)).some((name) => has(folder, join(path, name, "SKILL.md")));
  return holdSkills(".") || holdSkills("skills") || foldersIn(join(folder, "skills")).some((name) => holdSkills(join("skills", name)));
}
