// Code that hides in an option, an operand or a variable of a program that looks harmless.

const ALWAYS =
  /^(?:LD_PRELOAD|LD_AUDIT|DYLD_\w+|BASH_ENV|PROMPT_COMMAND|PS4|GIT_EXTERNAL_DIFF|GIT_PROXY_COMMAND|GIT_EXEC_PATH|GIT_TEMPLATE_DIR|GIT_CONFIG_(?:COUNT|KEY|VALUE|PARAMETERS|GLOBAL|SYSTEM)\w*|PERL5(?:OPT|LIB|DB)|PYTHONSTARTUP|PYTHONHOME|RUBYOPT|RUBYLIB|JAVA_TOOL_OPTIONS|_JAVA_OPTIONS|LESSOPEN|LESSCLOSE|RUSTC_WRAPPER|CARGO_BUILD_RUSTC_WRAPPER|CARGO_TARGET_\w+_RUNNER|SUDO_ASKPASS|SSH_ASKPASS|GCONV_PATH|TERMINFO|VIMINIT|EXINIT|npm_config_(?:script_shell|registry|node_options)|NPM_CONFIG_(?:SCRIPT_SHELL|REGISTRY)|NODE_TLS_REJECT_UNAUTHORIZED|GIT_SSL_NO_VERIFY|PIP_(?:EXTRA_)?INDEX_URL|HUSKY|HUSKY_SKIP_HOOKS|SHELLOPTS|BASHOPTS|HIST(?:FILE|SIZE|CONTROL|FILESIZE|IGNORE))=/;
/** Unless it names something that everyone uses. */
const MOSTLY =
  /^(?:\w*PAGER|\w*EDITOR|VISUAL|BROWSER|GIT_SSH|GIT_SSH_COMMAND|GIT_ASKPASS|RUSTC|CC|CXX|LD|AR|SHELL|ENV|MAKE)=(?!(?:"|')?(?:\/usr\/bin\/)?(?:cat|less|more|true|false|:|none|vim?|nvim|nano|emacs|code|bat|gcc|clang|g\+\+|clang\+\+|cc|c\+\+|ccache|bash|zsh|make|test|dev|development|production|staging|ci|local)?(?:\s+-[\w-]+)*(?:"|')?$)/;
const SOMETIMES =
  /^(?:NODE_OPTIONS|PATH|PYTHONPATH|NODE_PATH|LD_LIBRARY_PATH|MAVEN_OPTS|GRADLE_OPTS|RUSTFLAGS|GOFLAGS|CGO_LDFLAGS|LDFLAGS|CFLAGS|MAKEFLAGS|HTTPS?_PROXY|ALL_PROXY)=.*(?:\/tmp|\/dev\/shm|\bsh\b|!|--require|--import|--loader|(?:^|\s|=)-r\s|javaagent|agentpath|toolexec|linker|^PATH=["']?\.:|^\w+_PROXY=["']?\w+:\/\/(?!localhost|127\.))/;

/** `NAME=value` makes another program run or trust something. */
export const loadsCode = (assign: string): boolean => ALWAYS.test(assign) || MOSTLY.test(assign) || SOMETIMES.test(assign);

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
    /--config\s*\S*(?:runner|rustc|linker|proxy)|-toolexec|-exec[\s=]|--git\s|https?:\/\/|CGO_|-ldflags\s*\S*-extldflags/,
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
  [/^openssl$/, /-engine|s_server/],
  [/^(?:s|l)trace$/, /-o\s*["']?[|!]/],
  [
    /^(?:prettier|eslint|jest|mocha|vitest|webpack|vite|tsc|pytest|pylint|flake8|mypy|tox|rollup|babel|stylelint|pandoc|sphinx-build|terraform|helm|java|awk|gawk|sed|vim|jq|yq|Rscript|lua)$/,
    /(?:^|[\s=:])(?:\/tmp|\/dev\/shm|\/var\/tmp)\/\S*(?:\.(?:js|mjs|cjs|ts|py|sh|cfg|ini|toml|awk|lua|jar|so|rb|pl|xml|json|vimrc)|$)|--init-hook|--load-plugins|--globalSetup|--rulesdir|--resolve-plugins|--lua-filter|--filter[\s=]\S*\.(?:py|sh)/,
  ],
  [/^sort$|^split$/, /--compress-program|--filter/],
  [
    /^(?:nmap|ffmpeg|gcc|cc|clang|ld|tcpdump|strace|gdb|valgrind|time|env|script|expect|watch|logrotate|start-stop-daemon|run-parts|ionice|taskset|capsh|dmesg|nohup|screen|tmux|cpulimit|aria2c|wget|exiftool|convert|gs|pdftex|pdflatex|latex|bpftrace|dpkg|rpm|apt|apt-get|yum|snap)$/,
    /--script|-wrapper|-z\s*\S+sh|\bpython\b.*import\s+os|--on-download|--use-askpass|shell-escape|Pre-Invoke|-c\s+['"]?(?:(?:ba)?sh|exec|nc|curl)|--exec|-ex\s|-o\s+\S*Pre-|%pipe%|-S\s+\S*sh|send-keys/,
  ],
];

const LONGEST_LOOK = 4_000; // characters

/** `names`: the program and what it is wrapped in. */
export function runsHidden(names: readonly string[], text: string): boolean {
  const look = text.slice(0, LONGEST_LOOK);
  return HIDDEN.some(([program, what]) => names.some((name) => program.test(name)) && what.test(look));
}
