// What keeps a wildcard in an allow rule from choosing what runs. A name that stands here makes an allow rule narrower; none widens.
import { LANGUAGES, SHELLS, WRAPPERS } from "./wrappers.ts";
import { baseName } from "./program.ts";

/** Builtins and keywords that change what other words mean, and programs that run what they are told in ways that no option shows. */
const RUNS = new Set(
  [
    "eval source . trap alias unalias hash enable shopt set declare typeset local readonly export unset read mapfile readarray let coproc getopts",
    "if then elif else fi for while until do done case esac select function bind complete ssh at batch crontab scriptreplay daemon r ex ed",
    "vi vim nvim view emacs less more man awk gawk mawk nawk expect socat gdb lldb sqlite3 psql mysql osascript",
  ].flatMap((names) => names.split(" ")),
);
/** They change what the commands behind them mean. */
const CHANGES_SHELL = new Set(
  "eval source . trap alias unalias hash enable shopt set declare typeset local readonly export unset read mapfile readarray let exec".split(
    " ",
  ),
);

/** They fetch or find a program by its name: a rule must spell that name out. */
const FETCHES = new Set(["npx", "pnpx", "bunx", "uvx", "pipx"]);

/** Options that run a program. A single letter counts in a cluster too, a long one abbreviated. */
const EXEC_FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ["git", [..."exec-path upload-pack receive-pack exec ext-diff textconv open-files-in-pager extcmd config-env output".split(" ")]],
  ["rg", ["-z", "pre", "pre-glob", "hostname-bin", "search-zip"]],
  ["fd", ["-x", "-X", "exec", "exec-batch"]],
  ["find", ["-exec", "-execdir", "-ok", "-okdir", "-delete", "-fprint", "-fls"]],
  ["sort", ["compress-program"]],
  [
    "tar",
    ["-I", "-F", ..."to-command checkpoint-action use-compress-program info-script new-volume-script rsh-command rmt-command".split(" ")],
  ],
  ["zip", ["-T", "unzip-command"]],
  ["split", ["filter"]],
  ["install", ["strip-program"]],
  ["wget", ["use-askpass"]],
  ["rsync", ["-e", "rsh", "rsync-path"]],
  ["scp", ["-S", "-o"]],
  ["sftp", ["-S", "-o", "-D"]],
]);

/** Commands of git that run another one, or choose what will be run. */
const GIT_RUNS =
  /^(?:rebase (?:\S+ )*-\w*x\S*|grep (?:\S+ )*-\w*O\S*|submodule foreach|bisect run|filter-branch|difftool|mergetool|instaweb|hook|config|send-email|daemon)(?= |$)/;
/** Options of git that may stand before its command and change nothing. */
const GIT_HARMLESS = new Set(["--version", "--help", "-h", "-v", "--no-pager", "-P", "--no-optional-locks"]);

export const changesShell = (program: string): boolean => CHANGES_SHELL.has(program);
export const fetchesProgram = (program: string): boolean => FETCHES.has(baseName(program));
export const hasExecFlags = (program: string): boolean => EXEC_FLAGS.has(baseName(program));

export const isInterpreter = (program: string): boolean => {
  const name = baseName(program).toLowerCase();
  return !RUNS.has(name) && (SHELLS.has(name) || LANGUAGES.has(name) || LANGUAGES.has(name.replace(/[\d.]+w?$/, "")));
};

/** They run what stands behind them, or code that is handed to them: a wildcard would allow anything. */
export function runsArguments(program: string): boolean {
  const name = baseName(program).toLowerCase();
  if (/^ld(?:-linux[\w-]*|-musl[\w-]*|-[\d.]+)?\.so/.test(name)) return true; // the dynamic loader
  return RUNS.has(name) || (Object.hasOwn(WRAPPERS, name) && !FETCHES.has(name));
}

/** Of an interpreter: does it run a file or a module, with no code among its words? Then what runs is named by them. */
export function runsFile([program = "", ...words]: readonly string[]): boolean {
  const name = baseName(program).toLowerCase();
  if (/^(?:bun|deno)$/.test(name) && TASKS.has(words[0] ?? "")) return true;
  if (/^(?:python|pypy)/.test(name) && words[0] === "-m") return /^[\w.]+$/.test(words[1] ?? "");
  const at = words.findIndex((word) => !/^-[A-Za-z]$|^--[\w-]+(?:=[\w./:-]*)?$/.test(word));
  const flags = words.slice(0, at === -1 ? undefined : at);
  const code = LANGUAGES.get(name) ?? LANGUAGES.get(name.replace(/[\d.]+w?$/, "")) ?? /^-[a-z]*[cs]/;
  if (flags.some((word) => code.test(word) || LOADS.test(word))) return false;
  const file = words[at];
  return file === undefined ? flags.includes("--test") : file !== "-" && /[./]/.test(file);
}

const TASKS = new Set("run test task install i ci add remove fmt lint check build".split(" "));
const LOADS = /^(?:-[eEpcmrsiIn]|--(?:eval|print|require|import|loader|command|rcfile|init-file|include).*)$/;

/** `named`: words that the rule's author wrote himself. */
export function hasExecFlag(words: readonly string[], named: ReadonlySet<string>): boolean {
  const [program = "", ...others] = words;
  const name = baseName(program);
  const behindFlags = others.findIndex((word) => !word.startsWith("-"));
  const leading = others.slice(0, behindFlags === -1 ? undefined : behindFlags);
  if (name === "git" && leading.some((word) => !GIT_HARMLESS.has(word) && !named.has(word))) return true;
  const runs = name === "git" ? GIT_RUNS.exec(others.slice(leading.length).join(" "))?.[0] : undefined;
  if (runs?.split(" ").some((word) => !named.has(word))) return true;
  const flags = EXEC_FLAGS.get(name) ?? [];
  const cluster = name === "tar" ? others.slice(0, 1).map((word) => `-${word}`) : []; // `tar cIf` needs no dash
  return [...others, ...cluster].some((word) => !named.has(word) && flags.some((flag) => isFlag(word, flag)));
}

function isFlag(word: string, flag: string): boolean {
  if (flag.length > 2 && flag.startsWith("-")) return word.startsWith(flag);
  if (flag.startsWith("-")) return /^-[A-Za-z0-9]/.test(word) && word.includes(flag.slice(1));
  const name = word.split("=")[0] ?? "";
  return name.length > 2 && name.startsWith("--") && flag.startsWith(name.slice(2));
}
