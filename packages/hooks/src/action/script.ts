/**
 * Which script a command starts, as far as its text tells. `python3 gone.py` exits with 2, which is a block: a script that
 * isn't there must not deny what nobody denies. Rule: in doubt there is none, and the exit code counts.
 */
import { basename, resolve } from "node:path";

const SHELL = /^(?:.*\/)?(?:bash|dash|zsh|ksh|sh)$/;
const INTERPRETER = /^(?:.*\/)?(?:python[\d.]*|node|bun|deno|ruby|perl|php|tsx|pwsh)$/;
const SCRIPT = /\/|\.(?:[cm]?[jt]s|py|sh|rb|pl|php|ps1)$/;
const ASSIGNMENT = /^[A-Za-z_]\w*=/;
/** Options behind which a script still comes. `node -e` has code there, which may look like a path. */
const PLAIN = { shell: /^(?:-[eux]+|--noprofile|--norc)$/, other: /^(?:-u|--no-warnings)$/ };

export type Command = { readonly command: string; readonly args?: readonly string[] };

/** An absolute path, or undefined. */
export function scriptOf({ command, args }: Command, env: Readonly<Record<string, string>>, cwd: string): string | undefined {
  const words = args === undefined ? wordsOf(command, env) : [command, ...args];
  const [program = "", ...rest] = words.slice(words.findIndex((word) => !ASSIGNMENT.test(word)));
  const plain = SHELL.test(program) ? PLAIN.shell : INTERPRETER.test(program) ? PLAIN.other : undefined;
  if (plain === undefined) return program.includes("/") ? resolve(cwd, program) : undefined;
  const script = rest.find((word) => !plain.test(word));
  return script !== undefined && !script.startsWith("-") && SCRIPT.test(script) ? resolve(cwd, script) : undefined;
}

/**
 * What Python says when it can't find its script, for commands whose text doesn't tell which that is. The command itself must
 * name it: what a hook prints may hold words of the model, and those must not undo a denial.
 */
export function scriptSaidGone(stderr: string, { command, args = [] }: Command): string | undefined {
  const path = /^\S*python[\d.]*: can't open file '([^'\n]+)': \[Errno 2\] No such file or directory\s*$/.exec(stderr)?.[1];
  return path !== undefined && [command, ...args].some((word) => word.includes(basename(path))) ? path : undefined;
}

/** Words of the first plain command; none where its text doesn't tell them. */
function wordsOf(text: string, env: Readonly<Record<string, string>>): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  const parts = /'([^']*)'|"((?:[^"\\]|\\.)*)"|\\([\s\S])|([;&|<>()\n`])|(\s+)|([^\s'"\\;&|<>()\n`]+)/gy;
  for (const [whole, single, double, escaped, operator, space, bare] of text.matchAll(parts)) {
    if (operator !== undefined) break;
    if (space !== undefined) {
      if (word !== undefined) words.push(word);
      word = undefined;
      continue;
    }
    const begun = word === undefined ? homeOf(bare, env) : bare;
    const piece = single ?? escaped ?? expand(double ?? begun ?? whole, env);
    if (piece === undefined) return [];
    word = (word ?? "") + piece;
  }
  return word === undefined ? words : [...words, word];
}

const UNKNOWN = "`"; // as what only the shell knows

/** A tilde at the beginning of a word is the home; with a name behind it, another's. */
function homeOf(bare: string | undefined, env: Readonly<Record<string, string>>): string | undefined {
  return bare?.replace(/^~(\w*)(?=\/|$)/, (_, other: string) => (other === "" ? (env["HOME"] ?? UNKNOWN) : UNKNOWN));
}

/** Only plain variables that are set; anything else is the shell's to know. */
function expand(piece: string, env: Readonly<Record<string, string>>): string | undefined {
  const filled = piece.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string | undefined) => env[braced ?? plain ?? ""] ?? whole,
  );
  return /[$`*?]/.test(filled) ? undefined : filled.replaceAll(/\\(.)/g, "$1");
}
