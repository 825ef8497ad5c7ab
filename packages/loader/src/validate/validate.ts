/** What `keel plugin validate` prints. Rule: the same reader that a session uses, so that what is said here is what happens there. */
import { realpath, stat } from "node:fs/promises";
import { basename, join, resolve } from "node:path";
import { RUNS_CODE, type AgentDecl, type PartKind, type PluginDecl, type PluginRead, type Problem } from "@keelson/protocol";
import { FORMATS } from "../format.ts";
import { readInside } from "../inside.ts";
import { parseDocument } from "../json.ts";
import { readPlugin } from "../plugin.ts";
import { fail, warn } from "../problem.ts";
import { findRoots, onlyRoot, type Root } from "./roots.ts";
import { settingsHooks } from "./settings-hooks.ts";

/** One object a plugin root; the lists hold names. */
export type Validated = {
  readonly root: string;
  readonly format: string;
  readonly name: string;
  readonly version?: string;
  readonly skills: readonly string[];
  readonly commands: readonly string[];
  readonly agents: readonly string[];
  readonly hooks: readonly string[];
  readonly mcpServers: readonly string[];
  readonly lspServers: readonly string[];
  readonly outputStyles: readonly string[];
  readonly problems: readonly ValidProblem[];
};
export type ValidProblem = {
  readonly severity: Problem["severity"];
  readonly code: string;
  readonly file: string;
  readonly line: number;
  readonly message: string;
  readonly hint: string;
};

/** What else is wrong with an agent: which tools and models there are isn't known here. */
type Judge = (agent: AgentDecl) => readonly Problem[];

/** `named`: absolute. `recursive`: every plugin below it, and those that its marketplaces name; else it alone is one. Never rejects for what is on the disk. */
export async function validatePlugins(named: string, recursive: boolean, judge: Judge = () => []): Promise<readonly Validated[]> {
  const dir = resolve(named); // without a slash at its end
  const found = await stat(dir).catch(() => undefined);
  if (!found?.isDirectory())
    return [
      printed({ root: dir, entries: [] }, [{ plugin: undefined, problems: [fail({ file: dir, line: 1 }, found ? A_FILE : NOTHING)] }]),
    ];
  const { roots, problems } = recursive ? findRoots(dir) : onlyRoot(dir);
  const within = await realpath(dir);
  const shownAs: Validated[] = [];
  for (const root of roots) {
    const own = root.entries.filter(({ entry }) => (entry.root.children?.length ?? 0) > 0);
    const reads: PluginRead[] = [];
    for (const more of own.length === 0 ? [undefined] : own)
      reads.push(await readPlugin(root.root, { within, ...(more && { more: more.entry }) }));
    const manifests = await otherManifests(root.root, within, reads[0]?.plugin);
    const settings = await settingsHooks(root.root, within, reads[0]?.plugin);
    const before = shownAs.find(({ name }) => name === namedIn(reads));
    const twice = before ? [warn({ file: root.root, line: 1 }, sameName(before))] : [];
    const heard = reads.map((read) => judged(read, judge));
    shownAs.push(
      printed(root, [...heard, { plugin: undefined, problems: [...nothingIn(root.root, reads), ...manifests, ...settings, ...twice] }]),
    );
  }
  const [first] = shownAs;
  return first && problems.length > 0
    ? [{ ...first, problems: [...first.problems, ...problems.map(shown)] }, ...shownAs.slice(1)]
    : shownAs;
}

const namedIn = ([read]: readonly PluginRead[]): string | undefined => {
  const name = read?.plugin?.manifest["name"];
  return typeof name === "string" ? name : undefined;
};
const sameName = ({ name, root }: Validated) => ({
  code: "plugin_name_twice",
  what: `The plugin "${name}" has the name of the one in ${root}; where both are used, parts with one name are the first's.`,
  hint: "Give one of them another name.",
});

