// Commands that can't be taken back, by program. Rule: a line says what would be lost; what a build makes again is no loss.

/** What builds, package managers and tests make. */
const MADE_AGAIN =
  /(?:^|\/)(?:node_modules|dist|build|out|target|coverage|\.next|\.nuxt|\.svelte-kit|\.turbo|\.cache|\.parcel-cache|__pycache__|\.(?:pytest|mypy|ruff)_cache|\.venv|venv|\.tox|\.gradle|[\w.-]+\.egg-info|tmp|temp|logs?)(?:\/\*{0,2})?$|^\/(?:var\/)?tmp\/[^*?]|^\$\{?(?:TMP|TEMP)/i;
const SQL = [
  [/\bdrop\s+(?:table|database|schema|index|view|user|role)\b/i, "drops a part of the database"],
  [/\btruncate\s+(?:table\s+)?["`\w]/i, "empties a table"],
  [/\bdelete\s+from\s+[\w."`[\]]+\s*(?:;|$)/im, "deletes every row of a table"],
  [/\bupdate\s+[\w."`[\]]+\s+set\b(?![^;]*\bwhere\b)/i, "changes every row of a table"],
];

const has = (args, form) => args.some((word) => form.test(word));
const says = (form, loss) => (args) => (form.test(args.join(" ")) ? loss : undefined);
const always = (loss) => () => loss;

/** By program: what it would lose, or nothing. */
const DANGERS = {
  rm: removal,
  git,
  find: (args) => (args.includes("-delete") ? "deletes every file that is found" : undefined),
  dd: (args) => (has(args, /^of=\/dev\/(?!null|zero|stdout|stderr)/) ? "overwrites a device" : undefined),
  shred: always("makes files unreadable for good"),
  wipefs: always("takes the file system off a device"),
  mkfs: always("formats a device"),
  chmod: (args) =>
    has(args, /^-[a-z]*R|^--recursive/) && has(args, /^[0-7]?(?:777|000)$|^a?[+=]rwx$/) ? "changes the mode of a whole tree" : undefined,
  kill: (args) => (args.includes("-1") && args.length > 1 ? "ends every process" : undefined),
  crontab: (args) => (args.includes("-r") ? "deletes all scheduled jobs" : undefined),
  docker: says(
    /^(?:system|volume|builder|image|container|network) prune|^volume rm|^compose (?:.* )?down .*(?:-v\b|--volumes)/,
    "deletes images, volumes or containers",
  ),
  podman: says(/^(?:system|volume) (?:prune|reset)|^volume rm/, "deletes images, volumes or containers"),
  kubectl: says(/(?:^| )delete /, "deletes what runs in the cluster"),
  helm: says(/^(?:uninstall|delete) /, "takes a release out of the cluster"),
  terraform: infrastructure,
  tofu: infrastructure,
  pulumi: says(/^(?:destroy|stack rm)/, "destroys infrastructure"),
  aws: says(
    /^s3 (?:rm .*--recursive|rb |sync .*--delete)|^[\w-]+ (?:delete|terminate|purge|deregister)-/,
    "deletes what stands in the cloud",
  ),
  gcloud: says(/ delete(?: |$)/, "deletes what stands in the cloud"),
  az: says(/ delete(?: |$)/, "deletes what stands in the cloud"),
  gsutil: says(/(?:^| )(?:rb |rm .*-[a-z]*[rR])/, "deletes what stands in the cloud"),
  heroku: says(/destroy|pg:reset/, "destroys an app or its data"),
  gh: says(/^(?:repo|release|secret|variable) delete|^api .*(?:-X|--method)[ =]?DELETE/i, "deletes something on GitHub"),
  npm: says(/^unpublish/, "takes a package from the registry"),
  psql: database,
  mysql: database,
  mariadb: database,
  sqlite3: database,
  sqlcmd: database,
  dropdb: always("drops a database"),
  "redis-cli": says(/\bflush(?:all|db)\b/i, "empties the database"),
  mongosh: (args, fed) =>
    /dropDatabase\(|\.drop\(|deleteMany\(\s*\{\s*\}/.test(`${args.join(" ")}\n${fed}`) ? "empties the database" : undefined,
  prisma: says(/^migrate reset|--force-reset/, "empties the database"),
  supabase: says(/^db reset/, "empties the database"),
  rails: says(/db:(?:drop|reset|purge)/, "empties the database"),
  rake: says(/db:(?:drop|reset|purge)/, "empties the database"),
};

/** What the command would lose, in words; undefined when that is nothing. */
export function lossOf({ words: [program = "", ...args], fed }) {
  const name = program.startsWith("mkfs.") ? "mkfs" : program;
  return Object.hasOwn(DANGERS, name) ? DANGERS[name](args, fed) : undefined;
}

function removal(args) {
  const options = args.slice(0, args.includes("--") ? args.indexOf("--") : undefined).filter((word) => /^-./.test(word));
  const recursive = options.some((word) => /^-[a-zA-Z]*[rR]|^--recursive$/.test(word));
  const targets = args.filter((word) => !/^-./.test(word));
  if (!recursive) return targets.includes("*") || targets.includes("./*") ? "deletes every file here" : undefined;
  if (targets.length === 0) return "deletes whatever it is handed, with all that is in it";
  const lost = targets.filter((word) => !MADE_AGAIN.test(word));
  return lost.length === 0 ? undefined : `deletes ${lost.slice(0, 3).join(", ")}${lost.length > 3 ? ", …" : ""} with all that is in it`;
}

function infrastructure(args) {
  const line = ownWords(args).join(" ");
  return /^(?:destroy|state rm|apply .*-(?:destroy|auto-approve))/.test(line) ? "changes or destroys infrastructure unseen" : undefined;
}

function database(args, fed) {
  const text = `${args.join(" ")}\n${fed}`;
  return SQL.find(([form]) => form.test(text))?.[1];
}

/** By the command of git: what is lost beyond its reflog, or what others have. */
const GIT = [
  [/^reset .*--hard/, "throws away changes that aren't committed"],
  [/^checkout (?:.* )?(?:-f|--force|--(?= )|\.$)|^checkout \./, "throws away changes that aren't committed"],
  [/^restore (?!.*(?:--staged|-S)(?!.*(?:--worktree|-W)))/, "throws away changes that aren't committed"],
  [/^clean (?!.*(?:-[a-z]*n|--dry-run)).*-[a-z]*f|^clean .*--force/, "deletes files that git doesn't know"],
  [
    /^push .*(?:--force(?!-with-lease|-if-includes)|(?<= )-[a-z]*f\b|--mirror|--delete|(?<= )-d |(?<= )[+:][^\s:])/,
    "rewrites or deletes what others have",
  ],
  [/^branch .*(?:-D|--delete .*--force)/, "deletes a branch that may not be merged"],
  [/^stash (?:drop|clear)/, "deletes stashed changes"],
  [/^reflog (?:expire|delete)|^gc .*--prune=(?:now|all)/, "deletes what could still be brought back"],
  [/^filter-(?:branch|repo)/, "rewrites the whole history"],
  [/^worktree remove .*(?:-f|--force)/, "deletes a working tree with its changes"],
  [/^update-ref -d/, "deletes a reference"],
];

function git(args) {
  const line = ownWords(args).join(" ");
  return GIT.find(([form]) => form.test(line))?.[1];
}

/** From the command on: what stands before it is about the program itself. */
export function ownWords(args) {
  let next = 0;
  while (next < args.length && args[next].startsWith("-")) next += /^(?:-C|-c|--git-dir|--work-tree|--namespace)$/.test(args[next]) ? 2 : 1;
  return args.slice(next);
}
