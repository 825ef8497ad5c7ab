// Git keeps copies of files where no path names them. Which of its commands show or copy a file's content is told by exclusion:
// what doesn't stand here, an alias or a command yet to come, may do both.

/** May it print a file's content, or copy it to where no rule speaks of it? */
export function showsContent(global: readonly string[], [command, ...others]: readonly string[]): boolean {
  if (!global.every(isHarmlessGlobal)) return true;
  if (command === undefined) return false;
  return SHOWS.get(command)?.(others) ?? !QUIET.has(command);
}

/** Settings that neither show content nor choose what runs. */
const HARMLESS_KEY = String.raw`(?:user|color|advice|init|safe|push|pull|fetch|http|credential|protocol|gpg|branch|remote)\.|core\.(?:pager|quotepath|autocrlf|filemode|longpaths|editor)\b|commit\.gpgsign\b`;
const HARMLESS_GLOBAL = new RegExp(
  String.raw`^(?:-c=(?:${HARMLESS_KEY})|(?:--version|--help|-h|-v|-p|-P|--paginate|--no-pager|--no-optional-locks|--literal-pathspecs|--no-replace-objects|--html-path|--man-path|--info-path)$)`,
  "i",
);

/** An option before git's command that changes neither what is shown nor what runs. */
export const isHarmlessGlobal = (word: string): boolean => HARMLESS_GLOBAL.test(word);

/** Whatever they are given, they print names, ids and messages at most. */
const QUIET = new Set(
  [
    "add apply branch check-attr check-ignore check-ref-format checkout cherry cherry-pick clean commit count-objects describe fetch for-each-ref gc",
    "hash-object help init ls-files ls-remote ls-tree maintenance merge merge-base mv name-rev prune pull push rebase remote repack reset",
    "restore rev-list rev-parse revert rm shortlog show-branch show-ref sparse-checkout stash status switch symbolic-ref tag update-index version",
  ].flatMap((names) => names.split(" ")),
);

const has =
  (flag: RegExp) =>
  (words: readonly string[]): boolean =>
    words.some((word) => flag.test(word) || /%\(\*?raw\b/.test(word));

const patches = has(/^-[a-zA-Z]*p|^--pat/);
const names = has(/(?!)/);

/** Those of the quiet that can be told to show content; abbreviations count, as git takes them. */
const SHOWS: ReadonlyMap<string, (words: readonly string[]) => boolean> = new Map([
  ["add", has(/^-[A-Za-z]*[pei]|^--(?:patc|e|inter)/)],
  ["am", has(/^--sh/)],
  ["branch", names],
  ["checkout", patches],
  ["clone", (words) => !words.some((word) => /^(?:(?:https?|ssh|git):\/\/|[\w.-]+@[\w.-]+:)/.test(word))],
  ["commit", has(/^-[aeinoqsz]*[vp]|^--(?:verb|patc|inter)/)],
  ["config", (words) => !readsConfig(words)],
  ["diff", (words) => !words.some((word) => ONLY_NAMES.test(word)) || !words.every(isQuietLog)],
  ["for-each-ref", names],
  ["log", (words) => !words.every(isQuietLog)],
  ["rebase", has(/^--sh/)],
  ["reflog", (words) => !words.every(isQuietLog)],
  ["reset", patches],
  ["restore", patches],
  ["stash", (words) => stashShows(words)],
  ["status", has(/^-[A-Za-z]*v|^--v/)],
  ["submodule", ([what = "status"]) => !/^(?:add|deinit|init|status|sync|update)$/.test(what)],
  ["tag", names],
  ["worktree", ([what = ""]) => !/^(?:list|lock|move|prune|remove|repair|unlock)$/.test(what)],
]);

function stashShows([what = "push", ...others]: readonly string[]): boolean {
  if (what === "show" || what === "list") return !others.every(isQuietLog);
  return patches([what, ...others]);
}

function readsConfig(words: readonly string[]): boolean {
  if (words.some((word) => /^(?:--(?:get|list|show)[\w-]*|-l|get|list)$/.test(word))) return true;
  const [key = ""] = words.filter((word) => !word.startsWith("-") && !/^(?:set|unset)$/.test(word));
  return words.filter((word) => !word.startsWith("-")).length < 2 || new RegExp(`^(?:${HARMLESS_KEY})`, "i").test(key);
}

const ONLY_NAMES = /^--(?:stat|numstat|shortstat|name-only|name-status|summary|compact-summary|dirstat|quiet|no-patch)(?:=|$)|^-s$/;
/** Options of log that print no content. Any other, a way to print patches or to search what they hold, isn't quiet. */
const QUIET_LOG_LETTERS = /^-(?:n?\d+|[nsgizEFPMC]|n)$/;
const QUIET_LOG = new Set(
  [
    "stat numstat shortstat name-only name-status summary compact-summary dirstat no-patch quiet exit-code cached staged merge-base",
    "oneline graph all decorate no-decorate format pretty abbrev abbrev-commit no-abbrev-commit date since until after before author",
    "committer grep all-match invert-grep regexp-ignore-case extended-regexp fixed-strings perl-regexp max-count skip reverse merges",
    "no-merges min-parents max-parents first-parent follow topo-order date-order author-date-order branches tags remotes glob exclude",
    "not color no-color relative-date left-right left-only right-only cherry cherry-mark cherry-pick walk-reflogs simplify-by-decoration",
    "ancestry-path full-history simplify-merges sparse diff-filter find-renames no-renames show-signature source no-ext-diff no-textconv",
    "no-notes boundary parents children relative diff-algorithm ignore-submodules end-of-options no-mailmap mailmap use-mailmap",
  ].flatMap((flags) => flags.split(" ")),
);

function isQuietLog(word: string): boolean {
  if (!word.startsWith("-") || word === "--") return true;
  if (!word.startsWith("--")) return QUIET_LOG_LETTERS.test(word);
  return QUIET_LOG.has(word.slice(2).split("=")[0] ?? "");
}
