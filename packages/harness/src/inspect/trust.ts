/** Whether a folder is trusted, and what it brings that only then counts. Rule: it reads, and nothing runs. */
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { managedFiles, nestedProjects, readPlugin, readSettings, type PluginLayer } from "@keelson/loader";
import { mayKeep, needs, type Bringer } from "@keelson/permissions";
import type { PluginDecl } from "@keelson/protocol";
import { BUILTIN } from "../gather.ts";
import { textsBrought } from "../guard/held-texts.ts";
import { keepTrust, standingOf, groundOf, type Standing } from "../guard/folder-trust.ts";
import type { Place } from "../house.ts";
import { openTrust } from "../kept/trust.ts";
import { bringerOf, codeRootOf, readPlugins } from "../plugins/gathered.ts";
import { broughtBy, hookOf, type Brought, type BroughtPart } from "./brought.ts";
import { isAgreed, TREE_TRUSTS, wants, type TreeTrust } from "./tree-trust.ts";

export { openTrust, type Trusted, type TrustKind, type TrustStore } from "../kept/trust.ts";
export { agreeTo, offerTree, sweepContents } from "./tree-trust.ts";

/** `root`: the real path that is trusted or not. `keepable`: not of the home directory, which holds everything else. */
export type FolderView = {
  readonly root: string;
  readonly trusted: boolean;
  readonly keepable: boolean;
  readonly brings: readonly Brought[];
  /** What the trust would let count in other folders of the repository. Empty once it is given. */
  readonly around: readonly Brought[];
  /** Plugin directories in it whose state wasn't agreed to, a row for each kind of consent that something in them waits for. */
  readonly unmet: readonly Unmet[];
  /** The same of the user's own plugins and tools, wherever the session stands. */
  readonly installed: readonly Unmet[];
};
/** `changed`: another state of it was agreed to. */
export type Unmet = { readonly kind: TreeTrust; readonly root: string; readonly changed: boolean; readonly format?: string };

/** Texts that are told to the model are listed too: they don't count before. */
export async function inspectFolder(place: Place): Promise<FolderView> {
  const { cwd, home, keelHome } = place;
  const ground = groundOf(cwd);
  const standing = await standingOf(ground.root, openTrust(keelHome), false);
  const { root, trusted } = standing;
  const [held, { catalog }] = await Promise.all([settingsBrought(place, cwd), readPlugins({ place, plugins: [] }, [])]);
  const ofRepository = ({ layer }: { readonly layer: PluginLayer }): boolean => bringerOf(layer) === "repository";
  const unmetIn = async (from: Bringer): Promise<readonly Unmet[]> => {
    const found: Unmet[] = [];
    for (const { layer } of catalog.layers.filter((read) => bringerOf(read.layer) === from))
      found.push(
        ...(await unmetOf(
          layer,
          broughtBy(catalog, (part) => part.layer === layer),
          standing,
        )),
      );
    return found;
  };
  const unmet = await unmetIn("repository");
  const installed = [...(await unmetIn("installed")), ...(await unmetIn("user"))];
  const parts = broughtBy(catalog, ofRepository).map(({ what, file, runs }) => ({ what, file, runs }));
  const texts = textsBrought(catalog, place).map(({ what, file }): Brought => ({ what, file, runs: false }));
  const keepable = mayKeep(root, home);
  const around = ground.repository && keepable && !trusted ? await settingsAround(place, root) : [];
  return { root, trusted, keepable, brings: [...held, ...parts, ...texts], around, unmet, installed };
}

