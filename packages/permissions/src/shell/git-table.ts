// The commands of git that only tell, with the options that keep them so. An option or a form that isn't here is asked about.
import type { Spec } from "./flags.ts";

const COMMITS =
  "oneline graph all decorate? no-decorate clear-decorations format= pretty? abbrev? abbrev-commit no-abbrev-commit no-abbrev date= since= until= after= before= author= committer= " +
  "grep= all-match invert-grep regexp-ignore-case extended-regexp fixed-strings perl-regexp basic-regexp max-count= skip= reverse merges no-merges min-parents= max-parents= " +
  "no-min-parents no-max-parents first-parent follow topo-order date-order author-date-order branches? tags? remotes? glob= exclude= not relative-date left-right left-only " +
  "right-only cherry cherry-mark cherry-pick walk-reflogs simplify-by-decoration simplify-merges ancestry-path? full-history sparse dense boundary parents children source no-notes " +
  "notes? no-mailmap mailmap use-mailmap show-signature full-diff log-size reflog encoding= bisect";
const DIFFS =
  "patch no-patch unified= raw patch-with-raw patch-with-stat minimal patience histogram anchored= diff-algorithm= stat? compact-summary numstat shortstat dirstat? cumulative summary name-only " +
  "name-status color? no-color color-moved? no-color-moved color-words? word-diff? word-diff-regex= no-renames rename-empty check ws-error-highlight= full-index binary find-renames? " +
  "find-copies? find-copies-harder irreversible-delete diff-filter= pickaxe-all pickaxe-regex relative? no-relative text ignore-cr-at-eol ignore-space-at-eol ignore-space-change " +
  "ignore-all-space ignore-blank-lines ignore-matching-lines= inter-hunk-context= function-context exit-code quiet no-ext-diff no-textconv ignore-submodules? submodule? src-prefix= " +
  "dst-prefix= no-prefix default-prefix line-prefix= ita-invisible-in-index cached staged merge-base cc combined-all-paths diff-merges= no-diff-merges remerge-diff";
const LOG: Spec = {
  short: "pusgizbawWREFPcmtrq0",
  valued: "nULGSI",
  long: `${COMMITS} ${DIFFS}`,
  digits: true,
  operands: "text",
  whole: "M C MC CM",
};
const DIFF: Spec = { short: "puszbawWRt0q", valued: "UGSIl", long: DIFFS, digits: true, operands: "text", whole: "M C" };
const REFS =
  "all list contains? no-contains? merged? no-merged? sort= format= points-at? color? no-color column? no-column ignore-case abbrev= no-abbrev verbose";

/** `bare`: only without operands does it merely tell. */
export type GitSpec = Spec & { readonly bare?: true; readonly needs?: readonly string[] };

