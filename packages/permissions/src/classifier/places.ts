// What kind of place a word names, by its spelling alone: nothing is looked up on a disk. A word may be several.

type Place = readonly [name: string, test: RegExp];

const HOME = String.raw`(?:~[\w.-]*|\$HOME|\$\{HOME\}|/home/[\w.-]+|/Users/[\w.-]+|/root)`;
const at = (rest: string, flags = ""): RegExp => new RegExp(rest.replaceAll("HOME", HOME), flags);

const PLACES: readonly Place[] = [
  ["root", /^\/(?:\*|\.|\.\.|\/)*$/],
  ["home", at(String.raw`^HOME/?(?:\*|\.\*?|\.\[.*)?$`)],
  ["under-home", at("^HOME/")],
  ["home-dot", at(String.raw`^HOME/\.`)],
  [
    "credential",
    /(?:^|[/~])\.(?:ssh|aws|gnupg|azure|kube|docker\/config|netrc|pgpass|my\.cnf|git-credentials|npmrc|pypirc|vault-token|password-store|s3cfg|boto|oci|terraform\.d\/credentials|cargo\/credentials|gem\/credentials|m2\/settings|config\/(?:gh|gcloud|hub|doctl|op|heroku|rclone|stripe|containers\/auth|github-copilot|google-chrome|chromium|BraveSoftware)|mozilla|electrum|bitcoin|ethereum|config\/solana|claude\/\.credentials|codex\/auth|local\/share\/keyrings)(?:[/.]|$)/i,
  ],
  ["key-file", /(?:id_(?:rsa|dsa|ecdsa|ed25519)|\.pem|\.key|\.p12|\.pfx|\.jks|\.keystore|\.ppk|\.kdbx|\.ovpn|\.asc|\.gpg)(?!\w|\.pub)/i],
  [
    "secret-name",
    /(?:secrets?|credentials?|passwords?|passwd|tokens?|api[-_]?keys?|private[-_]?keys?|wallet|keychain|login data|cookies(?:\.sqlite)?$|master\.key|htpasswd|service[-_]?account|tfstate|serviceaccount)/i,
  ],
  ["env-file", /(?:^|\/)\.env(?:rc)?(?:\.(?!example|sample|template|dist|test)[\w-]+)?$/],
  ["env-example", /(?:^|\/)\.env\.(?:example|sample|template|dist|test)$/],
  ["account-file", /^\/etc\/(?:shadow|gshadow|sudoers|master\.passwd|security|krb5\.keytab)|\/SAM$|\/proc\/[^/]+\/(?:environ|mem|maps)/],
  ["passwd", /^\/etc\/(?:passwd|group)$/],
  [
    "history",
    /\.(?:\w*sh|python|node_repl|psql|mysql|rediscli|sqlite|irb|lesshst|zsh)_?hist(?:ory|file)?|\.lesshst|fish_history|HISTFILE/i,
  ],
  [
    "startup",
    /\.(?:bashrc|bash_profile|bash_login|bash_logout|bash_aliases|profile|zshrc|zshenv|zprofile|zlogin|kshrc|cshrc|tcshrc|inputrc|vimrc|emacs|xinitrc|xprofile|pam_environment|gitconfig|tmux\.conf)\b|config\/fish|\/etc\/(?:profile|bash\.bashrc|zsh|environment|rc\.local|inputrc|ld\.so\.preload|motd|update-motd\.d)/,
  ],
  [
    "autostart",
    /cron(?:tab|\.\w+)?\b|\/etc\/cron|\/var\/spool\/cron|systemd\/(?:system|user)|autostart|LaunchAgents|LaunchDaemons|init\.d|rc\d?\.d|authorized_keys|udev\/rules|pam\.d|\.service$|\.timer$|\.plist$|sitecustomize|usercustomize|xdg\/autostart|Start Menu/,
  ],
  [
    "hook",
    /(?:^|\/)\.(?:git\/(?:hooks|config)|husky|githooks|gitmodules|gitattributes|vscode\/(?:tasks|settings)|idea|envrc|mcp\.json|claude|cursor|codex|pre-commit-config)|\.git\/hooks/,
  ],
  ["ci", /\.github\/|\.gitlab-ci|Jenkinsfile|\.circleci|azure-pipelines|\.buildkite|\.travis/],
  ["git-dir", /(?:^|\/)\.git(?:\/|$)/],
  ["etc", /^\/(?:private\/)?etc(?:\/|$)/],
  ["system", /^\/(?:usr|bin|sbin|lib(?:32|64|x32)?|boot|opt|srv|efi|System|Library|Applications)(?:\/|$)|^[A-Z]:\\|\/Windows\//],
  ["local-bin", /^\/usr\/local\/|\/\.local\/bin|~\/bin\//],
  ["var", /^\/var(?:\/|$)/],
  ["log-place", /^\/var\/log|\/(?:auth|sys|secure|audit|access|wtmp|btmp|lastlog|utmp)(?:\.log)?$/],
  ["proc", /^\/proc(?:\/|$)/],
  ["sys", /^\/sys(?:\/|$)/],
  ["device", /^\/dev\/(?:[shvx]v?d[a-z]|nvme|disk|mmcblk|mapper|dm-|loop|md|rdisk|mem|kmem|port|input|ram)/],
  ["no-device", /^\/dev\/(?:null|stdout|stderr|stdin|zero|urandom|random|tty|fd|full)/],
  ["network-device", /^\/dev\/(?:tcp|udp)\//],
  ["socket-file", /docker\.sock|containerd\.sock|SSH_AUTH_SOCK|\.sock$/],
  ["mount", /^\/(?:mnt|media|Volumes|backup|backups|data|nfs|run\/media)(?:\/|$)/],
  ["temporary", /^\/(?:private\/)?(?:tmp|var\/tmp|dev\/shm)(?:\/|$)|\$TMPDIR|\$\{TMPDIR/],
  ["hidden-temporary", /^\/(?:tmp|var\/tmp|dev\/shm)\/\.\w/],
  ["above", /(?:^|\/)\.\.(?:\/|$)/],
  ["far-above", /(?:^|\/)\.\.\/\.\.\/\.\./],
  ["absolute", /^\//],
  [
    "made",
    /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|\.cache|__pycache__|\.next|\.nuxt|\.turbo|\.parcel-cache|\.pytest_cache|\.mypy_cache|\.ruff_cache|\.tox|\.nox|\.venv|venv|htmlcov|\.nyc_output|\.svelte-kit|\.angular|\.gradle|\.eggs|obj|storybook-static|\.vite|\.output|\.terraform|_build|deps|cmake-build-\w+|playwright-report|test-results|\.eslintcache|\.coverage|site|public\/build|\.docusaurus|\.expo|bazel-\w+|DerivedData|Pods|elm-stuff|\.dart_tool|\.stack-work|dist-newstyle|zig-cache|\.zig-cache|zig-out|lib-cov|logs?|tmp|temp)(?:\/\*?|\/\*\*)?$/,
  ],
  [
    "made-below",
    /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|\.cache|__pycache__|\.next|\.turbo|\.venv|venv|tmp|temp|fixtures|test-results|_build|obj)\//,
  ],
  [
    "made-file",
    /\.(?:pyc|pyo|o|obj|class|log|tmp|bak|swp|orig|rej|tsbuildinfo|gcda|gcno|lcov|egg-info|whl|vsix|snap\.new|d\.ts\.map)$|\.DS_Store$|\.tgz$/,
  ],
  ["whole-folder", /^\.{1,2}\/?$|^\.\/\*$|^\*$|^\*\*$|^\.\[\^?!?\.\].*$/],
  ["any", /\*/],
  ["script", /\.(?:sh|bash|zsh|ps1|bat|command)$/],
  ["code", /\.(?:py|js|mjs|cjs|ts|tsx|jsx|rb|go|rs|java|kt|c|cc|cpp|h|hpp|php|pl|lua|ex|exs|scala|swift|cs|vue|svelte|sql)$/],
  ["text", /\.(?:md|txt|rst|adoc|csv|tsv|json|jsonl|ya?ml|toml|ini|cfg|xml|html|css|scss|lock|log|svg|tex|proto|graphql)$/],
  ["archive", /\.(?:tar|tgz|tar\.\w+|zip|gz|bz2|xz|7z|rar|jar|war|deb|rpm|dmg|pkg|whl|apk|zst)$/],
  ["binary", /\.(?:so|dylib|dll|exe|bin|elf|img|iso|node|AppImage|msi|run|ko)$/],
  ["dump", /\.(?:sql|dump|rdb|sqlite3?|db|bak|backup|pgdump)(?:\.gz)?$/],
  ["backup", /backups?\b|snapshots?\b|\.git\b/],
  ["production", /(?:^|[^a-z])(?:prod|production|live|staging|master-db|primary)(?:$|[^a-z])/i],
  ["project-file", /^(?:\.\/)?(?!\.\.|\/|-)[\w@.-]+(?:\/[\w@.*-]+)*$/],
];

const LONGEST_PLACE = 300; // characters

/** Names of the kinds; empty for a plain word, an address or a text with blanks. */
export function placesOf(word: string): readonly string[] {
  if (word.length > LONGEST_PLACE || /[\n;|<>]/.test(word) || /^\w+:\/\//.test(word)) return [];
  const found = PLACES.filter(([, test]) => test.test(word)).map(([name]) => name);
  return word.endsWith(".pub") ? found.filter((name) => name !== "credential" && name !== "key-file") : found;
}
