// What is known of programs by name. A name that stands here makes an allow rule narrower, or a restriction reach further; none widens.

/** They run what stands behind them, or code that is handed to them: a wildcard would allow anything. */
const RUNS = new Set(
  [
    "env sudo doas su pkexec runuser chroot unshare nsenter setpriv find watch setsid ionice taskset chrt flock nohup time timeout nice",
    "stdbuf command builtin exec noglob busybox toybox script scp sftp rsync at batch crontab systemd-run strace ltrace gdb lldb perf",
    "expect caffeinate unbuffer rlwrap entr trap alias hash enable shopt set declare typeset local readonly export unset read mapfile",
    "readarray let coproc if then elif else fi for while until do done case esac select function",
    "node nodejs deno bun tsx ts-node perl ruby irb php lua luajit tclsh wish awk gawk mawk nawk sed ed ex vi vim nvim view emacs less more",
    "man osascript julia r rscript groovy scala ghci jshell pypy pwsh powershell",
    "tmux screen fakeroot fakechroot dbus-run-session dbus-launch xvfb-run valgrind hyperfine ssh-agent catchsegv numactl prlimit",
    "socat proot firejail bwrap eatmydata faketime dotenv torsocks proxychains proxychains4 cpulimit softlimit chpst runcon sg linux32",
    "linux64 setarch i386 x86_64 start-stop-daemon daemonize machinectl systemd-inhibit scriptreplay mpirun mpiexec srun choom",
  ].flatMap((names) => names.split(" ")),
);

/** They run commands that they are handed or read. */
const SHELLS = new Set("sh bash rbash dash zsh ksh mksh fish csh tcsh eval source . xargs parallel ssh".split(" "));

/** They fetch or find a program by its name: a rule must spell that name out. */
const FETCHES = new Set(["npx", "pnpx", "bunx", "uvx", "pipx"]);

/** Options that run a program, so that a wildcard doesn't cover them. A single letter counts in a cluster too, a long one abbreviated. */
const EXEC_FLAGS: ReadonlyMap<string, readonly string[]> = new Map([
  ["git", ["-x", "-O", ..."exec-path upload-pack receive-pack exec ext-diff textconv open-files-in-pager extcmd config-env".split(" ")]],
  ["rg", ["-z", "pre", "pre-glob", "hostname-bin", "search-zip"]],
  ["fd", ["-x", "-X", "exec", "exec-batch"]],
  ["sort", ["compress-program"]],
  [
    "tar",
    ["-I", "-F", ..."to-command checkpoint-action use-compress-program info-script new-volume-script rsh-command rmt-command".split(" ")],
  ],
  ["zip", ["-T", "unzip-command"]],
  ["split", ["filter"]],
  ["install", ["strip-program"]],
  ["wget", ["use-askpass"]],
]);

/** Commands of git that run another one, or choose what will be run. */
const GIT_RUNS = /^(?:submodule foreach|bisect run|filter-branch|difftool|mergetool|instaweb|hook|config|send-email|daemon)(?= |$)/;

/** Options of git that may stand before its command and change nothing. */
const GIT_HARMLESS = new Set(["--version", "--help", "-h", "-v", "--no-pager", "-P", "--no-optional-locks"]);

/** No option of theirs writes a file or runs a program. */
const ONLY_READS = new Set(
  "cat head tail wc ls stat grep egrep fgrep cmp diff nl tac cut paste fold od realpath readlink basename dirname du df echo printf test true pwd md5sum sha1sum sha256sum sha512sum cksum".split(
    " ",
  ),
);

const WALKS = new Set("rg ag ack fd find tree du tar zip 7z rsync".split(" "));
const WALKS_BY_FLAG = new Set("grep egrep fgrep zgrep cp scp mv rm diff ls chmod chown".split(" "));

export const baseName = (program: string): string => program.slice(program.lastIndexOf("/") + 1);

export function runsArguments(program: string): boolean {
  const name = baseName(program).toLowerCase();
  if (/^ld(?:-linux[\w-]*|-musl[\w-]*|-[\d.]+)?\.so/.test(name)) return true; // the dynamic loader
  return RUNS.has(name) || SHELLS.has(name) || /^(?:python|pypy|perl|ruby|php|lua|node|pip)[\d.]+$|^python[\d.]*w?$/.test(name);
}

export const isShell = (program: string): boolean => SHELLS.has(baseName(program));
export const fetchesProgram = (program: string): boolean => FETCHES.has(baseName(program));
export const onlyReads = (program: string): boolean => ONLY_READS.has(program);

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

/** Does it look at everything beneath the folders it is given, or beneath where it stands? */
export function walks(words: readonly string[]): boolean {
  const name = baseName(words[0] ?? "");
  if (name === "git") return words.includes("grep") || words.includes("archive");
  return WALKS.has(name) || (WALKS_BY_FLAG.has(name) && words.some((word) => /^-[A-Za-z]*[rRad]|^--[rad]/.test(word)));
}

function isFlag(word: string, flag: string): boolean {
  if (flag.startsWith("-")) return /^-[A-Za-z0-9]/.test(word) && word.includes(flag.slice(1));
  const name = word.split("=")[0] ?? "";
  return name.length > 2 && name.startsWith("--") && flag.startsWith(name.slice(2));
}