export const GIT: Readonly<Record<string, GitSpec>> = {
  status: {
    short: "sbvzu",
    long: "short branch show-stash porcelain? long verbose untracked-files? ignore-submodules? ignored? column? no-column ahead-behind no-ahead-behind renames no-renames find-renames?",
    operands: "text",
    whole: "sb uno unormal uall",
  },
  log: LOG,
  show: LOG,
  whatchanged: LOG,
  diff: DIFF,
  "diff-tree": { ...DIFF, short: `${DIFF.short}rv`, long: `${DIFFS} root stdin no-commit-id always` },
  "diff-index": DIFF,
  "diff-files": DIFF,
  shortlog: { short: "nsecpz", valued: "w", long: `numbered summary email committer group= ${COMMITS}`, digits: true, operands: "text" },
  blame: {
    short: "bltfnsewpcM",
    valued: "LS",
    long: "root show-stats line-porcelain porcelain incremental encoding= date= score-debug show-name show-number show-email abbrev= color-lines color-by-age ignore-rev= reverse first-parent progress no-progress minimal",
    operands: "text",
  },
  annotate: { short: "bltfnsew", valued: "L", operands: "text" },
  "ls-files": {
    short: "cdmouiskrtvfzh",
    valued: "xX",
    long: "cached deleted modified others ignored stage unmerged killed directory no-empty-directory eol exclude= exclude-from= exclude-standard exclude-per-directory= error-unmatch with-tree= full-name abbrev? debug deduplicate recurse-submodules sparse format=",
    operands: "text",
  },
  "ls-tree": { short: "dltrz", long: "long name-only name-status object-only full-name full-tree abbrev? format=", operands: "text" },
  "rev-parse": {
    short: "q",
    long: "abbrev-ref? short? verify quiet show-toplevel show-prefix show-cdup git-dir absolute-git-dir git-common-dir is-inside-git-dir is-inside-work-tree is-bare-repository is-shallow-repository show-superproject-working-tree symbolic symbolic-full-name all branches? tags? remotes? glob= revs-only no-revs flags no-flags default= sq since= until= after= before= show-object-format? path-format=",
    operands: "text",
  },
  "rev-list": { ...LOG, long: `${LOG.long} count objects disk-usage? header timestamp no-commit-header` },
  describe: {
    long: "all tags contains abbrev= candidates= exact-match debug long match= exclude= always first-parent dirty? broken?",
    operands: "text",
  },
  "cat-file": { short: "tspe", long: "batch-check?", operands: "text" },
  "merge-base": { short: "a", long: "all octopus independent is-ancestor fork-point", operands: "text" },
  "name-rev": { long: "tags refs= exclude= all name-only no-undefined always", operands: "text" },
  "for-each-ref": {
    long: "count= sort= format= points-at= merged? no-merged? contains? no-contains? ignore-case color? exclude= include-root-refs",
    operands: "text",
  },
  "show-ref": { short: "dsqh", long: "head tags heads branches dereference hash? abbrev? verify quiet exists", operands: "text" },
  "show-branch": {
    short: "ar",
    long: "all remotes topo-order date-order sparse more= list merge-base independent no-name sha1-name topics current",
    operands: "text",
  },
  "count-objects": { short: "vH", long: "verbose human-readable", operands: "none" },
  "check-ignore": { short: "qvzn", long: "quiet verbose stdin non-matching no-index", operands: "text" },
  "check-attr": { short: "az", long: "all cached stdin", operands: "text" },
  grep: {
    short: "aiIwvhHEGFPnlLzcoqrpW",
    valued: "eABCfm",
    long: "cached untracked text ignore-case word-regexp invert-match full-name extended-regexp basic-regexp perl-regexp fixed-strings line-number column files-with-matches name-only files-without-match count color? no-color break heading show-function after-context= before-context= context= function-context max-depth= recursive no-recursive and or not all-match quiet max-count=",
    files: "f",
    digits: true,
    operands: "text",
  },
  branch: {
    short: "avrqi",
    long: `${REFS} remotes show-current quiet`,
    operands: "text",
    bare: true,
    needs: ["list", "l", "contains", "no-contains", "merged", "no-merged", "points-at"],
  },
  tag: {
    short: "lni",
    long: REFS,
    digits: true,
    operands: "text",
    bare: true,
    needs: ["list", "l", "contains", "no-contains", "merged", "no-merged", "points-at"],
  },
  version: { long: "build-options", operands: "none" },
  var: { short: "l", operands: "text", most: 1 },
};

/** Those with commands of their own: the ones that only tell. A missing one is "". */
export const GIT_DEEPER: Readonly<Record<string, Readonly<Record<string, Spec>>>> = {
  remote: {
    "": { short: "v", long: "verbose", operands: "none" },
    "get-url": { long: "push all", operands: "text", most: 1 },
  },
  stash: {
    list: LOG,
    show: { ...DIFF, long: `${DIFFS} include-untracked only-untracked` },
  },
  worktree: { list: { short: "vz", long: "porcelain verbose", operands: "none" } },
  reflog: { show: LOG, exists: { operands: "text" } },
  submodule: { status: { long: "cached recursive quiet", operands: "none" } },
  notes: { list: { operands: "text" }, show: { operands: "text" } },
  config: {
    get: {
      long: "all regexp value= fixed-value show-origin show-scope type= default= local global system worktree null name-only",
      operands: "text",
    },
    list: { short: "lz", long: "show-origin show-scope local global system worktree null name-only", operands: "none" },
  },
  bisect: { log: { operands: "none" } },
  lfs: { "ls-files": { short: "lsn", operands: "text" }, status: { operands: "none" } },
};
