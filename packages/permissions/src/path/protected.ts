// Paths whose change runs code later, or changes what may be done: version control, editors, shells, package managers, agents.
// Compared without case and without trailing dots and blanks, as some file systems do; they count at any depth, and where nothing exists yet.
import { MARK } from "../shell/marks.ts";

const FOLDERS = [
  ".git",
  ".config/git",
  ".config/fish",
  ".vscode",
  ".idea",
  ".husky",
  ".cargo",
  ".devcontainer",
  ".yarn",
  ".mvn",
  ".lefthook",
  ".keel",
  ".claude",
  ".codex",
  ".gemini",
  ".cursor",
  ".opencode",
];
const STARTS = new Set(FOLDERS.map((folder) => folder.split("/")[0]));
/** Work trees of agents stand in a protected folder, and are there to be worked in. */
const OPEN = ".claude/worktrees";
/** Asked about where a mode would allow it; a rule may allow it. */
const WATCHED = ".github/workflows";

const FILES = new Set(
  [
    ".gitconfig .gitmodules .bashrc .bash_profile .bash_login .bash_logout .bash_aliases .profile .zshrc .zprofile .zshenv .zlogin .zlogout",
    ".kshrc .cshrc .tcshrc .login .logout .inputrc .envrc .npmrc .yarnrc .yarnrc.yml .pnpmfile.cjs .pnpmfile.mjs bunfig.toml .bunfig.toml",
    ".bazelrc .bazelversion .bazeliskrc .pre-commit-config.yaml .pre-commit-config.yml .devcontainer.json .ripgreprc pyrightconfig.json",
    "lefthook.yml lefthook.yaml lefthook.toml lefthook.json .lefthook.yml .lefthook.yaml .lefthook.toml .lefthook.json",
    "lefthook-local.yml lefthook-local.yaml .lefthook-local.yml .lefthook-local.yaml",
    "gradle-wrapper.properties maven-wrapper.properties .mcp.json .claude.json",
  ].flatMap((names) => names.split(" ")),
);

/** Beneath a folder that may be written: what a sandbox keeps from being written, there or not. Of version control what runs, or chooses what runs. */
export const protectedBeneath = (folder: string): readonly string[] =>
  [...FOLDERS.filter((name) => name !== ".git"), ...FILES, ...GIT_RUNS.map((name) => `.git/${name}`), WATCHED].map(
    (name) => `${folder === "/" ? "" : folder}/${name}`,
  );

const GIT_RUNS = ["hooks", "config", "config.worktree", "info", "modules", "commondir"];

/** Of a repository's own folder, there or not. */
export const gitRuns = (folder: string): readonly string[] => GIT_RUNS.map((name) => `${folder}/${name}`);

/** With these a folder is a repository itself, whose settings run programs; but not beside a `.git`, which is found first, and to which `HEAD` is a commit. */
export const BARE: readonly string[] = ["HEAD", "objects", "refs", "hooks", "config.worktree"];

/** Looked for first, because most paths hold none: a name that begins with a dot, or as one of the files does. */
const MAY = new RegExp(String.raw`(?:^|[\\/])(?:\.|${[...FILES].filter((name) => !name.startsWith(".")).join("|")})`);

/** `path`: absolute, or any text with slashes. */
export function isProtected(path: string): boolean {
  const folded = foldedOf(path);
  if (!MAY.test(folded)) return false;
  const names = namesOf(folded);
  const last = names.at(-1) ?? "";
  if (FILES.has(last) || last.startsWith(".pnp.")) return true;
  return names.some((name, at) => STARTS.has(name) && FOLDERS.some((folder) => standsAt(folder, names, at)) && !standsAt(OPEN, names, at));
}

/** The same of a path with wildcards: could they stand for such a name? */
export function mayBeProtected(path: string): boolean {
  if (isProtected(path)) return true;
  const names = namesOf(foldedOf(path));
  const wild = names.filter((name) => name.includes(MARK.glob) && name.startsWith("."));
  return wild.some((name) => [...FOLDERS.flatMap((folder) => folder.split("/")), ...FILES].some((known) => fits(name, known)));
}

function fits(name: string, known: string): boolean {
  const parts = name.split(MARK.glob);
  return known.startsWith(parts[0] ?? "") && known.endsWith(parts.at(-1) ?? "");
}

export function isWatched(path: string): boolean {
  const folded = foldedOf(path);
  return MAY.test(folded) && namesOf(folded).some((_, at, names) => standsAt(WATCHED, names, at));
}

const foldedOf = (path: string): string => path.normalize("NFC").toLowerCase();
const namesOf = (folded: string): readonly string[] => folded.split(SLASH).map(bare).filter(Boolean);
const SLASH = /[\\/]/;

/** `.git::$DATA` and `.git.` open .git elsewhere. */
const bare = (name: string): string =>
  name.includes(":") || name.endsWith(".") || name.endsWith(" ") ? name.replace(/:.*$/s, "").replace(/(?<=.)[. ]+$/, "") : name;
const standsAt = (folder: string, names: readonly string[], at: number): boolean =>
  folder.split("/").every((name, offset) => names[at + offset] === name);
