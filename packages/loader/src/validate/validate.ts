/** What `keel plugin validate` prints. Rule: the same reader that a session uses, so that what is said here is what happens there. */
import { realpath, stat } from "node:fs/promises";
import { basename, resolve } from "node:path";
import type { PluginDecl, PluginRead, Problem } from "@keelson/protocol";
import { readPlugin } from "../plugin.ts";
import { fail } from "../problem.ts";
import { findRoots, onlyRoot, type Root } from "./roots.ts";

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

/** `named`: absolute. `recursive`: every plugin below it, and those that its marketplaces name; else it alone is one. Never rejects for what is on the disk. */
export async function validatePlugins(named: string, recursive: boolean): Promise<readonly Validated[]> {
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
    shownAs.push(printed(root, reads));
  }
  const [first] = shownAs;
  return first && problems.length > 0
    ? [{ ...first, problems: [...first.problems, ...problems.map(shown)] }, ...shownAs.slice(1)]
    : shownAs;
}

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
