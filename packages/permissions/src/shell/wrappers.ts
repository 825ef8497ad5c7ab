// Programs that run the words behind their own. `free`: an allowance looks through it, if all its own words are known;
// a restriction looks through every one of them.

export type Wrapper = {
  /** Letters and long names whose value is the next word. */
  readonly valued?: string;
  readonly long?: string;
  /** Letters and long names without a value; any other makes it unsure where its command begins. */
  readonly plain?: string;
  readonly plainLong?: string;
  /** Words of its own before the command. */
  readonly operands?: number;
  readonly assigns?: true;
  /** A single dash is an option. */
  readonly dash?: true;
  readonly free?: true;
  /** Letters and long names whose value is a file of its own; `own`: its first operand is one. */
  readonly reads?: string;
  readonly writes?: string;
  readonly own?: "writes";
};

const AS_USER: Wrapper = {
  valued: "ugpChrtTUDRa",
  long: "user group prompt close-from host role type other-user chdir chroot command-timeout",
  plain: "AbEHKknPSsi",
  assigns: true,
};
const LAUNCH: Wrapper = { valued: "ncpwC", long: "name prefix package filter dir cwd python with" };

export const WRAPPERS: Readonly<Record<string, Wrapper>> = {
  timeout: {
    valued: "ks",
    long: "kill-after signal",
    plain: "v",
    plainLong: "preserve-status foreground verbose",
    operands: 1,
    free: true,
  },
  time: { writes: "o output", valued: "of", long: "output format", plain: "p", free: true },
  nice: { valued: "n", long: "adjustment", plain: "0123456789", free: true },
  nohup: { free: true },
  stdbuf: { valued: "ioe", long: "input output error", free: true },
  command: { plain: "p", free: true },
  builtin: { free: true },
  noglob: { free: true },
  exec: { valued: "a", plain: "cl" },
  env: {
    valued: "uCS",
    long: "unset chdir split-string",
    plain: "i0v",
    plainLong: "ignore-environment null debug",
    assigns: true,
    dash: true,
  },
  sudo: AS_USER,
  doas: { valued: "uaC", plain: "nLs" },
  su: { valued: "csgG", long: "command shell group", plain: "lmpfP", operands: 1, dash: true },
  runuser: { valued: "ucsgG", long: "user command shell group", plain: "lmpf" },
  pkexec: { long: "user" },
  gosu: { operands: 1 },
  "su-exec": { operands: 1 },
  sg: { valued: "c", operands: 1 },
  runcon: { valued: "tulr" },
  chroot: { long: "userspec groups", operands: 1 },
  unshare: { valued: "SGRw", long: "root wd setuid setgid", plain: "mnpuUirfcC" },
  nsenter: { valued: "tSGrw", long: "target setuid setgid root wd", plain: "mnpuUiCaF" },
  setpriv: { long: "reuid regid groups" },
  bwrap: {},
  firejail: {},
  proot: { valued: "rbw" },
  fakeroot: { valued: "lsiub", plain: "hv" },
  fakechroot: {},
  watch: { valued: "nq", long: "interval", plain: "bcdegtpxwr" },
  setsid: { plain: "cfw" },
  ionice: { valued: "cnp", long: "class classdata", plain: "t" },
  taskset: { plain: "ac", operands: 1 },
  chrt: { valued: "TPDp", plain: "bfioram", operands: 1 },
  choom: { valued: "np" },
  numactl: { valued: "NmC" },
  prlimit: {},
  cpulimit: { valued: "lpe" },
  softlimit: { valued: "acdfmoprst" },
  chpst: { valued: "uUeb/n" },
  flock: { own: "writes", valued: "wEc", long: "timeout conflict-exit-code command", plain: "enosxuF", operands: 1 },
  strace: { writes: "o output", valued: "oepsEuPabIOSX", plain: "fFcCdhiknqrtTvVwxyDzZ" },
  ltrace: { writes: "o output", valued: "oepsuanlxF", plain: "fcCiLrStTb" },
  valgrind: {},
  gdb: { plainLong: "args" },
  lldb: {},
  perf: { operands: 1 },
  hyperfine: { valued: "wmrpcSLn", long: "warmup runs prepare cleanup shell" },
  uclampset: { valued: "mMp" },
  chronic: { plain: "ve" },
  ifne: { plain: "n" },
  caffeinate: { valued: "tw", plain: "dimsu" },
  unbuffer: { plain: "p" },
  rlwrap: { valued: "aAbcCDefFgHilmMnNopPqrsSt" },
  script: { own: "writes", writes: "O B T log-out log-io log-timing", valued: "cEoTBIOmt", long: "command", plain: "aefqv" },
  parallel: { reads: "a arg-file", valued: "jaIdnLNP", long: "jobs arg-file" },
  entr: { plain: "acdnprsz" },
  busybox: {},
  toybox: {},
  "systemd-run": { valued: "puGM", long: "unit property uid gid setenv" },
  "systemd-inhibit": {},
  "start-stop-daemon": { valued: "xpunca", long: "exec startas pidfile user" },
  "dbus-run-session": {},
  "dbus-launch": {},
  "xvfb-run": { valued: "sneflp", plain: "a" },
  "ssh-agent": { valued: "aEtP" },
  catchsegv: {},
  eatmydata: {},
  faketime: { operands: 1 },
  dotenv: { valued: "e" },
  dotenvx: { operands: 1 },
  "cross-env": { assigns: true },
  torsocks: {},
  proxychains: {},
  proxychains4: {},
  setarch: { operands: 1 },
  linux32: {},
  linux64: {},
  i386: {},
  x86_64: {},
  mpirun: { valued: "nc" },
  mpiexec: { valued: "nc" },
  srun: { valued: "nNcp" },
  xargs: {
    reads: "a arg-file",
    valued: "InPLdEsa",
    long: "max-args max-procs delimiter max-chars arg-file process-slot-var",
    plain: "0rtpxo",
    plainLong: "null no-run-if-empty verbose interactive exit open-tty replace eof max-lines",
    free: true,
  },
  npx: { ...LAUNCH, plain: "yq" },
  pnpx: LAUNCH,
  bunx: LAUNCH,
  uvx: { ...LAUNCH, long: `${LAUNCH.long} from` },
  pipx: { operands: 1 },
};

