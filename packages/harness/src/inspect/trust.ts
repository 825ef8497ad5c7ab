/** Whether a folder is trusted, and what it brings that only then counts. Rule: it reads, and nothing runs. */
import { realpath, stat } from "node:fs/promises";
import { join, sep } from "node:path";
import { openContentStore, treeOf } from "@keelson/install";
import { readPlugin, managedFiles, readSettings, type Catalog, type Found } from "@keelson/loader";
import { mayKeep } from "@keelson/permissions";
import type { HookDecl, PartKind } from "@keelson/protocol";
import { BUILTIN } from "../gather.ts";
import { keepTrust, standingOf, groundOf } from "../guard/folder-trust.ts";
import type { Place } from "../house.ts";
import { openTrust } from "../kept/trust.ts";
import { bringerOf, readPlugins } from "../plugins/gathered.ts";
import { contentsIn } from "../plugins/runnable.ts";

export { openTrust, type Trusted, type TrustKind, type TrustStore } from "../kept/trust.ts";

/** One line for each thing: `settings .claude/settings.json: permissions.allow`, `hook PreToolUse: ./check.sh`. `runs`: it would start programs. */
export type Brought = { readonly what: string; readonly file: string; readonly runs: boolean };
/** `root`: the real path that is trusted or not. `keepable`: not of the home directory, which holds everything else. */
export type FolderView = {
  readonly root: string;
  readonly trusted: boolean;
  readonly keepable: boolean;
  readonly brings: readonly Brought[];
  /** Plugin directories in it that would start programs, and whose state wasn't agreed to. */
  readonly unmet: readonly string[];
};

/** Instructions and rules in prose aren't listed: nearly every folder has some, and they grant nothing. */
export async function inspectFolder(place: Place): Promise<FolderView> {
  const { cwd, home, keelHome } = place;
  const { root, trusted, agreed } = await standingOf(groundOf(cwd).root, openTrust(keelHome), false);
  const [settings, whole, { catalog }] = await Promise.all([
    readSettings({ managed: managedFiles(place.platform), cwd, home, keelHome, trusted: false, builtin: BUILTIN }),
    readSettings({ managed: managedFiles(place.platform), cwd, home, keelHome, trusted: true, builtin: BUILTIN }),
    readPlugins({ place, plugins: [] }, []),
  ]);
  const held = settings.layers.flatMap(({ file, held: keys }): readonly Brought[] =>
    file === undefined || keys.length === 0
      ? []
      : [
          { what: `settings: ${keys.join(", ")}`, file, runs: keys.some((key) => RUNNING.includes(key)) },
          ...whole.hooks.filter((hook) => hook.file === file).map((hook) => ({ what: hookOf(hook), file, runs: true })),
        ],
  );
  const parts = partsIn(catalog);
  const unmet: string[] = [];
  for (const { layer } of catalog.layers) {
    const single = layer.kind === "project_files" || layer.kind === "ancestor_files"; // no directory of their own
    if (single || bringerOf(layer) !== "repository" || !parts.some(({ runs, file }) => runs && file.startsWith(`${layer.root}${sep}`)))
      continue;
    const tree = await treeOf(layer.root);
    if (tree.ok && !agreed.plugins.includes(tree.tree)) unmet.push(layer.root);
  }
  return { root, trusted, keepable: mayKeep(root, home), brings: [...held, ...parts], unmet };
}

/** Settings whose value is a command. */
const RUNNING = ["hooks", "statusLine", "apiKeyHelper"];

function partsIn({ named, joined }: Catalog): readonly Brought[] {
  const { skills, commands, agents, outputStyles, mcpServers, lspServers, monitors } = named;
  const { hooks, toolFiles, programs } = joined;
  const of = <Kind extends PartKind>(found: Iterable<Found<Kind>>, what: (one: Found<Kind>) => string, runs: boolean): readonly Brought[] =>
    [...found].filter(({ layer }) => bringerOf(layer) === "repository").map((one) => ({ what: what(one), file: one.part.file, runs }));
  return [
    ...of(hooks, ({ part }) => hookOf(part), true),
    ...of(mcpServers.values(), ({ id, part }) => `MCP server ${id}${commandOf(part.config)}`, true),
    ...of(lspServers.values(), ({ id, part }) => `language server ${id}${commandOf(part.config)}`, true),
    ...of(monitors.values(), ({ id, part }) => `monitor ${id}: ${part.command}`, true),
    ...of(toolFiles, () => "tools in keel's own process", true),
    ...of(programs, () => "programs for the shell", true),
    ...of(skills.values(), ({ id }) => `skill ${id}`, false),
    ...of(commands.values(), ({ id }) => `command ${id}`, false),
    ...of(agents.values(), ({ id }) => `agent ${id}`, false),
    ...of(outputStyles.values(), ({ id }) => `output style ${id}`, false),
  ];
}

const hookOf = ({ event, matcher, handler }: HookDecl): string => `hook ${event}${matcher ? ` (${matcher})` : ""}${commandOf(handler)}`;

function commandOf({ command, args, url, prompt }: { readonly [key: string]: unknown }): string {
  const words = [command, ...(Array.isArray(args) ? args : [])].filter((word) => typeof word === "string");
  const said = words.length > 0 ? words.join(" ") : typeof url === "string" ? url : typeof prompt === "string" ? "asks a model" : "";
  return said === "" ? "" : `: ${said}`;
}

/** Keeps the trust in the repository or folder that `cwd` stands in; in words why it can't be kept. */
export async function trustFolder({ home, keelHome }: Kept, cwd: string, now: number): Promise<string | { readonly root: string }> {
  const root = groundOf(cwd).root;
  return (await keepTrust(root, home, openTrust(keelHome), now)) ?? { root };
}
type Kept = Pick<Place, "home" | "keelHome">;

/** Keeps the trust in a plugin directory as it stands now: with any change it is another one. In words why it can't be kept. */
export async function trustTree({ keelHome }: Kept, root: string, now: number): Promise<string | undefined> {
  const real = await realpath(root).catch(() => root);
  const kept = await openContentStore(contentsIn(keelHome), () => now).keep(real);
  if (!kept.ok) return `${root} ${kept.why}.`;
  return await openTrust(keelHome).give({ kind: "plugin", subject: kept.tree, name: real, granted: now });
}

/** A plugin directory: by its manifest, or by a name that makes a folder of a project one. */
export async function isPluginRoot(root: string): Promise<boolean> {
  if (groundOf(root).root === (await realpath(root).catch(() => root)) && (await stat(join(root, ".git")).catch(() => undefined)))
    return false;
  const { plugin } = await readPlugin(root);
  return plugin !== undefined && plugin.format !== "folder";
}
