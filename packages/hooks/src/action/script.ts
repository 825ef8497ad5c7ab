/**
 * Which script a command starts, as far as its text tells. `python3 gone.py` exits with 2, which is a block: a script that
 * isn't there must not deny what nobody denies. Rule: in doubt there is none, and the exit code counts.
 */
import { resolve } from "node:path";

const INTERPRETERS = /^(?:.*\/)?(?:bash|dash|zsh|ksh|sh|python[\d.]*|node|bun|deno|ruby|perl|php|tsx|pwsh)$/;
const SCRIPT = /\/|\.(?:[cm]?[jt]s|py|sh|rb|pl|php|ps1)$/;
const ASSIGNMENT = /^[A-Za-z_]\w*=/;

export type Command = { readonly command: string; readonly args?: readonly string[] };

/** An absolute path, or undefined. */
export function scriptOf({ command, args }: Command, env: Readonly<Record<string, string>>, cwd: string): string | undefined {
  const words = args === undefined ? wordsOf(command, env) : [command, ...args];
  if (words === undefined) return undefined;
  const [program = "", ...rest] = words.slice(words.findIndex((word) => !ASSIGNMENT.test(word)));
  if (!INTERPRETERS.test(program)) return program.includes("/") ? resolve(cwd, program) : undefined;
  const [first] = rest.filter((word, at) => !(word.startsWith("-") && rest.slice(0, at).every((before) => before.startsWith("-"))));
  const flags = rest.slice(0, first === undefined ? rest.length : rest.indexOf(first));
  if (first === undefined || !flags.every((flag) => /^-(?:u|-no-warnings|-noprofile|-norc|e|x|eu|ex|euo)$/.test(flag))) return undefined;
  return SCRIPT.test(first) ? resolve(cwd, first) : undefined;
}

/** Words of the first plain command; undefined where its text doesn't tell them. */
function wordsOf(text: string, env: Readonly<Record<string, string>>): readonly string[] | undefined {
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
    const piece = single ?? escaped ?? expand(double ?? bare ?? whole, env);
    if (piece === undefined) return undefined;
    word = (word ?? "") + piece;
  }
  return word === undefined ? words : [...words, word];
}

/** Only plain variables that are set; anything else is the shell's to know. */
function expand(piece: string, env: Readonly<Record<string, string>>): string | undefined {
  const filled = piece.replace(
    /\$(?:\{(\w+)\}|(\w+))/g,
    (whole, braced: string | undefined, plain: string | undefined) => env[braced ?? plain ?? ""] ?? whole,
  );
  return /[$`*?]/.test(filled) ? undefined : filled.replaceAll(/\\(.)/g, "$1");
}
