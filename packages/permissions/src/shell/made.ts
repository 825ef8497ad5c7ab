// Is it known which programs a command runs? Not when a name is made at run time, or code is decoded and run. Text that can be seen,
// in a substitution or in quotes, hides nothing: it is looked at itself.
import { keepsToItself } from "./launchers.ts";
import { baseName, isShell } from "./programs.ts";
import { LEADS, MARK, type Simple } from "./scan.ts";

/** Languages whose code isn't a shell's. */
const LANGUAGES =
  /^(?:python|pypy|perl|ruby|node|php|lua|awk|gawk|mawk|nawk|sed|deno|bun|tsx|ts-node|irb|luajit|tclsh|osascript|julia|rscript|groovy|scala|pwsh|powershell)[\d.]*w?$/i;
export const isLanguage = (program: string): boolean => LANGUAGES.test(baseName(program));

/** They run the first of their words that is neither an option nor a value of one. */
const WRAPPERS = new Set(
  "env sudo doas su pkexec setsid ionice nohup timeout nice stdbuf command builtin exec noglob busybox toybox systemd-run strace ltrace xargs parallel caffeinate unbuffer rlwrap watch fakeroot xvfb-run dbus-run-session ssh-agent npx bunx pnpx uvx".split(
    " ",
  ),
);
/** Of these a value may stand before the program. */
const WRAPPERS_OF_MANY = new Set("flock chroot taskset chrt setpriv runuser nsenter unshare".split(" "));
const DECODERS = new Set("base64 base32 basenc xxd uudecode openssl gpg zcat gunzip bzcat xzcat tr rev".split(" "));

/** Without what stands before the program, and nothing where no program is run: the words of a loop are only words. */
export function ownWords(words: readonly string[]): readonly string[] {
  const at = words.findIndex((word) => !LEADS.has(word) && !/^\w+(?:\[[^\]]*\])?\+?=/.test(word));
  const own = at === -1 ? [] : words.slice(at);
  return /^(?:for|select|case)$/.test(own[0] ?? "") ? [] : own;
}

export function hidesProgram(commands: readonly Simple[]): boolean {
  const all = commands.map(({ words, piped }) => ({ words: ownWords(words), piped }));
  if (all.some(({ words }) => isMade(words[0]) || runsMade(words) || (words[0] === "eval" && (all.length > 1 || words.some(isMarked)))))
    return true;
  const decodes = all.some(({ words }) => words.some((word) => DECODERS.has(baseName(word))) || spellsOut(words));
  return decodes && all.some(({ words, piped }) => runsCode(words) && (piped || words.some(isOpen)));
}

const isMarked = (word: string): boolean => Object.values(MARK).some((mark) => word.includes(mark));
const isOpen = (word: string): boolean => word.includes(MARK.open) || word.includes(MARK.split);

const runsCode = (words: readonly string[]): boolean => shellIn(words) !== -1 || words.some(isLanguage);

/** Where a shell, or another that runs commands it is handed, stands; -1 when none does. A dot is one only as a program. */
export function shellIn(words: readonly string[]): number {
  return keepsToItself(words) ? -1 : words.findIndex((word, at) => isShell(word) && (word !== "." || at === 0));
}

/** `printf '\x72m'` */
const spellsOut = (words: readonly string[]): boolean =>
  /^(?:echo|printf)$/.test(baseName(words[0] ?? "")) && words.some((word) => /\\(?:x|u|[0-7])/i.test(word));

/** Is the program's name made? A folder in quotes before it may be: it stays one word. */
function isMade(word = ""): boolean {
  const [open, wild] = [word.includes(MARK.open), [MARK.split, MARK.glob, MARK.brace].some((mark) => word.includes(mark))];
  return wild || (open && (!word.includes("/") || baseName(word) === "" || baseName(word).includes(MARK.open)));
}

/** Does it run a word that is made? */
function runsMade(words: readonly string[]): boolean {
  const [program = "", ...others] = words;
  const name = baseName(program);
  const executes = words.findIndex((word) => /^-(?:exec|ok)(?:dir)?$/.test(word));
  if (name === "find") return executes !== -1 && isMade(words[executes + 1]);
  if (keepsToItself(words)) return false;
  if (name === "source" || name === ".") return isMade(others[0]);
  const shell = words.findIndex((word) => /^(?:\w*sh|source|eval)$/.test(baseName(word)) && isShell(word) && baseName(word) !== "ssh");
  if (shell !== -1) return runsMadeFile(words.slice(shell + 1)) || (shell > 0 && launchesMade(others));
  if (name === "command" && /^-[vV]/.test(others[0] ?? "")) return false;
  return WRAPPERS_OF_MANY.has(name) ? others.some(isMade) : WRAPPERS.has(name) && launchesMade(others);
}

/** `words`: behind the name of a shell. Behind -c its code is looked at itself. */
function runsMadeFile(words: readonly string[]): boolean {
  const first = words.findIndex((word) => !/^[-+]/.test(word));
  return !words.slice(0, Math.max(first, 0)).some((word) => /^-[a-zA-Z]*[cs]/.test(word)) && isMade(words[first]);
}

function launchesMade(words: readonly string[]): boolean {
  for (const [at, word] of words.entries()) {
    const value = /^(?:[-+]|\d[\w.]*$|\w+=)/.test(word);
    if (!value && isMade(word)) return true;
    if (!value && !words[at - 1]?.startsWith("-")) return false;
  }
  return false;
}

/** Text that a command may run as a shell's code. */
export function codeIn(words: readonly string[]): readonly string[] {
  const own = ownWords(words);
  if (own.length === 0 || keepsToItself(own) || isLanguage(own[0] ?? "")) return [];
  const quoted = own.filter((word) => /[\s;|&(`]/.test(word)).map((word) => word.replace(/^[\w.]+=!/, "")); // an alias of git
  const shell = shellIn(own);
  const flag = shell === -1 ? -1 : own.findIndex((word, at) => at > shell && /^-[a-zA-Z]*c/.test(word));
  const code = flag === -1 ? undefined : own.find((word, at) => at > flag && !word.startsWith("-"));
  return code === undefined ? quoted : [code, ...quoted.filter((word) => word !== code)];
}
