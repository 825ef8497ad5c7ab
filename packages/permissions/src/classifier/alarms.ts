// Shapes that speak for themselves. Training may weigh an alarm as it finds it, but never below a floor: no harmless company talks it down.
import { SECRET_PLACES, type View } from "./view.ts";

/** `earlier`: traits of units before this one; `before`: of its pipe; `fetched`: files that an earlier unit downloaded. */
export type Around = {
  readonly before: ReadonlySet<string>;
  readonly inside: ReadonlySet<string>;
  readonly earlier: ReadonlySet<string>;
  readonly fetched: ReadonlySet<string>;
};
type Alarm = readonly [name: string, rings: (view: View, around: Around) => boolean];

const LOADERS =
  /^(?:LD_PRELOAD|LD_AUDIT|DYLD_\w+|BASH_ENV|ENV|PROMPT_COMMAND|PS4|GIT_SSH(?:_COMMAND)?|GIT_EXTERNAL_DIFF|GIT_PAGER|GIT_EDITOR|GIT_ASKPASS|GIT_PROXY_COMMAND|GIT_SEQUENCE_EDITOR|GIT_EXEC_PATH|GIT_TEMPLATE_DIR|GIT_CONFIG_\w+|PERL5(?:OPT|LIB|DB)|PYTHONSTARTUP|PYTHONHOME|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|LESSOPEN|LESSCLOSE|MANPAGER|RUSTC_WRAPPER|CARGO_BUILD_RUSTC_WRAPPER|BROWSER|SUDO_ASKPASS|SSH_ASKPASS|IFS|GCONV_PATH|npm_config_script_shell|NPM_CONFIG_SCRIPT_SHELL|NODE_TLS_REJECT_UNAUTHORIZED|GIT_SSL_NO_VERIFY|HTTPS?_PROXY|PIP_INDEX_URL|PIP_EXTRA_INDEX_URL|RUSTC|CC|CXX)=/;
const LOADING =
  /^(?:PAGER|EDITOR|VISUAL|NODE_OPTIONS|PATH|PYTHONPATH|NODE_PATH|LD_LIBRARY_PATH|MAVEN_OPTS|GRADLE_OPTS|SHELL)=.*(?:\/tmp|\/dev\/shm|\bsh\b|!|--require|--import|-r\s|^PATH=(?:\.|\/tmp)|=\.:)/;

const is = (view: View, ...classes: readonly string[]): boolean => classes.some((one) => view.classes.includes(one));
const option = ({ options }: View, ...wanted: readonly string[]): boolean => wanted.some((one) => options.includes(one));
const any = (set: ReadonlySet<string>, ...wanted: readonly string[]): boolean => wanted.some((one) => set.has(one));
const touches = ({ operands, writes }: View, ...places: readonly string[]): boolean =>
  [...operands, ...writes].some((operand) => places.some((place) => operand.places.includes(place)));
const writesTo = (view: View, ...places: readonly string[]): boolean =>
  view.writes.some((operand) => places.some((place) => operand.places.includes(place))) ||
  (is(view, "place") && touches({ ...view, writes: [] }, ...places)) ||
  (view.name === "tee" && touches({ ...view, writes: [] }, ...places)) ||
  (/^(?:sed|perl)$/.test(view.name) && view.options.some((one) => /^-[a-z]*i|^--in-place/.test(one)) && touches(view, ...places));
const runsInput = (view: View): boolean =>
  is(view, "shell", "runtime") &&
  (view.operands.length === 0 || option(view, "-s") || view.operands.every(({ word }) => word === "-" || word === "/dev/stdin"));
const said = (view: View, what: RegExp): boolean => what.test(view.unit.text);