/** A directory without a manifest in which nothing of a plugin stands. */
function nothingIn(root: string, reads: readonly PluginRead[]): readonly Problem[] {
  const empty = reads.every(
    ({ plugin, problems }) =>
      plugin?.format === "folder" &&
      problems.length === 0 &&
      plugin.tools.length === 0 &&
      plugin.system === undefined &&
      partsOf(plugin) === 0,
  );
  return empty ? [fail({ file: root, line: 1 }, EMPTY)] : [];
}
const EMPTY = {
  code: "no_plugin",
  what: "isn't a plugin: it has no manifest, and nothing that a plugin brings.",
  hint: "Name the directory that holds .claude-plugin/plugin.json, skills/, commands/, agents/ or hooks/; --recursive looks below it.",
};
const partsOf = (plugin: PluginDecl): number => KINDS.reduce((sum, kind) => sum + plugin[kind].length, 0);
const KINDS = Object.keys(RUNS_CODE) as readonly PartKind[];

/** Those beside the one that was read: other programs read them. */
async function otherManifests(root: string, within: string, plugin: PluginDecl | undefined): Promise<readonly Problem[]> {
  const own = FORMATS.find(({ name }) => name === plugin?.format)?.manifest;
  if (own === undefined) return [];
  const found: Problem[] = [];
  for (const manifest of new Set(FORMATS.flatMap((one) => one.manifest ?? []))) {
    if (manifest === own) continue;
    const read = await readInside(root, manifest, MANIFEST_BYTES, within);
    if (!read.ok && read.missing) continue;
    const file = join(root, manifest);
    const parsed = read.ok ? parseDocument(file, read.text, "json") : read;
    if (parsed.ok) continue;
    const line = "line" in parsed && parsed.line !== undefined ? parsed.line : 1;
    const hint = `${own} is the one that is read here; other programs read this one.`;
    found.push(warn({ file, line }, { code: "manifest_beside", what: `${parsed.why}.`, hint }));
  }
  return found;
}
const MANIFEST_BYTES = 1024 * 1024;

const judged = (read: PluginRead, judge: Judge): PluginRead => ({
  ...read,
  problems: [...read.problems, ...(read.plugin?.agents ?? []).flatMap(judge)],
});

const A_FILE = { code: "no_folder", what: "is a file.", hint: "Name the directory of a plugin, not its manifest." };
const NOTHING = { code: "no_folder", what: "doesn't exist.", hint: "Name the directory of a plugin." };

/** A root that several entries of a marketplace cut into plugins is shown as one, with all that they bring. */
function printed({ root, entries, market }: Root, reads: readonly PluginRead[]): Validated {
  const plugins = reads.flatMap(({ plugin }) => plugin ?? []);
  const [plugin] = plugins;
  const declared = plugin && typeof plugin.manifest["name"] === "string" ? plugin.name : undefined;
  const problems = [
    ...new Map(
      reads.flatMap((read) => read.problems).map((problem) => [`${problem.file}:${problem.line}:${problem.text}`, problem]),
    ).values(),
  ];
  const all = (kind: Kind): readonly string[] => [
    ...new Map(plugins.flatMap((one) => one[kind].map((part) => [`${part.file} ${nameOf(part)}`, nameOf(part)]))).values(),
  ];
  return {
    root,
    format: plugin?.format ?? "unknown",
    name: declared ?? (market || entries[0]?.name) ?? plugin?.name ?? basename(root),
    ...(plugin?.version !== undefined && { version: plugin.version }),
    skills: all("skills"),
    commands: all("commands"),
    agents: all("agents"),
    hooks: all("hooks"),
    mcpServers: all("mcpServers"),
    lspServers: all("lspServers"),
    outputStyles: all("outputStyles"),
    problems: problems.map(shown),
  };
}

type Kind = "skills" | "commands" | "agents" | "hooks" | "mcpServers" | "lspServers" | "outputStyles";
const nameOf = (part: PluginDecl[Kind][number]): string => ("event" in part ? part.event : part.name);

/** The remedy is the last sentence, where nobody set it apart. */
function shown({ severity, code = "problem", file, line = 1, text, hint }: Problem): ValidProblem {
  const end = hint === undefined ? text.lastIndexOf(". ", text.length - 2) + 1 : text.length - hint.length;
  const message = end > 0 ? text.slice(0, end).trim() : text;
  return { severity, code, file, line, message, hint: hint ?? (end > 0 ? text.slice(end).trim() : "Correct it.") };
}
