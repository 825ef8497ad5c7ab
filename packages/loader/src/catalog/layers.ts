/**
 * The plugin directories of a session. Rule: everything on disk is one: the user's folders, the project's from where it starts up to the
 * root of its repository, and the plugins that are handed over. Only what is there is listed; nothing is opened.
 */
import { lstatSync, readdirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { CLAUDE_JSON } from "./claude-json.ts";
import type { LayerKind } from "./rank.ts";

/** `within`: what its links may not lead out of; see `readPlugin`. `format`: where the folder's name doesn't tell. */
export type PluginLayer = {
  readonly kind: LayerKind;
  readonly root: string;
  readonly within: string;
  readonly format?: string;
  /** What the plugin is called, whatever it says itself (the name it was installed under). */
  readonly name?: string;
  /** Of a file that speaks of many projects: the paths this one is known by. */
  readonly projects?: readonly string[];
};

/** All paths absolute. */
export type LayerPlaces = {
  readonly cwd: string;
  readonly home: string;
  /** Default `~/.keel`, `~/.claude`, `~/.codex`. */
  readonly keelHome?: string;
  readonly claudeHome?: string;
  readonly codexHome?: string;
  /** Folders of the administrator with the layout of `.claude`. */
  readonly managed?: readonly string[];
  /** Folders named on the command line, whose `.claude`, `.agents` … count too. */
  readonly addDirs?: readonly string[];
  readonly plugins?: readonly {
    readonly root: string;
    readonly kind?: "flag" | "plugin" | "distribution" | "bundled";
    readonly name?: string;
  }[];
};

type Folder = { readonly folder: string; readonly format: string; readonly project: LayerKind; readonly user: LayerKind };
const FOLDERS: readonly Folder[] = [
  { folder: ".keel", format: "keel-folder", project: "keel_project", user: "keel_user" },
  { folder: ".claude", format: "claude-folder", project: "claude_project", user: "claude_user" },
  { folder: ".agents", format: "agents-folder", project: "agents_project", user: "agents_user" },
  { folder: ".codex", format: "codex-folder", project: "codex_project", user: "codex_user" },
  { folder: ".gemini", format: "gemini-folder", project: "gemini_project", user: "gemini_user" },
];

/** Below a `.keel`: each folder in it is a plugin. */
const DROPPED = "plugins";

export function findLayers(places: LayerPlaces): readonly PluginLayer[] {
  const { cwd, home, keelHome, claudeHome, codexHome, managed = [], addDirs = [], plugins = [] } = places;
  const moved: Readonly<Record<string, string | undefined>> = { ".keel": keelHome, ".claude": claudeHome, ".codex": codexHome };
  const users = FOLDERS.flatMap(({ folder, format, user }): readonly PluginLayer[] => {
    const root = moved[folder] ?? join(home, folder);
    return isFolder(root) ? [{ kind: user, root, within: "anywhere", format }] : [];
  });
  const own = new Set(users.map(({ root }) => realOr(root)));
  const given = new Set(plugins.map(({ root }) => realOr(root))); // one that was dropped in and named counts once
  const dropped = (folder: string, kind: LayerKind, within?: string): readonly PluginLayer[] =>
    foldersIn(join(folder, DROPPED)).flatMap((root) => (given.has(realOr(root)) ? [] : [{ kind, root, within: within ?? root }]));
  const top = repositoryOf(cwd);
  const inProject = upTo(cwd, top).flatMap((dir) => projectLayers(dir, top));
  const added = addDirs.flatMap((dir) => projectLayers(dir, repositoryOf(dir)).filter(({ kind }) => kind !== "project_files"));
  const above = upTo(top, sep)
    .slice(1)
    .map((root): PluginLayer => ({ kind: "ancestor_files", root, within: root, format: "ancestor" }));
  const projects = [...inProject, ...added].filter(({ root }) => !own.has(realOr(root))); // at home, the project's folder is the user's
  const claudeJson = join(home, ".claude.json");
  const servers = lstatSync(claudeJson, { throwIfNoEntry: false })?.isFile()
    ? (["claude_local", "claude_user"] as const).map((kind): PluginLayer => ({
        kind,
        root: claudeJson,
        within: "anywhere",
        format: CLAUDE_JSON,
        projects: [cwd, top],
      }))
    : [];
  return [
    ...managed.filter(isFolder).map((root): PluginLayer => ({ kind: "managed", root, within: "anywhere", format: "claude-folder" })),
    ...projects,
    ...above,
    ...users,
    ...servers,
    ...dropped(keelHome ?? join(home, ".keel"), "plugin"),
    ...projects.flatMap(({ kind, root, within }) => (kind === "keel_project" ? dropped(root, "project_plugin", within) : [])),
    ...plugins.map(({ root, kind = "plugin", name }): PluginLayer => ({ kind, root, within: root, ...(name !== undefined && { name }) })),
  ];
}

/** Those between the session's folder and a file below it: they count once the file is touched. Nearest first. */
export function nestedLayers(cwd: string, file: string): readonly PluginLayer[] {
  const step = relative(cwd, dirname(file));
  if (step === "" || step === ".." || step.startsWith(`..${sep}`)) return [];
  const top = repositoryOf(cwd);
  return upTo(dirname(file), cwd)
    .slice(0, -1)
    .flatMap((dir) => projectLayers(dir, top));
}

function projectLayers(dir: string, within: string): readonly PluginLayer[] {
  return [
    ...FOLDERS.flatMap(({ folder, format, project }): readonly PluginLayer[] =>
      isFolder(join(dir, folder)) ? [{ kind: project, root: join(dir, folder), within, format }] : [],
    ),
    { kind: "project_files", root: dir, within, format: "project" },
  ];
}

/** The nearest folder upwards that holds `.git`, else the folder itself. Looked up by name: no program is asked. */
function repositoryOf(cwd: string): string {
  return upTo(cwd, sep).find((dir) => lstatSync(join(dir, ".git"), { throwIfNoEntry: false }) !== undefined) ?? cwd;
}

/** From a folder upwards, both ends included. */
function upTo(from: string, top: string): readonly string[] {
  const parent = dirname(from);
  return from === top || parent === from ? [from] : [from, ...upTo(parent, top)];
}

/** Hidden ones are somebody's rests. */
function foldersIn(dir: string): readonly string[] {
  try {
    return readdirSync(dir)
      .filter((name) => !name.startsWith("."))
      .toSorted()
      .map((name) => join(dir, name))
      .filter(isFolder);
  } catch {
    return []; // not there, or nobody may look
  }
}

function isFolder(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
  } catch {
    return false; // nobody may look, or a link leads in a circle
  }
}

function realOr(path: string): string {
  try {
    return realpathSync.native(path);
  } catch {
    return path; // gone since it was found
  }
}