/** They run what stands behind one of these words of theirs; their other commands do something else. */
const LAUNCHERS: Readonly<Record<string, readonly string[]>> = {
  npm: ["exec", "x"],
  pnpm: ["exec", "dlx"],
  yarn: ["exec", "dlx"],
  bun: ["x", "exec"],
  bundle: ["exec"],
  cargo: ["exec", "watch", "with"],
  uv: ["run", "x"],
  rye: ["run"],
  pdm: ["run"],
  poetry: ["run"],
  pipenv: ["run"],
  hatch: ["run"],
  conda: ["run"],
  mamba: ["run"],
  micromamba: ["run"],
  mise: ["exec", "x"],
  asdf: ["exec"],
  direnv: ["exec"],
  rbenv: ["exec"],
  pyenv: ["exec"],
  rustup: ["run"],
  nix: ["run", "shell", "develop"],
  docker: ["exec", "run"],
  podman: ["exec", "run"],
  kubectl: ["exec", "run"],
  tmux: ["new", "new-session", "new-window", "split-window", "neww", "respawn-pane", "send-keys", "run-shell", "run"],
  screen: ["-dm", "-dmS", "-S", "-d"],
  machinectl: ["shell"],
};

/** Commands of package managers that take names of packages, scripts or tests: what follows them isn't run. */
const MANAGES = new Set(
  "test t run install i ci add remove rm uninstall link ls list outdated view info why publish pack audit update upgrade config init create".split(
    " ",
  ),
);

/** Which of a launcher's words stands before the command that it runs; undefined for any other list of words. */
export function launchesAt(name: string, words: readonly string[]): number | undefined {
  const by = Object.hasOwn(LAUNCHERS, name) ? LAUNCHERS[name] : undefined;
  const at = by ? words.findIndex((word) => by.includes(word)) : -1;
  const manages = words.slice(0, Math.max(at, 0)).some((word) => MANAGES.has(word));
  return at === -1 || manages ? undefined : at;
}

export const SHELLS = new Set("sh bash rbash dash ash zsh ksh mksh fish csh tcsh".split(" "));

/** They run code of a language that isn't read here, from these options, or from standard input. */
export const LANGUAGES: ReadonlyMap<string, RegExp> = new Map(
  [
    ["python pypy python2", /^-[a-zA-Z]*c/],
    ["node nodejs bun deno tsx ts-node", /^(?:-[a-z]*[ep]|--eval|--print|eval)/],
    ["perl ruby lua luajit", /^-[a-zA-Z0-9]*[eE]/],
    ["php", /^-[rRBE]/],
    ["awk gawk mawk nawk", /^/],
    ["osascript", /^-e/],
    ["rscript r julia", /^(?:-e|--eval)/],
    ["groovy scala ghci jshell elixir erl", /^-e/],
    ["pwsh powershell", /^-[cCeE]/],
    ["tclsh wish expect", /^-c/],
    ["vim vi nvim view ex ed emacs", /^(?:\+|-c|--cmd|--eval|-e)/],
    ["less more man", /^(?:\+|-P|-H|--pager)/],
    ["gdb lldb", /^-{1,2}(?:ex|eval|o)/],
    ["socat", /(?:exec|system):/i],
    ["sqlite3 psql mysql", /^(?:\.|-c|-e|--command)/],
  ].flatMap(([names, flag]) =>
    String(names)
      .split(" ")
      .map((name) => [name, flag instanceof RegExp ? flag : /^/] as const),
  ),
);
