// Commands for the oracle in which the same signs stand in many places: between quotes of every kind, in `${}`, here-documents, lists,
// patterns, and texts for other shells. What is a letter in one place runs in another.
import type { Random } from "./random.ts";

const LEAVES: readonly string[] = [
  ..."$(zap) $(zap) `zap` zap a a b ' ' \" \\ } ) ( ] [ # $ ; & | = E $Z ${Z} ! i".split(" "),
  ...["$(zap)", "\n", "\n", " ", " ", ";zap;", "\nzap\n", "&>h zap ", "<(zap)", ">&h ", "|& zap", "|| zap ]]", "[[ a", "((zap))", "$((1))"],
];
/** `…`: anything, once more. */
const AROUND: readonly string[] = [
  "'…'",
  "'…'",
  '"…"',
  '"…"',
  "$'…'",
  '$"…"',
  "${q:-…}",
  "${q:-…}",
  "${Z:+…}",
  "${Z#…}",
  "${Z%%…}",
  "${q:=…}",
  '"${q:-…}"',
  '"${q-…}"',
  '"${Z%…}"',
  "$(echo …)",
  "`echo …`",
  "@(…)",
  "!(…)",
  "{a,…}",
  "\\…",
  "[…]=1",
  "([…]=1)",
];
const FRAMES: readonly string[] = [
  "echo …",
  'echo "…"',
  'echo "${q:-…}"',
  "echo ${q:-…}",
  "cat <<E\n…\nE",
  "cat <<E\n${q:-…}\nE",
  "cat <<E\n${Z#…}\nE",
  "cat <<-E\n\t…\n\tE",
  "cat <<'E'\n…\nE",
  "cat <<\\E\n…\nE",
  'cat <<"E F"\n…\nE F',
  "cat <<$'E'\n…\nE",
  'cat <<$"E"\n…\nE\n…',
  "echo $(cat <<E\n…\nE\n)",
  'cat <<<"…"',
  "q=(…)",
  "q=(a […]=1)",
  "q+=([…]=1)",
  "declare q=(…)",
  "declare q=([…]=1)",
  "export q=([…]=1)",
  "q='a[…]'; q=([q]=1)",
  "declare -i q; q='a[…]'",
  "declare -n q='a[…]'; echo $q",
  "q=a; echo ${q[…]}",
  "q[…]=1",
  "test a = …",
  "[[ a = … ]]",
  "[[ -n … && a ]]",
  "case a in …) echo;; esac",
  "case … in a) echo;; esac",
  "for i in …; do echo; done",
  "trap -- '…' EXIT",
  "eval '…'",
  "sh -c '…'",
  'sh -c "…"',
  "sh -c 'echo \"${q:-…}\"'",
  "sh <<'E'\n…\nE",
  "echo '…' | sh",
  "bash -c '…'",
  "bash --posix -c '…'",
  "bash -o posix -c '…'",
  "POSIXLY_CORRECT=1 bash -c '…'",
  "set -o posix\n…",
  'set -o posix\necho "${q:-…}"',
  'POSIXLY_CORRECT=1\necho "${q:-…}"',
  'read POSIXLY_CORRECT <<<1\necho "${q:-…}"',
  "env sh -c '…'",
  "xargs sh -c '…'",
  "…",
];
const DEEPEST = 3;

/** Shells that are handed a whole text. */
const HANDED = ["sh -c", "sh -c", "bash -c", "bash --posix -c", "env sh -c", "eval", "POSIXLY_CORRECT=1 bash -c"];

export const CONTEXTS: readonly string[] = [...LEAVES, ...AROUND, ...FRAMES, ...HANDED];

export function anyInContext(random: Random): string {
  const text = random.pick(FRAMES).replaceAll("…", () => anything(random, 0));
  return random.below(3) === 0 ? `${random.pick(HANDED)} '${text.replaceAll("'", "'\\''")}'` : text;
}

const anything = (random: Random, depth: number): string =>
  Array.from({ length: 1 + random.below(3) }, () =>
    depth < DEEPEST && random.below(2) === 0 ? random.pick(AROUND).replace("…", () => anything(random, depth + 1)) : random.pick(LEAVES),
  ).join("");