export const ALARMS: readonly Alarm[] = [
  [
    "runs-download",
    (view, { before, inside }) =>
      (runsInput(view) && any(before, "fetches")) ||
      (is(view, "shell", "run", "runtime") && any(inside, "fetches") && any(inside, "reaches-out")),
  ],
  [
    "runs-decoded",
    (view, { before, inside }) => (runsInput(view) && any(before, "decodes")) || (is(view, "shell", "run") && any(inside, "decodes")),
  ],
  [
    "runs-fetched-file",
    (view, { fetched }) =>
      [...view.unit.words.map(({ value }) => value)].some((word) => fetched.has(baseName(word))) &&
      (is(view, "shell", "run", "runtime", "system_package") || fetched.has(baseName(view.name))),
  ],
  ["network-device", ({ unit, reaches }) => reaches.some(({ scheme }) => scheme === "device") || /\/dev\/(?:tcp|udp)\//.test(unit.text)],
  [
    "loader",
    ({ unit, name, operands }) =>
      [
        ...unit.assigns,
        ...(/^(?:export|declare|typeset|env)$/.test(name)
          ? operands.map(({ word }) => word).concat(unit.words.map(({ value }) => value))
          : []),
      ].some((one) => LOADERS.test(one) || LOADING.test(one)),
  ],
  [
    "privilege",
    (view) =>
      is(view, "privilege") || view.unit.via.some((one) => /^(?:sudo|doas|su|pkexec|run0|runuser|chroot|nsenter|unshare)$/.test(one)),
  ],
  [
    "deletes-far",
    (view) =>
      is(view, "delete") && touches(view, "root", "home", "etc", "system", "var", "device", "mount", "home-dot", "far-above", "git-dir"),
  ],
  ["deletes-all", (view) => is(view, "delete") && touches(view, "whole-folder") && option(view, "-r", "-R", "-rf", "--recursive")],
  [
    "writes-device",
    (view) =>
      touches(view, "device") && (is(view, "disk", "place") || view.writes.length > 0 || view.name === "tee" || view.name === "cat"),
  ],
  [
    "sends-secret",
    (view, { before, inside, earlier }) =>
      is(view, "fetch", "socket", "copy_out", "mail", "ssh") &&
      !onlyLoopback(view) &&
      (view.traits.includes("secret") ||
        any(before, "secret", "environment") ||
        any(inside, "secret", "environment") ||
        (any(earlier, "secret") && option(view, "-d", "-F", "-T", "--data", "--data-binary", "--upload-file"))),
  ],
  [
    "reads-secret",
    (view) =>
      is(view, "read", "encode", "archive", "search", "structured", "stream", "place", "copy_out") &&
      touches(view, "credential", "key-file", "account-file", "env-file"),
  ],
  [
    "reverse-shell",
    (view) =>
      (is(view, "socket") && (option(view, "-e", "-c", "--exec", "--sh-exec") || said(view, /\bexec:|\bsystem:/i))) ||
      view.code.includes("reverse-shell") ||
      (is(view, "shell") && option(view, "-i") && view.unit.redirects.length > 0),
  ],
  ["stays", (view) => writesTo(view, "startup", "autostart", "hook", "account-file") || (view.name === "crontab" && !option(view, "-l"))],
  [
    "writes-system",
    (view) => writesTo(view, "etc", "system", "sys", "proc") || (view.name === "chmod" && touches(view, "root", "etc", "system")),
  ],
  ["fork-bomb", ({ unit }) => unit.via.includes("function") && unit.words[0]?.value === ":"],
  [
    "wipes-traces",
    (view) =>
      (view.name === "history" && option(view, "-c", "-w", "-d")) ||
      said(view, /\bHISTFILE|HISTSIZE|HISTCONTROL|HISTFILESIZE/) ||
      view.unit.assigns.some((one) => /^HIST(?:FILE|SIZE|CONTROL|FILESIZE)=/.test(one)) ||
      ((is(view, "delete", "place") || view.writes.length > 0) && touches(view, "history", "log-place")),
  ],
  ["hidden-run", (view) => HIDDEN.some(([program, what]) => program.test(view.name) && what.test(view.unit.text))],
  [
    "obscured-program",
    ({ unit }) =>
      (unit.words[0]?.marks ?? []).some(
        (mark) =>
          mark !== "Literal" &&
          mark !== "DoubleQuoted" &&
          mark !== "SimpleExpansion" &&
          mark !== "ParameterExpansion" &&
          mark !== "variable",
      ) ||
      (unit.words[0]?.marks.includes("known-variable") ?? false),
  ],
  ["metadata-service", ({ reaches }) => reaches.some(({ kinds }) => kinds.includes("metadata"))],
  [
    "drop-host",
    (view) =>
      is(view, "fetch", "socket", "copy_out", "ssh", "lookup") &&
      view.reaches.some(({ kinds }) => kinds.includes("drop") || kinds.includes("onion")),
  ],
  ["attack-tool", (view) => is(view, "scan")],
];

/** Programs that run what an option or an operand says, by their text. */
const HIDDEN: readonly (readonly [program: RegExp, what: RegExp])[] = [
  [
    /^g?tar$|^bsdtar$/,
    /--(?:checkpoint-action|to-command|use-compress-program|rsh-command|info-script|new-volume-script)|\s-I\s|\s-F\s*\S*sh/,
  ],
  [
    /^git$/,
    /(?:^|\s)(?:-c|--config-env)[\s=]*(?:core\.(?:pager|editor|sshcommand|hookspath|fsmonitor|askpass|gitproxy|attributesfile)|alias\.|diff\.\S*(?:external|textconv|command)|filter\.|merge\.\S*driver|credential\.|gpg\.|protocol\.ext|sequence\.editor|pager\.|interactive\.difffilter|uploadpack\.|remote\.\S*(?:proxy|uploadpack|receivepack)|http\.proxy|url\.|include\.|init\.templatedir|submodule\.)|--(?:upload-pack|receive-pack|exec-path|exec|ext-diff|open-files-in-pager)|ext::|config\s.*(?:alias\.\S+\s+["']?!|core\.(?:pager|editor|sshcommand|hookspath|fsmonitor|askpass)|credential\.helper|url\..*insteadof|http\.proxy|http\.sslverify|filter\.|diff\.external|\.textconv|include\.path|init\.templatedir)|submodule\s+foreach|bisect\s+run|\s-O\S*sh/i,
  ],
  [
    /^(?:ssh|scp|sftp|rsync)$/,
    /proxycommand|localcommand|knownhostscommand|proxyusefdpass|\s-e\s+\S*(?:sh\s+-c|\.sh|\/tmp)|--rsync-path=?.*[;|&\s]|--rsh|\s-S\s/i,
  ],
  [/^find$/, /-(?:exec|execdir|ok)\s+(?:\/\S*\/)?(?:ba|z|da)?sh\b|-fprintf?\s+(?:\/|~)/],
  [/^[gmn]?awk$/, /system\s*\(|\|\s*["']?(?:\/\S*\/)?(?:ba)?sh|\|\s*getline|print[^}]*\|\s*"|\/inet\//],
  [/^g?sed$/, /(?:^|\s)["']?(?:1|\$|\d+)?e(?:xec)?\s+\w|\/[gpI0-9]*e[gp]*(?:\s|$)/],
  [
    /^(?:vi|vim|nvim|view|ex|ed|emacs|nano|emacsclient)$/,
    /!|system\(|terminal|--eval|-f\s+\S*shell|:py|\blua\b|-S\s|--cmd|-s\s+\S*sh|-u\s+\/tmp/,
  ],
  [/^(?:zip|unzip|7z|rar)$/, /-TT|--unzip-command|-sfx/],
  [/^(?:man|less|more|git|bat|psql|mysql|systemctl|gdb|ftp)$/, /-P\s*\S*sh|--pager|\\!|^less.*!|-ex\s*['"]?!|shell\s/],
  [
    /^(?:pip3?|uv|pipx|poetry|pdm)$/,
    /(?:--(?:extra-)?index-url|-i\b|--find-links|--trusted-host)[\s=]*(?!\S*pypi\.org)|git\+|https?:\/\/|file:\/\/|\s\/tmp/,
  ],
  [
    /^(?:npm|npx|pnpm|yarn|bun|bunx)$/,
    /--(?:script-shell|registry|node-options|ignore-scripts=false|unsafe-perm|call)|\s-c\s|(?:https?|git\+\w+|git|ssh):\/\/|github:|pkg\s+set\s+scripts|config\s+set|\s-g\b|--global|set-script/,
  ],
  [/^(?:g?make|ninja|cmake|just|rake)$/, /SHELL=|--eval|-f\s*(?:-|\/tmp|\/dev)|\$\(shell|-P\s+\/tmp|-E\s+\S*sh/],
  [
    /^(?:cargo|go|gem|bundle|composer|brew|conda)$/,
    /--config\s*\S*(?:runner|rustc|linker)|-toolexec|-exec[\s=]|--git\s|https?:\/\/|CGO_|-ldflags\s*\S*-extldflags/,
  ],
  [
    /^(?:docker|podman|nerdctl|docker-compose)$/,
    /--privileged|docker\.sock|-v\s*\/(?:\s|:|etc|root|home|var|usr|proc|sys)|--pid[=\s]*host|--cap-add|--network[=\s]*host|--security-opt|--device|--volume[=\s]*\/:|source=\/,|src=\/,|--userns[=\s]*host|-v\s*\S*\.(?:ssh|aws)/,
  ],
  [/^(?:kubectl|helm|oc)$/, /--post-renderer|privileged|hostPID|hostPath|--overrides/],
  [
    /^(?:rg|fd|fzf|bat|ack|ag|parallel|xargs)$/,
    /--pre[\s=]|--preview|--pager|(?:-x|-X|--exec(?:-batch)?)\s+(?:\/\S*\/)?(?:(?:ba|z|da)?sh|rm|shred|curl)\b|--execute|--bind/,
  ],
  [
    /^(?:node|deno|bun|python3?|ruby|perl|php|java|mvn|gradle)$/,
    /(?:--require|--import|-r)\s*(?:\/tmp|\/dev\/shm|data:|https?:)|--loader|-javaagent|-agentpath|--init-script|-I\s*\/tmp|exec:exec|-d\s*(?:auto_prepend|allow_url)|https?:\/\/\S*\.(?:ts|js|mjs|py)\b/,
  ],
  [
    /^(?:curl|wget)$/,
    /\s-K\s|--config[\s=]|--use-askpass|--post-file|--upload-file|\s-T\s|-F\s*\S*=@|(?:-d|--data\S*)[\s=]*@(?!\S*\.json)|gopher:|dict:|file:\/\/\/(?:etc|home|root)|--proxy[\s=]|-o\s*(?:\/etc|~|\/usr|\/root|\$HOME)|--unix-socket/,
  ],
  [/^(?:openssl)$/, /s_client.*-connect|-engine|s_server/],
  [
    /^(?:nmap|ffmpeg|gcc|cc|clang|ld|tcpdump|strace|gdb|valgrind|time|env|script|expect|watch|logrotate|start-stop-daemon|run-parts|ionice|taskset|capsh|dmesg|nohup|screen|tmux|cpulimit|aria2c|wget|exiftool|convert|gs|pdftex|pdflatex|latex|bpftrace|dpkg|rpm|apt|apt-get|yum|snap)$/,
    /--script|-wrapper|-z\s*\S+sh|\bpython\b.*import\s+os|--on-download|--use-askpass|shell-escape|Pre-Invoke|-c\s+['"]?(?:(?:ba)?sh|exec|nc|curl)|--exec|-ex\s|-o\s+\S*Pre-|%pipe%|-S\s+\S*sh|send-keys/,
  ],
];

const onlyLoopback = ({ reaches }: View): boolean => reaches.length > 0 && reaches.every(({ kinds }) => kinds.includes("loopback"));
export const baseName = (word: string): string => word.slice(word.lastIndexOf("/") + 1);

export const alarmsOf = (view: View, around: Around): readonly string[] =>
  ALARMS.filter(([, rings]) => rings(view, around)).map(([name]) => name);
export const isSecretPlace = (place: string): boolean => SECRET_PLACES.includes(place);
