// Does a program run the words it is given? Some do behind a word of theirs, some never do; of any other it isn't known,
// and a program that a rule restricts may be run by it.
import { gitIn, isHarmlessGlobal } from "./git.ts";
import { baseName, hasExecFlag } from "./programs.ts";

/** Where the command of a launcher that runs what is behind it stands; undefined for any other list of words. */
export function launchesAt(words: readonly string[]): number | undefined {
  const name = baseName(words[0] ?? "").toLowerCase();
  const by = LAUNCHES.get(name) ?? [];
  const at = manages(name, words[1]) ? -1 : words.findIndex((word, index) => index > 0 && by.includes(word));
  return at === -1 ? undefined : at;
}

/** Is it known that none of these words is run as a program? */
export function keepsToItself(words: readonly string[]): boolean {
  const [program = "", command = ""] = words;
  const name = baseName(program).toLowerCase();
  const git = name === "git" ? gitIn(words) : undefined;
  if (git) return git.global.every(isHarmlessGlobal) && !hasExecFlag(["git", ...git.words], new Set());
  if (LAUNCHES.has(name)) return manages(name, command);
  return KEEPS.has(name) && !hasExecFlag([name, ...words.slice(1)], new Set());
}

const manages = (name: string, command = ""): boolean => MANAGES.has(command) && LAUNCHES.get(name)?.includes(command) === false;

/** They run what stands behind one of these words. Their other commands do something else. */
const LAUNCHES: ReadonlyMap<string, readonly string[]> = new Map<string, readonly string[]>([
  ["npm", ["exec", "x"]],
  ["pnpm", ["exec", "dlx"]],
  ["yarn", ["exec", "dlx"]],
  ["bun", ["x", "exec"]],
  ["bundle", ["exec"]],
  ["cargo", ["exec", "watch", "with"]],
  ["uv", ["run", "x"]],
  ["rye", ["run"]],
  ["pdm", ["run"]],
  ["hatch", ["run"]],
  ["poetry", ["run"]],
  ["pipenv", ["run"]],
  ["conda", ["run"]],
  ["mamba", ["run"]],
  ["micromamba", ["run"]],
  ["mise", ["exec", "x"]],
  ["asdf", ["exec"]],
  ["direnv", ["exec"]],
  ["rbenv", ["exec"]],
  ["pyenv", ["exec"]],
  ["rustup", ["run"]],
  ...["docker", "podman", "kubectl", "brew", "gem", "go"].map((name) => [name, []] as const), // no words of this machine's programs, but behind other commands that isn't known
  ["nix", ["run", "shell", "develop"]],
]);

/** They run none of the words they are given; an option that does (EXEC_FLAGS) takes them out. */
const KEEPS = new Set(
  [
    "echo printf cat head tail wc ls stat grep egrep fgrep zgrep rg fd tree du df file cmp diff nl tac cut paste fold od xxd hexdump",
    "strings realpath readlink basename dirname true false test [ [[ : pwd cd pushd popd md5sum sha1sum sha256sum sha512sum cksum sort uniq",
    "tr rev comm join column jq yq sleep kill pkill ps top date cal which type whereis whatis apropos help id whoami groups uname hostname",
    "cp mv mkdir touch rm rmdir unlink shred ln install chmod chown chgrp tar zip unzip gzip gunzip zcat bzip2 xz base64 base32 export unset",
    "curl wget ping dig host nslookup gh apt apt-get dnf yum apk pacman pip pip3 tsc eslint",
    "prettier vitest jest mocha pytest ruff black mypy make seq expr bc tee split truncate dd lsof",
  ].flatMap((names) => names.split(" ")),
);

/** Commands of package managers that take names of packages, scripts or tests, never of programs. */
const MANAGES = new Set(
  [
    "test t run run-script start stop restart install i ci clean-install add remove rm uninstall un link ls list outdated view info show",
    "why publish pack version audit update up upgrade dedupe prune search config init create fund doctor build check fmt clippy bench doc",
    "clean fetch tree lock sync pip venv env shell self cache login logout whoami",
  ].flatMap((names) => names.split(" ")),
);