/** What the settings of a folder would grant, once it is trusted. */
async function settingsBrought({ home, keelHome, platform }: Place, cwd: string): Promise<readonly Brought[]> {
  const read = async (trusted: boolean) =>
    await readSettings({ managed: managedFiles(platform), cwd, home, keelHome, trusted, builtin: BUILTIN });
  const [settings, whole] = await Promise.all([read(false), read(true)]);
  return settings.layers.flatMap(({ file, held: keys }): readonly Brought[] =>
    file === undefined || keys.length === 0
      ? []
      : [
          {
            what: `settings: ${keys.map((key) => (key === "disableAllHooks" ? OFF : key)).join(", ")}`,
            file,
            runs: keys.some((key) => RUNNING.includes(key)),
          },
          ...whole.hooks.filter((hook) => hook.file === file).map((hook) => ({ what: hookOf(hook), file, runs: true })),
        ],
  );
}

/** Trust is of the whole repository: the settings of its other folders count for sessions there. */
async function settingsAround(place: Place, root: string): Promise<readonly Brought[]> {
  const here = await realpath(place.cwd).catch(() => place.cwd);
  const found: Brought[] = [];
  for (const folder of [root, ...nestedProjects(root)].filter((one) => one !== here)) found.push(...(await settingsBrought(place, folder)));
  return found;
}

const OFF = "disableAllHooks (the folder's own hooks don't run; yours do)";
/** Settings whose value is a command. */
const RUNNING = ["hooks", "statusLine", "apiKeyHelper"];

async function unmetOf(layer: PluginLayer, parts: readonly BroughtPart[], standing: Standing): Promise<readonly Unmet[]> {
  const { kind, format } = layer;
  if (kind === "project_files" || kind === "ancestor_files") return []; // no directory of their own
  const found: Unmet[] = [];
  const asks = parts.filter((part) => needs({ kind: part.kind, from: bringerOf(layer) }).some((one) => one === wants(part.kind)));
  for (const trust of TREE_TRUSTS.filter((one) => asks.some((part) => wants(part.kind) === one))) {
    const agreed = trust === "plugin" ? standing.agreed.plugins : standing.agreed.code;
    const root = trust === "code" ? codeRootOf(layer) : layer.root;
    if ((await isAgreed(root, agreed)) !== false) continue; // what can't be told by its content can't be agreed to
    const real = await realpath(root).catch(() => root);
    found.push({ kind: trust, root, changed: standing.known[trust].includes(real), ...(format !== undefined && { format }) });
  }
  return found;
}

/** Keeps the trust in the repository or folder that `cwd` stands in; in words why it can't be kept. */
export async function trustFolder(
  { home, keelHome }: Pick<Place, "home" | "keelHome">,
  cwd: string,
  now: number,
): Promise<string | { readonly root: string }> {
  const root = groundOf(cwd).root;
  return (await keepTrust(root, home, openTrust(keelHome), now)) ?? { root };
}

/**
 * What a word for this folder would be for: the folder, where it is one that is trusted by itself; else a plugin directory, by its manifest,
 * by what it holds or by where it stands. Undefined where it is neither: then it is a part of `root`.
 */
export async function whatIsTrusted(
  folder: string,
  keelHome: string,
): Promise<{ readonly kind?: "folder" | "plugin"; readonly root: string }> {
  const real = await realpath(folder).catch(() => folder);
  const { root, repository } = groundOf(folder);
  const dropped =
    basename(dirname(real)) === "plugins" && (dirname(dirname(real)) === keelHome || basename(dirname(dirname(real))) === ".keel");
  if (dropped || dirname(folder) === join(keelHome, "plugins")) return { kind: "plugin", root };
  if (repository && root === real) return { kind: "folder", root };
  const { plugin, problems } = await readPlugin(folder);
  if (plugin === undefined && problems.length > 0) return { kind: "plugin", root }; // a broken one is no folder to trust instead
  if (plugin !== undefined && (plugin.format !== "folder" || (repository && startsSomething(plugin)))) return { kind: "plugin", root };
  return repository ? { root } : { kind: "folder", root };
}

const startsSomething = (plugin: PluginDecl): boolean =>
  (["hooks", "mcpServers", "lspServers", "monitors", "programs", "toolFiles"] as const).some((kind) => plugin[kind].length > 0);
